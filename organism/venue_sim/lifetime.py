"""From when to when the venue lists a coin, read off its bars."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from data.market import Market


class Lifetime(NamedTuple):
    """Simulated moments, UTC milliseconds."""

    from_ms: int
    """Open of the first bar."""
    until_ms: int
    """End of the last bar."""
    is_ended: bool
    """Whether the coin is delisted at `until_ms`; else the history just ends."""


def lifetime(market: Market) -> Lifetime | None:
    """Return when the coin is listed, to the history's end unless its bars or its facts end before; None if never."""
    there = np.flatnonzero(market.is_available)
    if not there.size:
        return None
    until_ms = int(market.time_ms[there[-1]]) + market.interval_ms
    told = market.instrument.delisted_ms
    is_ended = int(there[-1]) < market.n_bars - 1 or (told is not None and told <= until_ms)
    return Lifetime(int(market.time_ms[there[0]]), until_ms, is_ended)
