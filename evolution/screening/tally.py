"""Trades of a rule under a further condition, counted in compiled code."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backtest.kernel_levels import lowest_bit
from data.jit import jit
from data.market import FloatArray, IntArray
from evolution.rows.chance import State, below

Bits = NDArray[np.uint64]
"""Shape (n_coins, n_words): bars of each coin, 64 to a word."""
NO_QUESTION = -1
N_PARTS, STRETCH_WORDS = 4, 16
"""Parts of a history, on one of which all questions are asked, and the length of the stretches that make up a part: a
thousand bars."""
FIRST_OF = 16
"""Of how many questions the best is asked on the whole history."""
LEAST_SPREAD = 1e-12
"""Sum of squared returns around their mean, below which a t says nothing."""
ALL_BITS = ~np.uint64(0)
Sums = tuple[float, float, float]
"""Of trades: their number, what they earn together, and the squares of it."""
NO_TRADES = (0.0, 0.0, 0.0)


class Sample(NamedTuple):
    """Bars on which questions are asked, and who would enter there."""

    long: Bits
    """Where each side would enter."""
    short: Bits
    answers: NDArray[np.uint64]
    """Shape (n_questions, n_coins, n_words)."""
    n_parts: int
    """Of how many parts of the history this is the first; 1: all of it."""


class Trades(NamedTuple):
    """What a condition is asked about."""

    ahead: FloatArray
    """Shape (n_coins, n_bars): what a long trade earns before costs that is decided there, as a fraction; a short one
    loses it. Nobody enters where it is NaN."""
    costs: FloatArray
    """Shape (n_coins,): of a trade, as a fraction."""
    hold_bars: int
    """After which a trade is left."""
    least: int
    """A condition that leaves fewer trades is not proposed."""


class Kinds(NamedTuple):
    """Questions by what they are about."""

    order: IntArray
    """Shape (n_questions,): their places, kind by kind."""
    bounds: IntArray
    """Shape (n_kinds + 1,): where each kind begins."""


def first_part(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the words of the first of `N_PARTS` parts: of so many stretches the first, of the next as many again.

    Those of a question lie side by side then: what is asked by the thousand has to come from memory fast.
    """
    stretches = np.arange(words.shape[-1]) // STRETCH_WORDS
    return np.ascontiguousarray(words[..., stretches % N_PARTS == 0])


@jit
def with_trades(enters: Bits, answers: Bits, trades: Trades, is_long: bool, n_parts: int, before: Sums) -> Sums:
    """Return sums with those trades of a side added that are entered where both are True.

    Who is in a trade does not enter another one. The bits are those of the first of `n_parts` parts.
    """
    ahead, costs, hold_bars = trades.ahead, trades.costs, trades.hold_bars
    number, total, squares = before
    skipped = (n_parts - 1) * STRETCH_WORDS
    for coin in range(enters.shape[0]):
        free = 0
        for word in range(enters.shape[1]):
            bits = enters[coin, word] & answers[coin, word]
            first = (word + word // STRETCH_WORDS * skipped) << 6
            if free > first:
                bits &= np.uint64(0) if free >= first + 64 else ALL_BITS << np.uint64(free - first)
            while bits != 0:
                bar = first + lowest_bit(bits)
                gained = ahead[coin, bar]
                earned = (gained if is_long else -gained) - costs[coin]
                if math.isnan(earned):
                    bits &= bits - np.uint64(1)
                    continue
                number += 1.0
                total += earned
                squares += earned * earned
                free = bar + hold_bars
                bits &= np.uint64(0) if free >= first + 64 else ALL_BITS << np.uint64(free - first)
    return number, total, squares


@jit
def t_of_trades(trades: Trades, sample: Sample, question: int, other: int) -> float:
    """Return the t of the mean of all trades that two questions leave, one of each side; 0 if they are too few.

    A part may have half as many as its share.
    """
    n_parts = sample.n_parts
    long = with_trades(sample.long, sample.answers[question], trades, True, n_parts, NO_TRADES)
    number, total, squares = with_trades(sample.short, sample.answers[other], trades, False, n_parts, long)
    least = trades.least if n_parts == 1 else trades.least / (2 * n_parts)
    if number < max(2.0, least):
        return 0.0
    spread = squares - total * total / number
    return total / math.sqrt(spread) if spread > LEAST_SPREAD else 0.0


@jit
def best_question(
    trades: Trades, part: Sample, whole: Sample, others: IntArray, kinds: Kinds, n_asked: int, rng: State
) -> int:
    """Draw so many questions and return the one whose trades have the highest t, or `NO_QUESTION`.

    The long side is asked a question, the short side its mirror. All are asked on a part of the history, the best
    sixteenth of them on all of it (successive halving, Jamieson and Talwalkar 2016). No question is returned that
    leaves too few trades, or whose mean is a loss.

    Parameters
    ----------
    others
        Shape (n_questions,): the mirrors.
    kinds
        Each kind of question is drawn as often as any other.
    """
    n_kept = -(-n_asked // FIRST_OF)
    kept, heights, lowest = np.full(n_kept, NO_QUESTION), np.zeros(n_kept), 0
    for _ in range(n_asked):
        kind = below(len(kinds.bounds) - 1, rng)
        first = kinds.bounds[kind]
        question = kinds.order[first + below(kinds.bounds[kind + 1] - first, rng)]
        height = t_of_trades(trades, part, question, others[question])
        if height > heights[lowest] and not (kept == question).any():
            kept[lowest], heights[lowest] = question, height
            lowest = int(np.argmin(heights))
    best, highest = NO_QUESTION, 0.0
    for question in kept:
        if question != NO_QUESTION:
            height = t_of_trades(trades, whole, question, others[question])
            if height > highest:
                best, highest = question, height
    return best
