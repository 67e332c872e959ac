"""Equity of a sleeve on the bars it was held, for the compiled kernel.

Bars on which nothing is held change nothing: their returns are 0 and they are left out of the curve.
"""

from __future__ import annotations

import math

import numpy as np

from backtest.kernel_levels import ONE
from backtest.result import FloatArray, IntArray
from data.jit import inlined

GROUP = np.uint64(8)
"""Bars are marked in whole groups where the history has as many."""


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
    # Unsigned numbers index without a test for negative ones, which would keep the loop from being vectorised.
    first, stop, place = np.uint64(bars[0]), np.uint64(bars[1]), np.uint64(last)
    whole = first + ((stop - first + GROUP - ONE) & ~(GROUP - ONE))
    if whole <= np.uint64(marks.shape[1]):
        # No bars left over after the vectors, and what is behind the last bar will be written over.
        stop = whole
    n_dead = 0
    for bar in range(first, stop):
        value = cash + quantity * (marks[way, bar] - entry)
        place += ONE
        equity[place] = value
        n_dead += value <= ruin
    if n_dead > 0:
        # Perhaps only behind the last bar.
        n_dead = 0
        for at in range(last + 1, last + 1 + bars[1] - bars[0]):
            n_dead += equity[at] <= ruin
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
