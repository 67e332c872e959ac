"""Trades of a rule under a further condition, counted in compiled code."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from backtest.kernel_levels import lowest_bit
from data.jit import jit
from data.market import FloatArray, IntArray
from evolution.search.rows.chance import State, below

Bits = NDArray[np.uint64]
"""Shape (n_coins, n_words): bars of each coin, 64 to a word."""
NO_QUESTION = -1
LEAST_SPREAD = 1e-12
"""Sum of squared returns around their mean, below which a t says nothing."""
ALL_BITS = ~np.uint64(0)


@jit
def add_trades(enters: Bits, answers: Bits, ahead: FloatArray, hold_bars: int, sums: FloatArray) -> None:
    """Add number, sum and sum of squares of the trades that are entered where both are True.

    Who is in a trade does not enter another one. `ahead`, shape (n_coins, n_bars), is what a trade earns that is
    decided on a bar; nobody enters where it is NaN.
    """
    for coin in range(enters.shape[0]):
        free = 0
        for word in range(enters.shape[1]):
            bits = enters[coin, word] & answers[coin, word]
            first = word << 6
            if free > first:
                bits &= np.uint64(0) if free >= first + 64 else ALL_BITS << np.uint64(free - first)
            while bits != 0:
                bar = first + lowest_bit(bits)
                earned = ahead[coin, bar]
                if math.isnan(earned):
                    bits &= bits - np.uint64(1)
                    continue
                sums[0] += 1.0
                sums[1] += earned
                sums[2] += earned * earned
                free = bar + hold_bars
                bits &= np.uint64(0) if free >= first + 64 else ALL_BITS << np.uint64(free - first)


@jit
def best_question(
    enters: tuple[Bits, Bits],
    ahead: tuple[FloatArray, FloatArray],
    answers: NDArray[np.uint64],
    others: IntArray,
    hold_bars: int,
    least_trades: int,
    n_asked: int,
    rng: State,
) -> int:
    """Draw so many questions and return the one whose trades have the highest t, or `NO_QUESTION`.

    The first side is asked a question, the second its mirror; the t is that of the mean of all trades of both. No
    question is returned that leaves fewer than `least_trades`, or whose mean is a loss.

    Parameters
    ----------
    enters, ahead
        Of the long side and of the short side.
    answers
        Shape (n_questions, n_coins, n_words).
    others
        Shape (n_questions,): the mirrors.
    """
    best, highest = NO_QUESTION, 0.0
    sums = np.empty(3)
    for _ in range(n_asked):
        question = below(len(others), rng)
        sums[:] = 0.0
        add_trades(enters[0], answers[question], ahead[0], hold_bars, sums)
        add_trades(enters[1], answers[others[question]], ahead[1], hold_bars, sums)
        if sums[0] < least_trades:
            continue
        spread = sums[2] - sums[1] * sums[1] / sums[0]
        if spread > LEAST_SPREAD and sums[1] / math.sqrt(spread) > highest:
            best, highest = question, sums[1] / math.sqrt(spread)
    return best
