"""A coin among the others of its universe: what the lead coin does, what the others do, where it stands among them.

Each of these is computed for all coins at once, from the values that its argument has on every coin. What follows at
bar t uses bars up to t of all coins, and of a coin that did not trade nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backtest.signals import pack_bits
from data.jit import jit
from data.market import BoolArray, FloatArray, IntArray, Universe
from data.rolling import first_anchor, rolling_mean
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.estimators import log_changes
from evolution.opcodes.momentum import returns
from evolution.opcodes.series import known, quietly, sealed
from evolution.opcodes.statistics import STANDSTILL
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import ValueType

Series = tuple[FloatArray, ...]
"""One of shape (n_bars,) for each coin, in the order of the universe."""

LEAD_BARS = 720
"""Bars over which coins are compared by what was traded of them."""
NO_LEAD = -1


@quietly
def lead_coin(universe: Universe) -> IntArray:
    """Return the place of the coin of which most was traded over the last 720 bars, shape (n_bars,).

    Traded is close x volume, nothing on a bar that is missing; of equals the first by name. `NO_LEAD` on the first 719
    bars, and where nothing was traded at all.
    """
    lead = np.full(universe.n_bars, NO_LEAD)
    most = np.zeros(universe.n_bars)
    for place, market in enumerate(universe):
        traded = sealed(np.where(market.is_available, market.close * market.volume, 0.0))
        mean = rolling_mean(traded, LEAD_BARS, first_anchor(market, LEAD_BARS))
        # Written so that what is unknown never leads.
        leads = mean > most
        lead[leads], most[leads] = place, mean[leads]
    return lead


def leader(universe: Universe, values: Sequence[FloatArray | Truth]) -> tuple[FloatArray | Truth, ...]:
    """Return what the lead coin's value is, the same for every coin; unknown where it is, or where none leads.

    On a universe of one coin that is the coin itself. See `lead_coin`.
    """
    lead = lead_coin(universe)
    of_lead = [lead == place for place in range(len(values))]
    return (_chosen(of_lead, values, universe.n_bars),) * len(values)


def _chosen(chosen: Sequence[BoolArray], values: Sequence[FloatArray | Truth], n_bars: int) -> FloatArray | Truth:
    """Return, on each bar, the value that is chosen there; unknown where none is."""
    merged = np.full(n_bars, np.nan)
    truth = Truth.from_bools(np.zeros(n_bars, dtype=np.bool_), np.zeros(n_bars, dtype=np.bool_))
    for here, value in zip(chosen, values, strict=True):
        if isinstance(value, Truth):
            words = pack_bits(here)
            truth = Truth(truth.true | (value.true & words), truth.false | (value.false & words))
        else:
            merged[here] = value[here]
    return truth if isinstance(values[0], Truth) else sealed(merged)


@quietly
def _means_of_others(values: Sequence[FloatArray]) -> Series:
    """Return for each coin the mean of what the others' values are, those that are known; NaN where none is."""
    is_known = [~np.isnan(value) for value in values]
    n_known = np.sum(is_known, axis=0)
    sums = [np.zeros_like(values[0]) for _ in values]
    # What lies before a coin and what lies behind it are added up apart: nothing that was added is taken away again.
    for order in (range(len(values)), reversed(range(len(values)))):
        total = np.zeros_like(values[0])
        for place in order:
            sums[place] += total
            total += np.where(is_known[place], values[place], 0.0)
    return tuple(known(sums[i] / (n_known - is_known[i])) for i in range(len(values)))


def peers(universe: Universe, values: Series) -> Series:
    """Return the mean of the other coins' values; NaN where none of them is known, as on a universe of one coin."""
    return _means_of_others(values)


@jit
def _ranks_among_others(values: FloatArray) -> FloatArray:
    """Return the ranks of `cross_rank`; values and ranks have shape (n_coins, n_bars)."""
    n_coins, n_bars = values.shape
    ranks = np.empty_like(values)
    for coin in range(n_coins):
        own, rank, count = values[coin], ranks[coin], np.zeros(n_bars)
        rank[:] = 0.0
        for other in range(n_coins):
            if other != coin:
                theirs = values[other]
                for t in range(n_bars):
                    rank[t] += np.float64(theirs[t] < own[t]) + 0.5 * np.float64(theirs[t] == own[t])
                    count[t] += np.float64(theirs[t] == theirs[t])
        for t in range(n_bars):
            is_known = count[t] > 0.0 and own[t] == own[t]
            rank[t] = 100.0 * rank[t] / count[t] if is_known else np.nan
    return ranks


def cross_rank(universe: Universe, values: Series) -> Series:
    """Return the percent of the other coins whose value is lower, an equal one counting half.

    NaN where the coin's own value is unknown, or where no other coin's is known.
    """
    return tuple(sealed(rank) for rank in _ranks_among_others(np.stack(values)))


