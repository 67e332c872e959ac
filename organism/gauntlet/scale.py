"""The frozen scale: how large a strategy trades, decided from in-sample returns alone."""

from __future__ import annotations

import math
from dataclasses import replace

from backtest.result import PooledResult
from backtest.risk import MAX_EXPOSURE
from data.intervals import bars_per_year
from organism.gauntlet.case import Case

MAX_STEPS = 8
TOLERANCE = 0.005


def frozen_scale(case: Case) -> float | None:
    """Return the scale that meets the policy's risk target in sample, or None if the subject has no volatility.

    The target is the annual volatility, or the drawdown where that binds first; neither is exceeded.
    Drawdown is not quite linear in scale, so the first guess is corrected until there is next to no room.
    Exposure ends at 3, so a larger scale would not trade more: it would only undo the sizing rule.
    """
    scale, met = 1.0, 0.0
    for _ in range(MAX_STEPS):
        room = _room(replace(case, risk=replace(case.risk, scale=scale)))
        if room is None:
            return None
        if room >= 1.0:
            met = max(met, scale)
        if 1.0 <= room <= 1.0 + TOLERANCE or (room > 1.0 and scale == MAX_EXPOSURE):
            break
        scale = float(f"{min(scale * room / (1.0 + TOLERANCE / 2), MAX_EXPOSURE):.4g}")
    return met or scale


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
