"""Equity of a sleeve on the bars it was held, and the statistics of an equity curve, for the compiled kernel.

Bars on which nothing is held change nothing: their returns are 0 and they are left out of the curve.
"""

from __future__ import annotations

import math

import numpy as np

from backtest.kernel_levels import ONE
from backtest.result import FloatArray, IntArray
from data.jit import inlined

LANES = 32
"""Returns that are added up side by side."""
STRETCH = np.uint64(32)
"""Places that are looked through at once for the drawdown."""


@inlined
def mark(
    marks: FloatArray,
    way: int,
    position: tuple[float, float, float],
    bars: tuple[int, int],
    equity: FloatArray,
    last: int,
    ruin: float,
) -> bool:
    """Write the equity at the closes of the bars behind place `last`; return whether the sleeve survives them.

    A position is cash after the entry's fee, quantity, and what one coin was worth at the entry.
    """
    cash, quantity, entry = position
    n_dead = 0
    # Unsigned numbers index without a test for negative ones, which would keep the loop from being vectorised.
    place = np.uint64(last)
    for bar in range(np.uint64(bars[0]), np.uint64(bars[1])):
        value = cash + quantity * (marks[way, bar] - entry)
        place += ONE
        equity[place] = value
        n_dead += value <= ruin
    return n_dead == 0


@inlined
def add_changes(change: FloatArray, equity: FloatArray, bar: int, places: tuple[int, int]) -> None:
    """Add the steps of the equity from the first place to the last to the changes on `bar` and the bars after it."""
    at = np.uint64(bar)
    for place in range(np.uint64(places[0]), np.uint64(places[1])):
        change[at] += equity[place + ONE] - equity[place]
        at += ONE


@inlined
def add_up(change: FloatArray, capital: float, equity: FloatArray) -> None:
    """Write the capital and then the equity after each change; places one more than changes.

    One after the other, each sum would wait for the one before; so four changes at a time wait for the four before.
    """
    n, four = np.uint64(change.size), np.uint64(4)
    total, first = capital, np.uint64(0)
    equity[0] = capital
    while first + four <= n:
        one = change[first]
        two = one + change[first + ONE]
        three = two + change[first + ONE + ONE]
        after = total + (three + change[first + ONE + ONE + ONE])
        equity[first + ONE], equity[first + ONE + ONE] = total + one, total + two
        equity[first + ONE + ONE + ONE], equity[first + four] = total + three, after
        total = after
        first += four
    for place in range(first, n):
        total += change[place]
        equity[place + ONE] = total


@inlined
def close_blocks(
    blocks: FloatArray,
    block_ends: IntArray,
    books: tuple[int, float],
    curve: tuple[int, int],
    equity: FloatArray,
    bar: int,
    last: int,
) -> tuple[int, float]:
    """Write the log return of each block that ends at or before `bar`; return the open block and its first equity.

    A curve is a bar and the place of the equity before it; `last` is the last place.
    """
    block, opened = books
    entry_bar, before = curve
    while block < blocks.size and block_ends[block] <= bar:
        value = equity[min(last, before + max(0, block_ends[block] - entry_bar))]
        # The logarithms of the returns of a block telescope to that of its growth.
        blocks[block] = math.log(value / opened)
        opened = value
        block += 1
    return block, opened


@inlined
def equity_sums(equity: FloatArray, last: int, lanes: FloatArray) -> tuple[float, float, float]:
    """Return the sums of r, r^2 and min(r, 0)^2 over equity[: last + 1]; `lanes` has shape (3, LANES).

    One sum after the other would wait for each addition. So each lane adds up every `LANES`-th return, many lanes side
    by side, and then the lanes are added in their order: a fixed order, the same bits however wide the processor is.
    """
    n, width = np.uint64(last), np.uint64(LANES)
    lanes[:] = 0.0
    first = np.uint64(0)
    while first + width <= n:
        # As many rounds as lanes, known beforehand: only then do they become vectors.
        for lane in range(width):
            _add_return(equity, first, lane, lanes)
        first += width
    for lane in range(n - first):
        _add_return(equity, first, lane, lanes)
    total, squares, losses = 0.0, 0.0, 0.0
    for lane in range(width):
        total += lanes[0, lane]
        squares += lanes[1, lane]
        losses += lanes[2, lane]
    return total, squares, losses


@inlined
def _add_return(equity: FloatArray, first: np.uint64, lane: int, lanes: FloatArray) -> None:
    before, after = equity[first + lane], equity[first + lane + ONE]
    r = (after - before) / before
    loss = min(r, 0.0)
    lanes[0, lane] += r
    lanes[1, lane] += r * r
    lanes[2, lane] += loss * loss


@inlined
def deepest_fall(equity: FloatArray, last: int) -> float:
    """Return the largest drawdown of equity[: last + 1], all of it positive.

    In a stretch without a new peak the least equity is the deepest fall. The bits of positive numbers, read as whole
    numbers, have the same order, and of those many can be compared at once.
    """
    peak, drawdown = equity[0], 0.0
    first, stop = ONE, np.uint64(last + 1)
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
    return drawdown


@inlined
def _bits(value: float) -> np.int64:
    return np.float64(value).view(np.int64)


@inlined
def _value(bits: np.int64) -> float:
    return np.int64(bits).view(np.float64)
