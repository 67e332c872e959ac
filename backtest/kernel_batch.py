"""Many rules on the sleeves of one universe in a single compiled call: each simulated, pooled, and told as sums."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backtest.kernel_curve import LANES
from backtest.kernel_levels import LONG_ENTRY, SHORT_ENTRY
from backtest.kernel_rules import CAPITAL
from backtest.kernel_sleeve import Spans, simulate_sleeve
from backtest.layout import MarketArrays, Sizing
from backtest.metrics import N_METRICS, write_metrics
from backtest.pooling import N_SUMS, pool_sums
from backtest.result import FloatArray, IntArray
from backtest.workspace import FORCED, HELD, N_TOTALS, N_TRADE_COLUMNS, RUINED, TRADED, WINS, Room
from data.jit import inlined, jit

Words = NDArray[np.uint64]

# Places in what is told of a rule, behind its metrics.
N_ENTRIES, IS_RUINED, N_PLACES = range(N_METRICS, N_METRICS + 3)
# Places in what is added up over its sleeves, behind the sums of `pool_sums`.
N_CLOSED, N_FORCED, N_WINS, POOL_TRADED, POOL_HELD, N_ADDED = range(N_SUMS, N_SUMS + 6)
SUM_R, SUM_RR, SUM_NEGATIVE, DRAWDOWN, EQUITY = range(N_SUMS)

ODD_BITS, PAIRS, NIBBLES = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
OCTETS, ONE, TWO, FOUR, TOP = np.uint64(0x0101010101010101), np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56)


@inlined
def count_bits(word: np.uint64) -> int:
    """Return how many bits of a word are set; the compiler knows the pattern for one instruction."""
    word -= word >> ONE & ODD_BITS
    word = (word & PAIRS) + (word >> TWO & PAIRS)
    return int((word + (word >> FOUR) & NIBBLES) * OCTETS >> TOP)


@inlined
def count_entries(levels: Words, rule: int) -> int:
    """Return on how many bars of all coins a rule would enter some side: no trade begins on any other."""
    n = 0
    for coin in range(levels.shape[1]):
        for word in range(levels.shape[3]):
            n += count_bits(levels[rule, coin, LONG_ENTRY, word] | levels[rule, coin, SHORT_ENTRY, word])
    return n


@jit
def simulate_rules(
    quotes: FloatArray,
    path: FloatArray,
    marks: FloatArray,
    near: FloatArray,
    far: FloatArray,
    terms: FloatArray,
    sizings: FloatArray,
    slots: IntArray,
    levels: Words,
    settings: FloatArray,
    segments: IntArray,
    segment_bounds: IntArray,
    block_ends: IntArray,
    buffers: FloatArray,
    least_entries: int,
    numbers: IntArray,
    progress: IntArray,
    blocks: FloatArray,
    told: FloatArray,
    bars_per_year: float,
) -> None:
    """Fill `told`, shape (n_rules, N_PLACES), and `blocks`, shape (n_rules, n_coins + 1, n_blocks), the pool's last.

    Parameters
    ----------
    quotes, path, marks, near, far, terms
        Those of `MarketArrays`, one coin after the other.
    sizings
        Shape (n_slots, n_coins, 2, n_bars): exposure and distance factor of each sizing in use, from slot 1 on.
    slots
        Shape (n_rules,): the slot of each rule; 0 is 1 on every bar.
    levels
        Shape (n_rules or more, n_coins, N_LEVELS, n_words): the first four rows are given.
    settings
        Shape (n_rules, N_SETTINGS), the capital being that of one sleeve.
    segments, segment_bounds
        Runs of available bars of all coins, and where those of each coin begin, shape (n_coins + 1,).
    block_ends
        First bar after each block; see `Workspace.block_ends`.
    buffers
        Shape (2, n_bars + 1): room for the equity of a sleeve and for the changes of the pool.
    least_entries
        A rule that would enter on fewer bars is not simulated.
    numbers, progress
        Shape (n_rules,) and (1,): progress is set to the number of each rule as it begins.
    """
    n_coins, n_bars = marks.shape[0], marks.shape[2]
    capital = settings[0, CAPITAL] * n_coins
    # The equity of one sleeve is that of the pool; several add their changes up.
    equity, pool = buffers[0], buffers[1, : n_bars if n_coins > 1 else 0]
    totals, ones, no_returns, no_trades = np.empty(N_TOTALS), np.ones(1), np.empty(0), np.empty((0, N_TRADE_COLUMNS))
    lanes, added = np.empty((3, LANES)), np.empty(N_ADDED)
    for rule in range(slots.size):
        progress[0] = numbers[rule]
        one, own = told[rule], blocks[rule, n_coins]
        one[N_ENTRIES], one[IS_RUINED] = count_entries(levels, rule), 0.0
        if one[N_ENTRIES] < least_entries:
            continue
        slot = slots[rule]
        pool[:], added[:] = 0.0, 0.0
        for coin in range(n_coins):
            n_rows = simulate_sleeve(
                MarketArrays(quotes[coin], path[coin], marks[coin], near[coin], far[coin], terms[coin]),
                Sizing(sizings[slot - 1, coin, 0], sizings[slot - 1, coin, 1]) if slot > 0 else Sizing(ones, ones),
                levels[rule, coin],
                settings[rule],
                Spans(segments[segment_bounds[coin] : segment_bounds[coin + 1]], block_ends),
                Room(equity, pool, no_trades, blocks[rule, coin], totals, lanes),
            )
            added[N_CLOSED] += n_rows
            added[N_FORCED] += totals[FORCED]
            added[N_WINS] += totals[WINS]
            added[POOL_TRADED] += totals[TRADED]
            added[POOL_HELD] += totals[HELD]
            if totals[RUINED] > 0.0:
                # The pool is ruined with it.
                one[IS_RUINED] = 1.0
                break
        if n_coins == 1:
            added[:N_SUMS], own[:] = totals[:N_SUMS], blocks[rule, 0]
        elif one[IS_RUINED] == 0.0:
            pool_sums(pool, capital, equity, lanes, no_returns, own, added[:N_SUMS])
        write_metrics(
            one[:N_METRICS],
            n_bars,
            (added[SUM_R], added[SUM_RR], added[SUM_NEGATIVE]),
            added[EQUITY] / capital,
            added[DRAWDOWN],
            added[POOL_TRADED] / capital,
            added[POOL_HELD] / (n_bars * n_coins),
            int(added[N_CLOSED] - added[N_FORCED]),
            int(added[N_FORCED]),
            int(added[N_WINS]),
            bars_per_year,
            one[IS_RUINED] > 0.0,
        )
