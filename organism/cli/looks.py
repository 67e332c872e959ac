"""`organism data check` and `organism data show`: look at history, change nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, now_ms, open_home, print_json, say

if TYPE_CHECKING:
    from data.bars import Bars
    from data.lake import Lake
    from data.lake_entries import LakeEntry
    from organism.views.candles import Candles

VenueOption = Annotated[str | None, typer.Option(help="Where from; may be left out where there is only one.")]
IntervalArgument = Annotated[str, typer.Argument(help="Bar length: 1m 5m 15m 30m 1h 2h 4h 8h 1d.")]
PageOption = Annotated[Path | None, typer.Option("--page", help="Write one HTML page to this file too.")]
DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]


def check(
    subject: Annotated[str, typer.Argument(help="A file of bars, or a coin of the lake: BTC.")],
    interval: IntervalArgument = "1h",
    venue: VenueOption = None,
    against: Annotated[str | None, typer.Option(help="A second venue of the lake to compare closes with.")] = None,
    basis: Annotated[
        float, typer.Option(min=0.0001, max=1.0, help="Fraction by which the closes of two venues may differ.")
    ] = 0.01,
    page: PageOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Look for defects in a file of bars, or in what is in the lake.

    Of a file it says what an import would refuse or report. Of a coin in the lake it finds gaps, stale runs, outliers
    and unknown funding, and exits 1 if there are gaps or outliers.
    """
    from data.errors import ConfigError

    if _is_file(subject):
        if venue or against or page:
            raise ConfigError(
                "--venue, --against and --page are for a coin of the lake, not for a file: "
                "import the file first, with organism data import"
            )
        _check_file(Path(subject), interval, as_json=as_json)
        return
    from data.agreement import agreement
    from data.coverage import coverage
    from data.durable import write_named
    from data.intervals import interval_ms
    from data.lake import Lake
    from organism.report.coverage_page import coverage_page
    from organism.views.coverage import Check, check_json
    from organism.views.coverage_tables import check_lines, check_page
    from organism.views.splice import venues_line

    lake = Lake(open_home(home).lake)
    entry, bars = _bars_of(lake, subject, interval, venue, against)
    length = interval_ms(interval)
    record = lake.splice_record(entry.venue, subject)
    other = None if against is None else lake.read_bars(against, subject, interval)
    found = Check(
        entry.venue,
        subject,
        interval,
        coverage(bars, length, lake.read_funding(entry.venue, subject)),
        against,
        None if other is None else agreement(bars, other, length, largest_basis=basis),
        made_of=None if record is None else venues_line(record.stretches),
    )
    if page is not None:
        write_named(page, coverage_page(check_page(found)).encode("utf-8"))
    if as_json:
        print_json(check_json(found) | {"page": None if page is None else str(page)})
    else:
        say("\n".join(check_lines(found)))
        _say_page(page)
    raise typer.Exit(0 if found.is_clean else 1)


def show(  # noqa: PLR0913, PLR0917 -- options of the verb
    coin: Annotated[str, typer.Argument(help="A coin of the lake: BTC.")],
    interval: IntervalArgument = "1h",
    venue: VenueOption = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=DATES, help="First day or minute (UTC): 2024-03-01.")
    ] = None,
    end: Annotated[
        datetime | None, typer.Option("--to", formats=DATES, help="Up to this day or minute (UTC), not included.")
    ] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Only the last so many bars; else as many as fit.")] = None,
    page: PageOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Draw candles with volume and funding.

    More bars than fit are put together: the highest high, the lowest low, the summed volume of each candle.
    """
    from data.durable import write_named
    from data.intervals import interval_ms
    from data.lake import Lake
    from organism.cli.tables import console
    from organism.report.candles_page import PLACES, candles_page
    from organism.report.candles_text import candles_text, places_of
    from organism.views.candles import candles, candles_json, stretch

    lake = Lake(open_home(home).lake)
    entry, bars = _bars_of(lake, coin, interval, venue)
    funding = lake.read_funding(entry.venue, coin)
    screen = console()

    def drawn(places: int) -> Candles:
        wanted = places if (first, end, last) == (None, None, None) else last
        chosen = stretch(bars, first_ms=_utc_ms(first), end_ms=_utc_ms(end), last=wanted)
        return candles(chosen, funding, interval_ms(interval), places, venue=entry.venue, coin=coin, interval=interval)

    if page is not None:
        write_named(page, candles_page(drawn(PLACES)).encode("utf-8"))
    if as_json:
        print_json(candles_json(drawn(PLACES)) | {"page": None if page is None else str(page)})
        return
    screen.print(candles_text(drawn(places_of(screen.width)), screen.height), no_wrap=True, crop=False)
    _say_page(page)


def _is_file(subject: str) -> bool:
    """Tell a file from a coin: it is there, or has an ending or a folder."""
    path = Path(subject)
    return path.is_file() or bool(path.suffix) or len(path.parts) > 1


def _check_file(path: Path, interval: str, *, as_json: bool) -> None:
    from data.intervals import interval_ms
    from data.quality import check_bars, check_over
    from data.sources.files import read_bars
    from organism.views.history import quality_lines

    bars = read_bars(path)
    report = check_bars(bars, interval_ms(interval), subject=str(path))
    check_over(bars.time_ms + interval_ms(interval), now_ms(), subject=str(path))
    if as_json:
        print_json(report.to_json())
        return
    say("\n".join(quality_lines(report)))


def _bars_of(
    lake: Lake, coin: str, interval: str, venue: str | None, against: str | None = None
) -> tuple[LakeEntry, Bars]:
    from organism.views.chosen import chosen

    entry = chosen(lake.list(), coin, interval, venue, against=against)
    return entry, lake.read_bars(entry.venue, coin, interval)


def _utc_ms(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.replace(tzinfo=UTC).timestamp() * 1000)


def _say_page(page: Path | None) -> None:
    if page is not None:
        say(f"written to {page}")
