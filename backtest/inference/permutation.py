"""The same bars in another order: a history with the same drift and spread, and nothing to find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from backtest.inference.checks import checked_count
from data.errors import DataError
from data.market import BoolArray, FloatArray, IntArray, Market

ABSENT, CONTINUING, FIRST = 0, 1, 2
"""A coin on a bar: without one, with one before it, with none before it. From nothing no gap can be taken."""


def permute_bars(
    markets: Sequence[Market], rng: np.random.Generator, *, first_bar: int = 0, block_bars: int = 1
) -> tuple[Market, ...]:
    """Exchange the bars of aligned markets, all by the same permutation, and chain them to prices again.

    A bar is its body (high, low and close over its own open, with volume and funding), and its gap (open over the close
    before it). Single bars have bodies and gaps permuted separately; blocks stay whole. Every coin keeps the multiset
    of its parts, so its drift and its last close, up to rounding; high and low stay the extremes.

    Parameters
    ----------
    markets
        Of one calendar.
    rng
        Source of all chance.
    first_bar
        Bars before it stay as they are: 0, or the length of a first training window.
    block_bars
        Length of the blocks exchanged, in bars: 1 destroys all memory, 24 or 168 keep what is inside a day or a week.

    Returns
    -------
    tuple of Market
        In the order received. They are another history: give their universe an id of its own.

    Raises
    ------
    ValueError
        If `first_bar` or `block_bars` is not allowed.
    DataError
        If the markets do not share a calendar.

    Notes
    -----
    Aronson, Evidence-Based Technical Analysis (2006); Masters, Permutation and Randomization Tests for Trading System
    Development (2020). Bars are exchanged among those on which the same coins trade, and a coin's first bar after a
    hole stays where it is, so that no return is taken across a hole. `funding_cost` follows the price it was paid on.
    Bars whose funding is unknown are exchanged among themselves: the pessimistic rate that is charged for it must not
    wander from one slice into another.
    """
    _check_calendar(markets)
    n_bars = markets[0].n_bars
    start = checked_count(first_bar, 0, "first_bar")
    length = checked_count(block_bars, 1, "block_bars")
    if start >= n_bars:
        raise ValueError(f"first_bar: received {start}; allowed are 0 to {n_bars - 1}, the last bar of the calendar")
    states = np.array([_states(market) for market in markets])
    unknown = np.array([np.isnan(market.funding_rate) for market in markets])
    groups = _exchangeable(states, unknown, start)
    bodies = _permutation(groups, n_bars, length, rng)
    gaps = _permutation(groups, n_bars, length, rng) if length == 1 else bodies
    return tuple(_chained(market, bodies, gaps) for market in markets)


def permutation_p_value(observed: float, permuted: ArrayLike) -> float:
    """Return (1 + number of permuted values >= observed) / (1 + permutations): one-sided and never 0.

    Phipson and Smyth (2010), Statistical Applications in Genetics and Molecular Biology 9:39.

    Raises
    ------
    ValueError
        If there is no permuted value, or a value is NaN.
    """
    values = np.asarray(permuted, dtype=np.float64)
    if values.ndim != 1 or values.size == 0 or np.isnan(values).any() or np.isnan(observed):
        raise ValueError(
            f"permuted: received {values.size} values, {int(np.isnan(values).sum())} of them NaN, "
            f"against {observed!r}; allowed is at least one, and no NaN"
        )
    return float(1 + np.count_nonzero(values >= observed)) / (1 + values.size)


def _states(market: Market) -> IntArray:
    here = market.is_available
    before = np.concatenate(([False], here[:-1]))
    return np.where(here, np.where(before, CONTINUING, FIRST), ABSENT)


def _exchangeable(states: IntArray, unknown: BoolArray, start: int) -> list[IntArray]:
    """Return groups of bars that may change places, each in order of time; arrays have shape (n_coins, n_bars)."""
    bars = np.arange(start, states.shape[1])
    free = bars[(states[:, start:] != FIRST).all(axis=0) & (states[:, start:] == CONTINUING).any(axis=0)]
    _, group = np.unique(np.concatenate([states, unknown])[:, free], axis=1, return_inverse=True)
    return [free[group == i] for i in range(int(group.max(initial=-1)) + 1)]


def _permutation(groups: list[IntArray], n_bars: int, length: int, rng: np.random.Generator) -> IntArray:
    """Return, for each bar, the bar whose part it takes."""
    source = np.arange(n_bars)
    for bars in groups:
        if length == 1:
            source[bars] = rng.permutation(bars)
            continue
        blocks = np.split(bars, range(length, bars.size, length))
        source[bars] = np.concatenate([blocks[i] for i in rng.permutation(len(blocks))])
    return source


def _chained(market: Market, bodies: IntArray, gaps: IntArray) -> Market:
    high, low, close = (series / market.open for series in (market.high, market.low, market.close))
    gap = np.concatenate(([np.nan], market.open[1:] / market.close[:-1]))[gaps]
    new_open, new_close = _linked(market, gap, close[bodies])
    price_ratio = new_open / market.open[bodies]
    return replace(
        market,
        open=new_open,
        high=new_open * high[bodies],
        low=new_open * low[bodies],
        close=new_close,
        volume=market.volume[bodies],
        funding_rate=market.funding_rate[bodies],
        funding_cost=np.where(
            market.is_available, market.funding_cost[bodies] * price_ratio, market.funding_cost[bodies]
        ),
    )


def _linked(market: Market, gap: FloatArray, body: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return opens and closes: each run of bars starts at its own first open and multiplies on.

    Multiplying in order, open by body and close by gap, keeps a gap of exactly nothing exactly nothing.
    """
    opens, closes = np.full(market.n_bars, np.nan), np.full(market.n_bars, np.nan)
    for first, end in market.segments(0, market.n_bars):
        factors = np.empty(2 * (end - first))
        factors[0::2], factors[1::2] = gap[first:end], body[first:end]
        factors[0] = market.open[first]
        chain = np.multiply.accumulate(factors)
        opens[first:end], closes[first:end] = chain[0::2], chain[1::2]
    return opens, closes


def _check_calendar(markets: Sequence[Market]) -> None:
    if not markets:
        raise ValueError("markets: received none; allowed is at least one")
    first = markets[0]
    for market in markets[1:]:
        if not np.array_equal(market.time_ms, first.time_ms):
            raise DataError(
                f"markets: {market.coin} does not share the calendar of {first.coin}; build both from one snapshot"
            )