@quietly
def relative_strength(universe: Universe, window: int) -> Series:
    """Return the coin's percent return over `window` bars less the mean of the other coins'.

    NaN where the coin's return is unknown as in `returns`, or where every other coin's is.
    """
    own = [returns(market, window) for market in universe]
    return tuple(known(mine - theirs) for mine, theirs in zip(own, _means_of_others(own), strict=True))


@jit
def _residuals(values: FloatArray, others: FloatArray, window: int, anchor: int) -> FloatArray:
    """Return the sums of the last `window` values less beta times those of the others; NaN where one of them is.

    Beta is that of the line of least squares through these pairs. Sums are taken as in `rolling_correlation`; NaN too
    where the others stand still, as there.
    """
    n = values.size
    residuals = np.full(n, np.nan)
    # By row: sums of x, y, y * y, x * y, relative to the anchor.
    before = np.zeros((4, window))
    after = np.zeros(4)
    while anchor < n:
        for k in range(window - 1, 0, -1):
            t = anchor - (window - k)
            x = values[t] - values[anchor] if t >= 0 else np.nan
            y = others[t] - others[anchor] if t >= 0 else np.nan
            before[0, k - 1] = before[0, k] + x
            before[1, k - 1] = before[1, k] + y
            before[2, k - 1] = before[2, k] + y * y
            before[3, k - 1] = before[3, k] + x * y
        after[:] = 0.0
        for k in range(min(window, n - anchor)):
            x = values[anchor + k] - values[anchor]
            y = others[anchor + k] - others[anchor]
            after[0] += x
            after[1] += y
            after[2] += y * y
            after[3] += x * y
            mean_x = (before[0, k] + after[0]) / window
            mean_y = (before[1, k] + after[1]) / window
            squares = (before[2, k] + after[2]) / window - mean_y * mean_y
            products = (before[3, k] + after[3]) / window - mean_x * mean_y
            floor = STANDSTILL * (mean_y + others[anchor])
            # False for NaN as well.
            if squares > floor * floor:
                beta = products / squares
                residuals[anchor + k] = window * (mean_x + values[anchor] - beta * (mean_y + others[anchor]))
        anchor += window
    return residuals


@quietly
def beta_residual(universe: Universe, window: int) -> Series:
    """Return what the other coins do not explain of the coin's return over `window` bars, in percent.

    100 * (sum of the coin's log returns - beta * sum of the means of the others'), beta by least squares over the same
    bars. NaN if one of the coin's bars or the one before them is missing, if no other coin is known on one of them, or
    if the means do not vary.
    """
    own = [log_changes(market) for market in universe]
    return tuple(
        known(100.0 * _residuals(mine, theirs, window, first_anchor(universe.markets[0], window)))
        for mine, theirs in zip(own, _means_of_others(own), strict=True)
    )


def _lead_bars(windows: tuple[int, ...]) -> int:
    return LEAD_BARS - 1


NUMBERS = (ValueType.DIMENSIONLESS, ValueType.OSCILLATOR)
WINDOWED = (Signature((ValueType.WINDOW,), ValueType.DIMENSIONLESS),)

OPCODES = (
    Opcode(
        name="leader",
        family="others",
        signatures=tuple(Signature((value,), value) for value in (*NUMBERS, ValueType.BOOL)),
        compute=leader,
        warm_up=_lead_bars,
        render="leader({0})",
        explain="on the lead coin {0}",
        cost=5,
        is_across_coins=True,
    ),
    Opcode(
        name="peers",
        family="others",
        signatures=tuple(Signature((value,), value) for value in NUMBERS),
        compute=peers,
        warm_up=warm_up.none,
        render="peers({0})",
        explain="the mean over the other coins of {0}",
        cost=5,
        weight=0.25,
        is_across_coins=True,
    ),
    Opcode(
        name="cross_rank",
        family="others",
        signatures=tuple(Signature((value,), ValueType.OSCILLATOR) for value in NUMBERS),
        compute=cross_rank,
        warm_up=warm_up.none,
        render="cross_rank({0})",
        explain="the percent of the other coins below this one by {0}",
        cost=2,
        bounds=(0.0, 100.0),
        weight=0.25,
        is_across_coins=True,
    ),
    Opcode(
        name="relative_strength",
        family="others",
        signatures=WINDOWED,
        compute=relative_strength,
        warm_up=warm_up.window_changes,
        render="relative_strength({0})",
        explain="the percent by which the {0}-bar return exceeds the mean of the other coins'",
        cost=10,
        weight=0.25,
        is_across_coins=True,
    ),
    Opcode(
        name="beta_residual",
        family="others",
        signatures=WINDOWED,
        compute=beta_residual,
        warm_up=warm_up.window_changes,
        render="beta_residual({0})",
        explain="the percent of the {0}-bar return that the other coins' returns do not explain",
        cost=20,
        weight=0.25,
        is_across_coins=True,
    ),
)
