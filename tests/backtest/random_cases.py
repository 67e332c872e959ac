"""Random cases for the simulators: a market, signals, risk, costs and a slice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backtest.costs import Costs
from backtest.risk import Risk, SizingRule
from backtest.signals import Signals
from data.market import Market
from tests.backtest.random_markets import Generator, draw_market, without

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


def draw_case(rng: Generator, n_bars: int) -> Case:
    """Draw a case under the fixed rule of sizing."""
    market = draw_market(rng, n_bars)
    return Case(market, draw_signals(rng, n_bars), draw_risk(rng), draw_costs(rng), draw_options(rng, n_bars))


def draw_long_case(rng: Generator) -> Case:
    """Draw a case under a variable rule of sizing, its slice where that has values."""
    market = draw_market(rng, LONG_BARS, has_holes=False)
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


def _draw_distance(rng: Generator) -> float | None:
    if rng.random() < 0.55:
        return None
    return int(rng.integers(1, 81)) / 400 if rng.random() < 0.5 else float(rng.uniform(0.002, 0.6))
