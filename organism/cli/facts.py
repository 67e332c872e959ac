"""`organism data facts`: what is known of a venue's coins, and since when."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, create_home, open_home, print_json, say

if TYPE_CHECKING:
    from data.lake import Lake

DAY = "%Y-%m-%d"
AtOption = Annotated[
    datetime | None, typer.Option("--at", formats=[DAY], help="Only coins that were traded on this day (UTC).")
]


def facts(
    file: Annotated[
        Path | None, typer.Argument(help="Keep what this TOML or CSV file says of coins; without one, list.")
    ] = None,
    venue: Annotated[str, typer.Option(help="Whose coins.")] = "hyperliquid",
    at: AtOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Keep or list listings, delistings, lots and leverage of coins.

    A file has a row or a [[coin]] for each: name, and listed, delisted, since, size_decimals, max_leverage, margin.
    What a venue says of its coins is kept by every fetch. Nothing that was said is ever forgotten.
    """
    from data.facts.files import read_facts_file
    from data.facts.store import keep_observation
    from data.lake import Lake
    from organism.views.coins import coin_lines

    if file is not None:
        n_new = keep_observation(create_home(home).lake, read_facts_file(file, venue))
        if not as_json:
            say(f"{n_new:,} coins of {venue} have something new in {file}")
    lake = Lake(open_home(home).lake)
    view = coins_of(lake, venue, at)
    if as_json:
        print_json(view if file is None else {**view, "new": n_new})
        return
    say("\n".join(coin_lines(view, every=True)))


def coins_of(lake: Lake, venue: str, at: datetime | None) -> dict[str, Any]:
    """Return what is known of a venue's coins, as JSON values."""
    from data.facts.lifetime import lifetimes
    from organism.views.coins import coins_view

    entries = lake.list()
    known = lake.facts(venue)
    with_bars = {entry.coin for entry in entries if entry.venue == venue and entry.interval is not None}
    at_ms = None if at is None else round(at.replace(tzinfo=UTC).timestamp() * 1000)
    return coins_view(venue, known, lifetimes(venue, known, entries), at_ms, with_bars)
