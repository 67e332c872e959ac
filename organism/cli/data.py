"""`organism data`: bring history in, look at it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from organism.cli import facts, looks, record, splice
from organism.cli.common import (
    DEFAULT_HOME,
    LARGEST_SEED,
    HomeOption,
    JsonOption,
    create_home,
    now_ms,
    open_home,
    print_json,
    say,
)
from organism.cli.facts import AtOption, coins_of
from organism.cli.interrupt import goes_on

DAY = "%Y-%m-%d"

app = typer.Typer(help="Bring history in, record, splice or make it, look at it.")


@app.command("import")
def import_files(
    bars: Annotated[Path, typer.Argument(help="Bars: Parquet, CSV or freqtrade feather.")],
    coin: Annotated[str, typer.Option(help="Coin, as the venue spells it: BTC.")],
    venue: Annotated[str, typer.Option(help="Where the bars come from: hyperliquid, binance, ...")],
    interval: Annotated[str, typer.Option(help="Bar length: 1m 5m 15m 30m 1h 2h 4h 8h 1d.")] = "1h",
    funding: Annotated[Path | None, typer.Option(help="Funding rates of the same coin.")] = None,
    correct: Annotated[
        bool, typer.Option("--correct", help="Rows that differ from those kept before: keep both, use the new ones.")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Check a file of bars (and one of funding) and keep it."""
    from data.intervals import interval_ms
    from data.lake import Lake
    from data.lake_append import OnConflict
    from data.quality import check_bars, check_funding, check_over
    from data.sources.files import read_bars, read_funding
    from organism.views.history import import_line, import_view

    received = read_bars(bars)
    settled = None if funding is None else read_funding(funding)
    # Both are judged before anything is made or kept: one bad file of a pair leaves no trace of the other.
    check_bars(received, interval_ms(interval), subject=str(bars))
    check_over(received.time_ms + interval_ms(interval), now_ms(), subject=str(bars))
    if settled is not None:
        check_funding(settled, subject=str(funding))
        check_over(settled.time_ms, now_ms(), subject=str(funding))
    lake = Lake(create_home(home).lake)
    on_conflict: OnConflict = "correct" if correct else "refuse"
    reports = [lake.import_bars(venue, coin, interval, received, source=bars.name, on_conflict=on_conflict)]
    if settled is not None and funding is not None:
        reports.append(lake.import_funding(venue, coin, settled, source=funding.name, on_conflict=on_conflict))
    if as_json:
        print_json([import_view(report) for report in reports])
        return
    for report in reports:
        say(import_line(report))


@app.command("fetch")
@goes_on
def fetch(  # noqa: PLR0913, PLR0917 - options of a verb
    coins: Annotated[str, typer.Option(help="Coins as the venue spells them: BTC,ETH.")],
    venue: Annotated[str, typer.Option(help="hyperliquid, hyperliquid-archive, binance or okx.")] = "hyperliquid",
    interval: Annotated[str, typer.Option(help="Bar length: 1m 5m 15m 30m 1h 2h 4h 8h 1d.")] = "1h",
    start: Annotated[
        datetime | None, typer.Option(formats=[DAY], help="First day, UTC; default: all that there is.")
    ] = None,
    end: Annotated[
        datetime | None, typer.Option(formats=[DAY], help="Last day, UTC, included; default: the present.")
    ] = None,
    funding: Annotated[bool, typer.Option(help="Settlements besides bars.")] = True,
    venue_url: Annotated[
        str | None, typer.Option(help="Address of a simulated venue, or of a test network; default: the real one.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it will take, and fetch nothing.")] = False,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Fetch bars and funding from a venue and keep them.

    The same command goes on where it was stopped.
    """
    from data.lake import Lake
    from organism.cli.progress import fetch_progress
    from organism.fetching import Wanted, estimates, fetch_all, series_of
    from organism.home import Home
    from organism.venues import open_sources
    from organism.views.fetched import estimate_line, estimate_view, fetched_line, fetched_view, total_line

    names = tuple(filter(None, (name.strip() for name in coins.split(","))))
    wanted = Wanted(names, interval, funding, start and start.date(), end and end.date())
    sources = open_sources(venue, venue_url, Home(home.resolve()).archive)
    n_series = len(series_of(sources, wanted))
    if dry_run:
        expected = estimates(sources, wanted)
        if as_json:
            print_json([estimate_view(*item) for item in expected])
        else:
            described = [source.describe() for source in sources]
            say("\n".join([*described, *(estimate_line(*item) for item in expected), total_line(expected)]))
        return
    with fetch_progress(n_series) as watch:
        brought = list(fetch_all(Lake(create_home(home).lake), sources, wanted, watch))
    if as_json:
        print_json([fetched_view(item) for item in brought])
    else:
        say("\n".join(map(fetched_line, brought)))


@app.command("synth")
def synth(
    world: Annotated[str, typer.Argument(help="planted, empty, or another kind; an unknown name lists them.")],
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Another seed, another market of the same kind.")
    ] = 1,
    years: Annotated[float, typer.Option(min=0.5, max=20.0, help="Length of the history.")] = 5.0,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Make a synthetic market and keep it as a snapshot."""
    from data.snapshot import SnapshotStore
    from data.worlds import make_world

    made = make_world(world, seed, years=years)
    snapshot = SnapshotStore(create_home(home).snapshots).save(made.markets, made.origin)
    if as_json:
        print_json({"snapshot_id": snapshot.id, "description": made.description, "origin": made.origin})
        return
    say(f"{made.description}\nsnapshot {snapshot.id}")


@app.command("list")
def list_all(at: AtOption = None, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """List the lake, what is known of coins, and snapshots."""
    from data.facts.store import venues_with_facts
    from data.lake import Lake
    from data.snapshot import SnapshotStore
    from organism.views.coins import coin_lines
    from organism.views.history import lake_line, lake_row, snapshot_line, snapshot_row

    place = open_home(home)
    lake = Lake(place.lake)
    found = [(entry, lake.splice_record(entry.venue, entry.coin)) for entry in lake.list()]
    entries = [lake_row(*one) for one in found]
    venues = sorted({*(entry.venue for entry, record in found if record is None), *venues_with_facts(place.lake)})
    coins = [coins_of(lake, venue, at) for venue in venues]
    snapshots = SnapshotStore(place.snapshots).list()
    if as_json:
        print_json({"lake": entries, "coins": coins, "snapshots": [snapshot_row(one) for one in snapshots]})
        return
    for one in found:
        say(lake_line(*one))
    for view in coins:
        say("\n".join(coin_lines(view, every=False)))
    for snapshot in snapshots:
        say(snapshot_line(snapshot))
    say(f"{len(entries)} series imported, {len(snapshots)} snapshots")
    if not entries and not snapshots:
        say("bring history: organism data fetch, or organism data import; or make some: organism data synth planted")


app.command("record")(goes_on(record.record))
app.command("check")(looks.check)
app.command("show")(looks.show)
app.command("splice")(splice.splice)
app.command("facts")(facts.facts)
