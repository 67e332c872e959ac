"""Equity of a sleeve on the bars it was held, and the statistics of an equity curve, for the compiled kernel.

Bars on which nothing is held change nothing: their returns are 0 and they are left out of the curve.
"""

from __future__ import annotations

import math

import numpy as np

from backtest.kernel_levels import ONE
from backtest.result import FloatArray, IntArray
from data.jit import inlined


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
def equity_sums(equity: FloatArray, last: int) -> tuple[float, float, float, float]:
    """Return the sums of r, r^2 and min(r, 0)^2 over equity[: last + 1], and the largest drawdown."""
    total, squares, losses, drawdown = 0.0, 0.0, 0.0, 0.0
    previous = equity[0]
    peak, floor = previous, previous
    for place in range(ONE, np.uint64(last + 1)):
        value = equity[place]
        r = (value - previous) / previous
        previous = value
        total += r
        squares += r * r
        # Without a branch: the sign of a return cannot be predicted.
        loss = min(r, 0.0)
        losses += loss * loss
        # `floor` is the equity at which the drawdown becomes the largest so far.
        if value > peak:
            peak = value
            floor = peak * (1.0 - drawdown)
        elif value < floor:
            floor = value
            drawdown = 1.0 - value / peak
    return total, squares, losses, drawdown
