"""Statistics of an equity curve, for the compiled kernel."""

from __future__ import annotations

import numpy as np

from backtest.kernel_levels import ONE
from backtest.result import FloatArray
from data.jit import inlined

LANES = 32
"""Returns that are added up side by side."""
STRETCH = np.uint64(32)
"""Places that are looked through at once for the drawdown."""
CHUNK = 32 * LANES
"""Places that are gone through twice while the cache holds them, for the sums and for the drawdown."""


@inlined
def curve_statistics(equity: FloatArray, last: int, lanes: FloatArray) -> tuple[float, float, float, float]:
    """Return the sums of r, r^2 and min(r, 0)^2 over equity[: last + 1], and its largest drawdown.

    All of the equity is positive; `lanes` has shape (3, LANES).
    """
    lanes[:] = 0.0
    place, peak, drawdown = 0, equity[0], 0.0
    while place < last:
        ahead = min(place + CHUNK, last)
        add_returns(equity, place, ahead, lanes)
        peak, drawdown = deepest_fall(equity, place, ahead, peak, drawdown)
        place = ahead
    return *lane_sums(lanes), drawdown


@inlined
def add_returns(equity: FloatArray, start: int, last: int, lanes: FloatArray) -> None:
    """Add r, r^2 and min(r, 0)^2 of each step from one place to another to the lanes.

    One sum after the other would wait for each addition. So each lane adds up every `LANES`-th return, many lanes side
    by side, and then the lanes are added in their order: a fixed order, the same bits however wide the processor is.
    """
    first, n, width = np.uint64(start), np.uint64(last), np.uint64(LANES)
    while first + width <= n:
        # As many rounds as lanes, known beforehand: only then do they become vectors.
        for lane in range(width):
            _add_return(equity, first, lane, lanes)
        first += width
    for lane in range(n - first):
        _add_return(equity, first, lane, lanes)


@inlined
def _add_return(equity: FloatArray, first: np.uint64, lane: int, lanes: FloatArray) -> None:
    before, after = equity[first + lane], equity[first + lane + ONE]
    r = (after - before) / before
    loss = min(r, 0.0)
    lanes[0, lane] += r
    lanes[1, lane] += r * r
    lanes[2, lane] += loss * loss


@inlined
def lane_sums(lanes: FloatArray) -> tuple[float, float, float]:
    """Return the sums of the lanes, added in their order."""
    total, squares, losses = 0.0, 0.0, 0.0
    for lane in range(LANES):
        total += lanes[0, lane]
        squares += lanes[1, lane]
        losses += lanes[2, lane]
    return total, squares, losses


@inlined
def deepest_fall(equity: FloatArray, start: int, last: int, peak: float, drawdown: float) -> tuple[float, float]:
    """Return the peak and the largest drawdown after the places behind `start` up to `last`, given those before.

    In a stretch without a new peak the least equity is the deepest fall. The bits of positive numbers, read as whole
    numbers, have the same order, and of those many can be compared at once.
    """
    first, stop = np.uint64(start + 1), np.uint64(last + 1)
    while first < stop:
        ahead = min(first + STRETCH, stop)
        lowest = highest = _bits(equity[first])
        for place in range(first, ahead):
            value = _bits(equity[place])
            lowest, highest = min(lowest, value), max(highest, value)
        if _value(highest) <= peak:
            drawdown = max(drawdown, 1.0 - _value(lowest) / peak)
        else:
            floor = peak * (1.0 - drawdown)
            for place in range(first, ahead):
                # `floor` is the equity at which the drawdown becomes the largest so far.
                if equity[place] > peak:
                    peak = equity[place]
                    floor = peak * (1.0 - drawdown)
                elif equity[place] < floor:
                    floor = equity[place]
                    drawdown = 1.0 - floor / peak
        first = ahead
    return peak, drawdown


@inlined
def _bits(value: float) -> np.int64:
    return np.float64(value).view(np.int64)


@inlined
def _value(bits: np.int64) -> float:
    return np.int64(bits).view(np.float64)
