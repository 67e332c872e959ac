"""Short bars to longer ones, where an incomplete bar is none."""

from __future__ import annotations

import numpy as np

from data.bars import Bars
from data.errors import ConfigError
from data.intervals import interval_name


def resample(bars: Bars, interval_ms: int, longer_ms: int) -> Bars:
    """Return the bars of a longer interval, of which every bar of the shorter one is there.

    A longer bar opens on the grid of its own length from midnight UTC: with the first open, the highest high, the
    lowest low, the last close and the sum of the volumes. One that lacks a single short bar is left out, and is a
    hole like any other. Funding has its own times and stays as it is.

    Parameters
    ----------
    bars
        Bars of `interval_ms` on its grid, strictly increasing: what passes `data.quality.check_bars`.
    interval_ms, longer_ms
        Milliseconds, both of a named interval; the second a whole multiple of the first.

    Raises
    ------
    ConfigError
        If the longer interval is not a whole multiple of the shorter, or either has no name.
    """
    names = interval_name(interval_ms), interval_name(longer_ms)
    if longer_ms % interval_ms:
        raise ConfigError(f"bars of {names[0]} do not make bars of {names[1]}: give a whole multiple of {names[0]}")
    bucket = bars.time_ms // longer_ms
    starts = np.flatnonzero(np.diff(bucket, prepend=bucket[:1] - 1))
    stops = np.append(starts[1:], bucket.size)
    is_complete = stops - starts == longer_ms // interval_ms
    first, last = starts[is_complete], stops[is_complete] - 1
    if not first.size:
        nothing = np.empty(0)
        return Bars(np.empty(0, dtype=np.int64), nothing, nothing, nothing, nothing, nothing)
    return Bars(
        bars.time_ms[first],
        bars.open[first],
        np.maximum.reduceat(bars.high, starts)[is_complete],
        np.minimum.reduceat(bars.low, starts)[is_complete],
        bars.close[last],
        np.add.reduceat(bars.volume, starts)[is_complete],
    )
