"""Random cases for the simulators: markets with every oddity that history has, signals, risks, costs, slices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.risk import Risk, SizingRule
from backtest.signals import Signals
from data.intervals import HOUR_MS
from data.market import Market

Generator = np.random.Generator
MakeMarket = Callable[..., Market]
LONG_BARS = 900
"""Enough for the variable sizing rules, which look back on 720 bars and a window."""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that a simulation is asked."""

    market: Market
    signals: Signals
    risk: Risk
    costs: Costs
    options: dict[str, Any]
    """Slice, capital and blocks: the keyword arguments of every simulator."""


def draw_case(make_market: MakeMarket, rng: Generator, n_bars: int) -> Case:
    """Draw a case under the fixed rule of sizing."""
    market = draw_market(make_market, rng, n_bars)
    return Case(market, draw_signals(rng, n_bars), draw_risk(rng), draw_costs(rng), draw_options(rng, n_bars))


def draw_long_case(make_market: MakeMarket, rng: Generator) -> Case:
    """Draw a case under a variable rule of sizing, its slice where that has values."""
    market = draw_market(make_market, rng, LONG_BARS, has_holes=False)
    available = market.is_available.copy()
    # A hole near either end takes the rule from some of the decisions and leaves the others.
    available[rng.integers(0, 120)] = rng.random() < 0.5
    available[rng.integers(780, LONG_BARS)] = rng.random() < 0.5
    risk = replace(
        draw_risk(rng),
        sizing=(SizingRule.INVERSE_VOLATILITY, SizingRule.RISK_PER_STOP)[rng.integers(2)],
        sizing_window_bars=int(rng.choice([2, 24, 24, 48])),
    )
    options = {**draw_options(rng, LONG_BARS), "start": int(rng.integers(710, 760)), "stop": LONG_BARS}
    return Case(without(market, ~available), draw_signals(rng, LONG_BARS), risk, draw_costs(rng), options)


def draw_market(make_market: MakeMarket, rng: Generator, n_bars: int, *, has_holes: bool = True) -> Market:
    """Draw a market; see `_draw_prices`, `_draw_funding` and `_draw_availability` for what it may have."""
    prices = _draw_prices(rng, n_bars)
    volume = rng.choice([1e3, 1e4, 1e9, 1e9]) * rng.random(n_bars)
    volume[rng.random(n_bars) < _sometimes(rng, 0.3, 0.95)] = 0.0
    rates = _draw_funding(rng, n_bars)
    market = make_market(
        *prices,
        volume,
        rates,
        lot_size=float(rng.choice([1e-9, 1e-3, 1e-3, 0.25, 10.0])),
        max_leverage=int(rng.choice([1, 2, 3, 5, 20, 50])),
    )
    interval_ms = HOUR_MS * int(rng.choice([1, 1, 4, 24]))
    market = replace(
        market,
        interval_ms=interval_ms,
        time_ms=market.time_ms[0] + interval_ms * np.arange(n_bars),
        # Settled at an oracle price that is not the open.
        funding_cost=rates * prices[0] * np.exp(rng.normal(0.0, 0.01, n_bars)),
    )
    return without(market, ~_draw_availability(rng, n_bars)) if has_holes else market


def without(market: Market, missing: np.ndarray) -> Market:
    """Return the market without the bars that `missing` marks, and with whatever was missing before."""
    names = ("open", "high", "low", "close", "volume")
    series = {name: np.where(missing, np.nan, getattr(market, name)) for name in names}
    return replace(market, is_available=market.is_available & ~missing, **series)


