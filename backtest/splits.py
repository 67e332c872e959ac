"""60 % in sample, 20 % out of sample, 20 % walk forward, with an embargo after each border."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, pairwise

import numpy as np

from data.errors import DataError
from data.intervals import HOUR_MS
from data.market import IntArray

EMBARGO_HOURS = 168
MINIMUM_BARS = 2


@dataclass(frozen=True, slots=True)
class Slice:
    """The bars [start, stop) of a calendar, which is the time [start_ms, end_ms)."""

    name: str
    start: int
    stop: int
    start_ms: int
    """Open of the first bar, UTC milliseconds."""
    end_ms: int
    """Close of the last bar, UTC milliseconds."""


@dataclass(frozen=True, slots=True)
class Slices:
    """The three slices of a calendar, in order of time."""

    in_sample: Slice
    out_of_sample: Slice
    walk_forward: Slice


def split_60_20_20(time_ms: IntArray, interval_ms: int, longest_holding_bars: int) -> Slices:
    """Split a calendar by time; shares are measured before the embargo is dropped after each border.

    Parameters
    ----------
    time_ms
        Opens of the bars, shape (n_bars,), without missing steps.
    interval_ms
        Length of a bar.
    longest_holding_bars
        Longest position in sample; the embargo is the larger of it and 168 hours.

    Raises
    ------
    DataError
        If a slice would be left without bars.
    """
    n_bars = int(time_ms.size)
    embargo = max(-(-EMBARGO_HOURS * HOUR_MS // interval_ms), longest_holding_bars)
    first, second = (n_bars * 60) // 100, (n_bars * 80) // 100
    if not _is_long_enough(n_bars, embargo):
        raise DataError(
            f"history of {n_bars} bars is too short: with an embargo of {embargo} bars after each border, "
            f"the held-out slices need at least {_least_bars(embargo)} bars in all; give more history"
        )
    return Slices(
        in_sample=_slice("IS", 0, first, time_ms, interval_ms),
        out_of_sample=_slice("OOS", first + embargo, second, time_ms, interval_ms),
        walk_forward=_slice("WF", second + embargo, n_bars, time_ms, interval_ms),
    )


def slice_between(name: str, start_ms: int, end_ms: int, time_ms: IntArray) -> Slice:
    """Return the bars of a calendar that open in [start_ms, end_ms)."""
    start, stop = np.searchsorted(time_ms, (start_ms, end_ms)).tolist()
    return Slice(name, start, stop, start_ms, end_ms)


def folds(part: Slice, n_folds: int) -> list[Slice]:
    """Return `n_folds` consecutive parts of a slice, as equal as whole bars allow.

    Raises
    ------
    ValueError
        If there are fewer bars than two for each fold.
    """
    n_bars = part.stop - part.start
    if n_folds < 1 or n_bars < MINIMUM_BARS * n_folds:
        raise ValueError(f"{n_folds} folds of a slice of {n_bars} bars; allowed are at least 1 with 2 bars each")
    step_ms = (part.end_ms - part.start_ms) // n_bars
    borders = [(n_bars * i) // n_folds for i in range(n_folds + 1)]
    return [
        Slice(part.name, part.start + a, part.start + b, part.start_ms + a * step_ms, part.start_ms + b * step_ms)
        for a, b in pairwise(borders)
    ]


def _is_long_enough(n_bars: int, embargo: int) -> bool:
    first, second = (n_bars * 60) // 100, (n_bars * 80) // 100
    return min(second - first, n_bars - second) >= embargo + MINIMUM_BARS


def _least_bars(embargo: int) -> int:
    """Return the shortest history that can be split; whole bars make it a little less than five embargoes."""
    return next(n for n in count(5 * (embargo + MINIMUM_BARS) - 5) if _is_long_enough(n, embargo))


def _slice(name: str, start: int, stop: int, time_ms: IntArray, interval_ms: int) -> Slice:
    return Slice(name, start, stop, int(time_ms[start]), int(time_ms[stop - 1]) + interval_ms)
