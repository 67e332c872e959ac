"""The frozen scale: how large a strategy trades, decided from in-sample returns alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from backtest.costs import Costs
from backtest.result import PooledResult
from backtest.risk import MAX_EXPOSURE
from data.intervals import bars_per_year
from organism.gauntlet.case import CAPITAL_USDC, Case

MAX_STEPS = 8
TOLERANCE = 0.005
USUAL_SCALE = 0.1
"""Few rules are frozen at a smaller one: volatility of some 30 to 100 % a year is brought to 10 %."""


@dataclass(frozen=True, slots=True)
class NoScale:
    """Why no scale can be frozen."""

    tried: float
    """The scale at which returns do not vary, or ruin the subject."""
    n_too_small: int
    """Orders that were not made there, if none at all was made; 0 if smallness is not the reason."""


def frozen_scale(case: Case) -> float | NoScale:
    """Return the scale that meets the policy's risk target in sample, or why there is none.

    The target is the annual volatility, or the drawdown where that binds first; neither is exceeded.
    Drawdown is not quite linear in scale, so the first guess is corrected until there is next to no room.
    Exposure ends at 3, so a larger scale would not trade more: it would only undo the sizing rule.
    """
    scale, met = 1.0, 0.0
    for _ in range(MAX_STEPS):
        scaled = replace(case, risk=replace(case.risk, scale=scale))
        room = _room(scaled)
        if room is None:
            return NoScale(scale, _n_too_small(scaled))
        if room >= 1.0:
            met = max(met, scale)
        if 1.0 <= room <= 1.0 + TOLERANCE or (room > 1.0 and scale == MAX_EXPOSURE):
            break
        scale = float(f"{min(scale * room / (1.0 + TOLERANCE / 2), MAX_EXPOSURE):.4g}")
    return met or scale


def least_scale(n_coins: int) -> float:
    """Return the scale below which a coin's share of the capital is less than the smallest order."""
    return Costs().minimum_order_usdc * n_coins / CAPITAL_USDC


def too_many_coins(n_coins: int) -> str | None:
    """Return what becomes of rules on so many coins that usual scales leave them no order, or None."""
    least = least_scale(n_coins)
    if least <= USUAL_SCALE:
        return None
    return (
        f"{CAPITAL_USDC:,.0f} USDC over {n_coins} coins are {CAPITAL_USDC / n_coins:,.2f} USDC a coin: a rule that the "
        f"gauntlet scales below {least:.2g} makes no order of {Costs().minimum_order_usdc:g} USDC, the smallest, and "
        "is killed for it; most are scaled to between 0.1 and 0.4. Fewer coins can be judged"
    )


def _n_too_small(case: Case) -> int:
    """Return how many orders were not made, if none at all was made."""
    results = [trace.result for trace in case.traces()]
    if any(result.metrics.n_trades for result in results):
        return 0
    return sum(result.counts.n_skipped for result in results)


def _room(case: Case) -> float | None:
    """Return by how much the scale could be multiplied until volatility or drawdown is at its target."""
    target, pooled = case.policy.risk_target, case.pooled()
    volatility = annual_volatility(case, pooled)
    if volatility is None:
        return None
    drawdown = max(pooled.metrics.max_drawdown, 1e-9)
    return min(target.annual_volatility / volatility, target.maximum_drawdown / drawdown)


def annual_volatility(case: Case, pooled: PooledResult) -> float | None:
    """Return the standard deviation (ddof=1) of bar returns a year, or None after a failure."""
    if pooled.failure is not None:
        return None
    return float(pooled.returns.std(ddof=1)) * math.sqrt(bars_per_year(case.universe.interval_ms))