def draw_signals(rng: Generator, n_bars: int) -> Signals:
    """Draw four independent levels: rare, frequent or almost constant, on single bars or in runs."""
    levels = []
    for share in rng.choice([0.01, 0.05, 0.2, 0.2, 0.5, 0.9], 4):
        length = int(rng.choice([1, 1, 7]))
        levels.append(np.repeat(rng.random(-(-n_bars // length)) < share, length)[:n_bars])
    return Signals.from_bools(*levels)


def draw_risk(rng: Generator) -> Risk:
    """Draw risk settings, distances on the grid of genomes or anywhere."""
    return Risk(
        scale=float(rng.choice([0.3, 1.0, 1.0, 2.5, 10.0])),
        stop=_draw_distance(rng),
        target=_draw_distance(rng),
        trailing=_draw_distance(rng),
        max_hold_bars=int(rng.integers(1, 30)) if rng.random() < 0.3 else None,
        reverse=bool(rng.random() < 0.5),
    )


def draw_costs(rng: Generator) -> Costs:
    """Draw costs from next to none to ruinous."""
    return Costs(
        # Not 0: at a price that stands still rounding would decide whether there was a loss.
        taker_fee_bps=float(rng.choice([0.01, 4.5, 4.5, 100.0, 500.0])),
        slippage_bps=float(rng.choice([0.0, 2.0, 50.0])),
        # Not 3000, which is 0.3 of a capital drawn, and not next to nothing: rounding would decide what comes of it.
        minimum_order_usdc=float(rng.choice([10.0, 10.0, 100.0, 3100.0])),
        capacity_share=float(rng.choice([0.01, 0.5])),
        unknown_funding_bps_per_8h=float(rng.choice([0.0, 3.0, 400.0])),
    )


def draw_options(rng: Generator, n_bars: int) -> dict[str, Any]:
    """Draw slice, capital and number of blocks, more blocks than bars included."""
    start = int(rng.integers(0, n_bars))
    whole = rng.random() < 0.6
    return {
        "start": 0 if whole else start,
        "stop": n_bars if whole else int(rng.integers(start + 1, n_bars + 1)),
        "initial_capital": float(rng.choice([500.0, 2_500.0, 10_000.0])),
        "n_blocks": int(rng.choice([1, 2, 6, 7, 40])),
    }


def _draw_prices(rng: Generator, n_bars: int) -> tuple[np.ndarray, ...]:
    """Draw opens, highs, lows and closes: calm or wild, with crashes, gaps, bars of one price and frozen ones."""
    volatility = rng.choice([0.002, 0.01, 0.05, 0.2])
    moves = rng.normal(0.0, volatility, n_bars)
    crashes = rng.random(n_bars) < _sometimes(rng, 0.03)
    moves[crashes] += rng.choice([-1.2, -0.4, 0.4, 1.0], int(crashes.sum()))
    frozen = np.repeat(rng.random(-(-n_bars // 5)) < _sometimes(rng, 0.2), 5)[:n_bars]
    moves[frozen] = 0.0
    # Held between 2 and 5000 USDC: a coin that loses all but a millionth loses the digits of what it paid before.
    close = 100.0 * np.exp(4.0 * np.tanh(np.cumsum(moves) / 4.0))
    open_ = np.concatenate(([100.0], close[:-1]))
    has_gap = rng.random(n_bars) < _sometimes(rng, 0.1, 1.0)
    open_[has_gap] *= np.exp(rng.normal(0.0, 2.0 * volatility, int(has_gap.sum())))
    reach = volatility * rng.choice([0.0, 1.0])
    high = np.maximum(open_, close) * np.exp(np.abs(rng.normal(0.0, reach, n_bars)))
    low = np.minimum(open_, close) * np.exp(-np.abs(rng.normal(0.0, reach, n_bars)))
    one_price = frozen | (rng.random(n_bars) < _sometimes(rng, 0.1))
    prices = (open_, high, low, close)
    for series in prices:
        series[one_price] = close[one_price]
    if rng.random() < 0.3:
        # On a coarse grid prices touch levels exactly.
        prices = tuple(np.maximum(np.round(series), 1.0) for series in prices)
    return prices


def _draw_funding(rng: Generator, n_bars: int) -> np.ndarray:
    """Draw rates settled now and then, from usual to absurd; unknown for a while or never."""
    is_settled = rng.random(n_bars) < rng.choice([0.0, 0.125, 1.0])
    rates = np.where(is_settled, rng.normal(0.0, rng.choice([1e-5, 1e-3, 3e-2]), n_bars), 0.0)
    if rng.random() < 0.4:
        start = rng.integers(0, n_bars)
        rates[start : start + rng.integers(1, n_bars + 1)] = np.nan
    return rates


def _draw_availability(rng: Generator, n_bars: int) -> np.ndarray:
    """Draw a late listing, single holes, an early delisting; often nothing of it."""
    available = rng.random(n_bars) >= _sometimes(rng, 0.02, 0.15)
    if rng.random() < 0.2:
        available[: rng.integers(0, n_bars)] = False
    if rng.random() < 0.2:
        available[rng.integers(0, n_bars) :] = False
    return available


def _draw_distance(rng: Generator) -> float | None:
    if rng.random() < 0.55:
        return None
    return int(rng.integers(1, 81)) / 400 if rng.random() < 0.5 else float(rng.uniform(0.002, 0.6))


def _sometimes(rng: Generator, *shares: float) -> float:
    """Return 0 half of the time, else one of `shares`."""
    return 0.0 if rng.random() < 0.5 else float(rng.choice(shares))


@pytest.fixture(scope="session")
def random_case(make_market: MakeMarket) -> Callable[[Generator, int], Case]:
    """See `draw_case`."""
    return lambda rng, n_bars: draw_case(make_market, rng, n_bars)


@pytest.fixture(scope="session")
def random_long_case(make_market: MakeMarket) -> Callable[[Generator], Case]:
    """See `draw_long_case`."""
    return lambda rng: draw_long_case(make_market, rng)


@pytest.fixture(scope="session")
def random_pool(make_market: MakeMarket) -> Callable[[Generator, int, int], list[Case]]:
    """Cases of several coins on one calendar: `random_pool(rng, n_coins, n_bars)`; they share risk and options."""

    def draw(rng: Generator, n_coins: int, n_bars: int) -> list[Case]:
        cases = [draw_case(make_market, rng, n_bars) for _ in range(n_coins)]
        first = cases[0]
        calendar = {"interval_ms": first.market.interval_ms, "time_ms": first.market.time_ms}
        return [
            replace(case, market=replace(case.market, **calendar), risk=first.risk, options=first.options)
            for case in cases
        ]

    return draw
