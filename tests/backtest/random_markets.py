"""Random markets with every oddity that history has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from data.alignment import settle
from data.bars import Funding
from data.intervals import HOUR_MS
from data.market import BoolArray, FloatArray, Instrument, IntArray, Market

Generator = np.random.Generator
FIRST_OPEN_MS = 1_704_067_200_000
SCALES = (1.0, 1.0, 1.0, 1.0, 1e-8, 1e3)
"""Prices lie around 100 USDC, a millionth of one, or a hundred thousand."""


def draw_market(rng: Generator, n_bars: int, *, has_holes: bool = True) -> Market:
    """Draw a market; see the functions below for what it may have."""
    interval_ms = HOUR_MS * int(rng.choice([1, 1, 4, 24]))
    time_ms = FIRST_OPEN_MS + interval_ms * np.arange(n_bars, dtype=np.int64)
    scale = float(rng.choice(SCALES))
    open_, high, low, close = (series * scale for series in draw_prices(rng, n_bars))
    volume = rng.choice([1e3, 1e4, 1e9, 1e9]) * rng.random(n_bars) / scale
    volume[rng.random(n_bars) < sometimes(rng, 0.3, 0.95)] = 0.0
    rates, costs = draw_funding(rng, time_ms, interval_ms, open_)
    market = Market(
        instrument=Instrument(
            coin="TEST",
            venue="test",
            # A lot is worth about the same at every height of prices.
            lot_size=float(rng.choice([1e-9, 1e-3, 1e-3, 0.25, 10.0])) / scale,
            max_leverage=int(rng.choice([1, 2, 3, 5, 20, 50])),
        ),
        interval_ms=interval_ms,
        time_ms=time_ms,
        open=open_,
        high=high,
        low=low,
        close=close,
        volume=volume,
        is_available=np.ones(n_bars, dtype=np.bool_),
        funding_rate=rates,
        funding_cost=costs,
    )
    return without(market, ~draw_availability(rng, n_bars)) if has_holes else market


def without(market: Market, missing: BoolArray) -> Market:
    """Return the market without the bars that `missing` marks, and with whatever was missing before."""
    names = ("open", "high", "low", "close", "volume")
    series = {name: np.where(missing, np.nan, getattr(market, name)) for name in names}
    return replace(market, is_available=market.is_available & ~missing, **series)


def draw_prices(rng: Generator, n_bars: int) -> tuple[FloatArray, ...]:
    """Draw opens, highs, lows and closes: calm or wild, with crashes, gaps, bars at a limit, and frozen ones."""
    volatility = rng.choice([0.002, 0.01, 0.05, 0.2])
    moves = rng.normal(0.0, volatility, n_bars)
    crashes = rng.random(n_bars) < sometimes(rng, 0.03)
    moves[crashes] += rng.choice([-1.2, -0.4, 0.4, 1.0], int(crashes.sum()))
    at_limit = _draw_limits(rng, moves)
    frozen = np.repeat(rng.random(-(-n_bars // 5)) < sometimes(rng, 0.2), 5)[:n_bars]
    moves[frozen] = 0.0
    # Held between 2 and 5000 USDC: a coin that loses all but a millionth loses the digits of what it paid before.
    close = 100.0 * np.exp(4.0 * np.tanh(np.cumsum(moves) / 4.0))
    open_ = np.concatenate(([100.0], close[:-1]))
    has_gap = rng.random(n_bars) < sometimes(rng, 0.1, 1.0)
    open_[has_gap] *= np.exp(rng.normal(0.0, 2.0 * volatility, int(has_gap.sum())))
    reach = volatility * rng.choice([0.0, 1.0])
    high = np.maximum(open_, close) * np.exp(np.abs(rng.normal(0.0, reach, n_bars)))
    low = np.minimum(open_, close) * np.exp(-np.abs(rng.normal(0.0, reach, n_bars)))
    one_price = frozen | at_limit | (rng.random(n_bars) < sometimes(rng, 0.1))
    prices = (open_, high, low, close)
    for series in prices:
        series[one_price] = close[one_price]
    if rng.random() < 0.3:
        # On a coarse grid prices touch levels exactly.
        prices = tuple(np.maximum(np.round(series), 1.0) for series in prices)
    return prices


def _draw_limits(rng: Generator, moves: FloatArray) -> BoolArray:
    """Draw bars that jump to a limit and trade at that one price, up to three the same way in a row."""
    at_limit = np.zeros(moves.size, dtype=np.bool_)
    for first in np.flatnonzero(rng.random(moves.size) < sometimes(rng, 0.03)):
        stop = first + int(rng.integers(1, 4))
        moves[first:stop] = rng.choice([-1.0, 1.0]) * rng.choice([0.05, 0.1, 0.3])
        at_limit[first:stop] = True
    return at_limit


def draw_funding(
    rng: Generator, time_ms: IntArray, interval_ms: int, opens: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Draw rates and costs of settlements, usual to absurd, several a bar to one in eight; unknown for a while or not.

    Some settlements come early or late, some between two others, some are missing; some have no price of their own.
    """
    n_bars = time_ms.size
    if rng.random() < 0.3:
        return np.zeros(n_bars), np.zeros(n_bars)
    spacing = interval_ms * float(rng.choice([0.3, 0.5, 1.0, 1.0, 8.0]))
    times = time_ms[0] - interval_ms + rng.random() * spacing + spacing * np.arange(interval_ms * n_bars / spacing + 2)
    is_odd = rng.random(times.size) < sometimes(rng, 0.2)
    times = times + spacing * np.where(is_odd, rng.uniform(-0.2, 0.2, times.size), 0.0)
    extra = rng.choice(times, int(times.size * sometimes(rng, 0.2))) + spacing * rng.uniform(0.0, 1.0)
    times = np.unique(np.concatenate((times[rng.random(times.size) >= sometimes(rng, 0.02)], extra)).astype(np.int64))
    if times.size < 2:
        return np.full(n_bars, np.nan), np.full(n_bars, np.nan)
    rate = rng.normal(0.0, rng.choice([1e-5, 1e-3, 3e-2]), times.size)
    # Settled at an oracle price that is not the open, where it is known.
    bar = np.clip((times - time_ms[0]) // interval_ms, 0, n_bars - 1)
    oracle = opens[bar] * np.exp(rng.normal(0.0, 0.01, times.size))
    oracle[rng.random(times.size) < sometimes(rng, 0.1, 1.0)] = np.nan
    rates, costs = settle(Funding(times, rate, oracle), time_ms, opens, interval_ms)
    if rng.random() < 0.4:
        start = rng.integers(0, n_bars)
        unknown = slice(start, start + rng.integers(1, n_bars + 1))
        rates[unknown], costs[unknown] = np.nan, np.nan
    return rates, costs


def draw_availability(rng: Generator, n_bars: int) -> BoolArray:
    """Draw a late listing, single holes, an early delisting; often nothing of it."""
    available = rng.random(n_bars) >= sometimes(rng, 0.02, 0.15)
    if rng.random() < 0.2:
        available[: rng.integers(0, n_bars)] = False
    if rng.random() < 0.2:
        available[rng.integers(0, n_bars) :] = False
    return available


def sometimes(rng: Generator, *shares: float) -> float:
    """Return 0 half of the time, else one of `shares`."""
    return 0.0 if rng.random() < 0.5 else float(rng.choice(shares))
