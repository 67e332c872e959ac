"""Decisions and levels of the fused kernel: small compiled functions, one for each clause."""

from __future__ import annotations

import math

import numpy as np

from backtest.result import ExitReason
from backtest.signals import WordArray
from data.jit import jit

REASONS = tuple(ExitReason)
"""Reasons by their code in the kernel."""
SIGNAL, REVERSAL, MAX_HOLD, STOP, TRAILING, TARGET, LIQUIDATION, BORDER = range(len(REASONS))


@jit
def lowest_bit(word: np.uint64) -> int:
    """Return the position of the lowest set bit of a word that is not 0."""
    # A power of two is exact in float64, and its exponent is the position.
    return math.frexp(float(word & (~word + np.uint64(1))))[1] - 1


@jit
def next_entry(
    long_entry: WordArray,
    long_exit: WordArray,
    short_entry: WordArray,
    short_exit: WordArray,
    start: int,
    stop: int,
) -> tuple[int, int]:
    """Return the first bar in [start, stop) whose close decides an entry, and its side; side 0 if there is none."""
    if start >= stop:
        return stop, 0
    index, last = start >> 6, (stop - 1) >> 6
    mask = ~np.uint64(0) << np.uint64(start & 63)
    while index <= last:
        either = long_entry[index] ^ short_entry[index]
        word = mask & either & ~((long_entry[index] & long_exit[index]) | (short_entry[index] & short_exit[index]))
        if word != 0:
            bit = lowest_bit(word)
            bar = (index << 6) + bit
            if bar >= stop:
                return stop, 0
            return bar, 1 if long_entry[index] >> np.uint64(bit) & np.uint64(1) else -1
        mask = ~np.uint64(0)
        index += 1
    return stop, 0


@jit
def next_exit(
    own_exit: WordArray,
    own_entry: WordArray,
    other_entry: WordArray,
    other_exit: WordArray,
    reverse: bool,
    start: int,
    stop: int,
) -> int:
    """Return the first bar in [start, stop) whose close decides an exit or a reversal, or `stop`."""
    if start >= stop:
        return stop
    index, last = start >> 6, (stop - 1) >> 6
    mask = ~np.uint64(0) << np.uint64(start & 63)
    while index <= last:
        word = own_exit[index]
        if reverse:
            word |= other_entry[index] & ~other_exit[index] & ~own_entry[index]
        word &= mask
        if word != 0:
            return min((index << 6) + lowest_bit(word), stop)
        mask = ~np.uint64(0)
        index += 1
    return stop


@jit
def is_reversal(own_entry: WordArray, other_entry: WordArray, other_exit: WordArray, bar: int) -> bool:
    """Return whether the close of `bar` decides a reversal."""
    word = other_entry[bar >> 6] & ~other_exit[bar >> 6] & ~own_entry[bar >> 6]
    return bool((word >> np.uint64(bar & 63) & np.uint64(1)) != 0)


@jit
def liquidation_line(
    side: int, fill: float, leverage: float, quantity: float, maintenance: float
) -> tuple[float, float]:
    """Return the mark at which margin meets maintenance before any funding, and its move for each USDC paid."""
    share = 1.0 - side * maintenance
    return fill * (1.0 - side / leverage) / share, side / (quantity * share)


@jit
def guard_level(sign: float, stop: float, best: float, trail: float, liquidation: float) -> float:
    """Return the level that a move against the position meets first, times the side; so is `stop`."""
    level = max(stop, sign * liquidation)
    return max(level, sign * best * (1.0 - sign * trail)) if trail > 0.0 else level


@jit
def adverse(
    sign: float, open_price: float, guard: float, stop: float, liquidation: float, slip: float
) -> tuple[int, float]:
    """Return why and where a position closes whose guard was met; levels are times the side."""
    if guard == liquidation:
        return LIQUIDATION, 0.0
    worse = sign * min(guard, sign * open_price)
    return STOP if guard == stop else TRAILING, worse * (1.0 - sign * slip)
