"""When a strategy wants in and out: searches in the packed levels, for the compiled kernel."""

from __future__ import annotations

import numpy as np

from backtest.signals import WordArray
from data.jit import inlined, trailing_zeros

# Rows of the levels as the strategy gives them, then of what `combine` makes of them.
LONG_ENTRY, LONG_EXIT, SHORT_ENTRY, SHORT_EXIT, ENTERS, LONG_ENDS, SHORT_ENDS, N_LEVELS = range(8)

ALL_BITS, ONE = ~np.uint64(0), np.uint64(1)


@inlined
def lowest_bit(word: np.uint64) -> int:
    """Return the position of the lowest set bit of a word that is not 0."""
    return int(np.int64(trailing_zeros(word)))


@inlined
def combine(levels: WordArray, reverse: bool) -> None:
    """Fill the last rows: where a flat sleeve decides to enter, and where a long and a short decide to end."""
    for i in range(levels.shape[1]):
        long_entry, long_exit = levels[LONG_ENTRY, i], levels[LONG_EXIT, i]
        short_entry, short_exit = levels[SHORT_ENTRY, i], levels[SHORT_EXIT, i]
        levels[ENTERS, i] = (long_entry ^ short_entry) & ~((long_entry & long_exit) | (short_entry & short_exit))
        levels[LONG_ENDS, i] = long_exit
        levels[SHORT_ENDS, i] = short_exit
        if reverse:
            levels[LONG_ENDS, i] |= short_entry & ~short_exit & ~long_entry
            levels[SHORT_ENDS, i] |= long_entry & ~long_exit & ~short_entry


@inlined
def next_bar(levels: WordArray, row: int, start: int, stop: int) -> int:
    """Return the first bar in [start, stop) whose bit is set, or `stop`."""
    if start >= stop:
        return stop
    index, last = start >> 6, (stop - 1) >> 6
    word = levels[row, index] & (ALL_BITS << np.uint64(start & 63))
    while word == 0 and index < last:
        index += 1
        word = levels[row, index]
    return min((index << 6) + lowest_bit(word), stop) if word != 0 else stop


@inlined
def is_set(levels: WordArray, row: int, bar: int) -> bool:
    """Return the level of one bar."""
    return bool((levels[row, bar >> 6] >> np.uint64(bar & 63) & ONE) != 0)


@inlined
def is_reversal(levels: WordArray, side: int, bar: int) -> bool:
    """Return whether the close of `bar` turns a position of this side round (clauses 5 and 6)."""
    own_entry, entry, stay_out = LONG_ENTRY, SHORT_ENTRY, SHORT_EXIT
    if side < 0:
        own_entry, entry, stay_out = SHORT_ENTRY, LONG_ENTRY, LONG_EXIT
    return is_set(levels, entry, bar) and not is_set(levels, stay_out, bar) and not is_set(levels, own_entry, bar)
