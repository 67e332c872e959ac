"""At which moment of its history a venue opens, and how a history is brought to the present."""

from __future__ import annotations

from dataclasses import replace

from data.intervals import DAY_MS
from data.market import Universe

PAST = 0.9
"""Share of the history that has happened when the venue opens; the rest happens while it runs."""


def opening_ms(universe: Universe) -> int:
    """Return the open of the first bar that has not happened yet when the venue opens."""
    return int(universe.time_ms[int(PAST * universe.n_bars)])


def brought_to(universe: Universe, now_ms: int) -> Universe:
    """Return the universe moved by whole days, so that it opens within a day before `now_ms`."""
    moved_ms = (now_ms - opening_ms(universe)) // DAY_MS * DAY_MS
    return Universe(
        universe.snapshot_id,
        tuple(
            replace(
                market,
                time_ms=market.time_ms + moved_ms,
                instrument=replace(
                    market.instrument,
                    listed_ms=_moved(market.instrument.listed_ms, moved_ms),
                    delisted_ms=_moved(market.instrument.delisted_ms, moved_ms),
                ),
            )
            for market in universe
        ),
    )


def _moved(moment_ms: int | None, by_ms: int) -> int | None:
    return None if moment_ms is None else moment_ms + by_ms
