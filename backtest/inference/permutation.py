"""The same bars in another order: a history with the same drift and spread, and nothing to find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from backtest.inference.checks import checked_count
from data.errors import DataError
from data.intervals import utc_text
from data.market import FloatArray, IntArray, Market

ABSENT, CONTINUING, FIRST = 0, 1, 2
"""A coin on a bar: without one, with one before it, with none before it. From nothing no gap can be taken."""


def permute_bars(
    markets: Sequence[Market], rng: np.random.Generator, *, first_bar: int = 0, block_bars: int = 1
) -> tuple[Market, ...]:
    """Exchange the bars of aligned markets, all by the same permutation, and chain them to prices again.

    A bar is its body (high, low and close over its own open, with volume and funding), and its gap (open over the close
    before it). Single bars have bodies and gaps permuted separately; blocks stay whole. Every coin keeps the multiset
    of its parts, so that without holes its drift and its last close stay, up to rounding; high and low stay the
    extremes.

    Blocks are cut at the clock: one begins wherever `time_ms` is a multiple of `block_bars * interval_ms`, counted from
    1970 in UTC. So every bar keeps its place in its block: with 24 and 168 hourly bars its hour of the day and of the
    week, and settlements of funding stay on their grid. Weeks so begin on a Thursday; each holds every hour of the week
    once, so that the day of the cut does not matter. With bars of another length, blocks keep the hour only where they
    are whole days long.

    Parameters
    ----------
    markets
        Of one calendar.
    rng
        Source of all chance.
    first_bar
        Bars before it stay as they are: 0, or the length of a first training window.
    block_bars
        Length of the blocks exchanged, in bars: 1 destroys all memory, 24 or 168 hourly bars keep what is inside a day
        or a week.

    Returns
    -------
    tuple of Market
        In the order received. They are another history: give their universe an id of its own.

    Raises
    ------
    ValueError
        If `first_bar` or `block_bars` is not allowed.
    DataError
        If the markets do not share a calendar, or nothing can change place.

    Notes
    -----
    Aronson, Evidence-Based Technical Analysis (2006); Masters, Permutation and Randomization Tests for Trading System
    Development (2020). Blocks change place only with blocks that are alike: bar by bar the same coins trade, the same
    begin after a hole, and the funding of the same is unknown. So no return is taken across a hole, and the pessimistic
    rate that is charged for unknown funding does not wander from one slice into another. Everything else stays where it
    is: the first block of a history, those cut off by `first_bar` or by the end, and those with a hole that no other
    has. `exchangeable_share` says how much the rest is. `funding_cost` follows the price it was paid on.
    """
    groups = _exchangeable(markets, first_bar, block_bars)
    bodies = _permutation(groups, markets[0].n_bars, rng)
    gaps = _permutation(groups, markets[0].n_bars, rng) if block_bars == 1 else bodies
    return tuple(_chained(market, bodies, gaps) for market in markets)


def exchangeable_share(markets: Sequence[Market], *, first_bar: int = 0, block_bars: int = 1) -> float:
    """Return the share of a history's traded bars, of all coins, that `permute_bars` may put elsewhere, in (0, 1].

    The rest is the same in every permutation: the smaller the share, the more alike are the permuted histories to the
    one they came from, and the harder it is to be better than they are.

    Raises
    ------
    ValueError, DataError
        As `permute_bars` does.
    """
    groups = _exchangeable(markets, first_bar, block_bars)
    moving = np.concatenate([blocks.ravel() for blocks in groups])
    traded = np.array([market.is_available for market in markets])
    return float(np.count_nonzero(traded[:, moving]) / np.count_nonzero(traded))


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


def _exchangeable(markets: Sequence[Market], first_bar: int, block_bars: int) -> list[IntArray]:
    """Return groups of at least two blocks that may change places: bar numbers, shape (n_blocks, block_bars)."""
    _check_calendar(markets)
    start = checked_count(first_bar, 0, "first_bar")
    length = checked_count(block_bars, 1, "block_bars")
    if start >= markets[0].n_bars:
        raise ValueError(f"first_bar: received {start}; allowed are 0 to {markets[0].n_bars - 1}, the last bar")
    blocks = _complete_blocks(markets[0], start, length)
    groups = _alike(markets, blocks)
    if not groups:
        first, last = (utc_text(int(markets[0].time_ms[bar])) for bar in (start, -1))
        raise DataError(
            f"no block of {length} bars can change place: received {len(blocks)} complete ones from {first} to {last} "
            "UTC, no two of them alike; allowed are at least two of the same coins, holes and unknown funding: take a "
            "longer history, one with fewer holes, or shorter blocks"
        )
    return groups


def _complete_blocks(market: Market, start: int, length: int) -> IntArray:
    """Return the bars of every block of the clock that lies wholly in the calendar, shape (n_blocks, length)."""
    steps = market.time_ms // market.interval_ms
    begins = start + np.flatnonzero(steps[start:] % length == 0)
    begins = begins[begins + length <= market.n_bars]
    begins = begins[steps[begins + length - 1] - steps[begins] == length - 1]
    bars: IntArray = begins[:, None] + np.arange(length)
    return bars


def _alike(markets: Sequence[Market], blocks: IntArray) -> list[IntArray]:
    """Return the blocks that at least one other is like, group by group, each in order of time."""
    states = np.array([_states(market) for market in markets])
    unknown = np.array([np.isnan(market.funding_rate) for market in markets])
    blocks = blocks[(states[:, blocks] != ABSENT).any(axis=(0, 2))]
    if len(blocks) < 2:
        return []
    patterns = np.concatenate([states, unknown])[:, blocks].swapaxes(0, 1).reshape(len(blocks), -1)
    _, group, sizes = np.unique(patterns, axis=0, return_inverse=True, return_counts=True)
    return [blocks[group == i] for i in np.flatnonzero(sizes > 1)]


def _permutation(groups: list[IntArray], n_bars: int, rng: np.random.Generator) -> IntArray:
    """Return, for each bar, the bar whose part it takes."""
    source = np.arange(n_bars)
    for blocks in groups:
        source[blocks] = rng.permutation(blocks)
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
