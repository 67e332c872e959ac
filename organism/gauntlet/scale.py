"""The frozen scale: how large a strategy trades, decided from in-sample returns alone."""

from __future__ import annotations

import math
from dataclasses import replace

from backtest.result import PooledResult
from data.intervals import bars_per_year
from organism.gauntlet.case import Case

MAX_STEPS = 8
TOLERANCE = 0.005


def frozen_scale(case: Case) -> float | None:
    """Return the scale that meets the policy's risk target in sample, or None if the subject has no volatility.

    The target is the annual volatility, or the drawdown where that binds first. Drawdown is not quite
    linear in scale, so the first guess is corrected until it is met.
    """
    target = case.policy.risk_target
    scale = 1.0
    for _ in range(MAX_STEPS):
        pooled = replace(case, risk=replace(case.risk, scale=scale)).pooled()
        volatility = annual_volatility(case, pooled)
        if pooled.failure is not None or volatility is None:
            return None
        drawdown = max(pooled.metrics.max_drawdown, 1e-9)
        factor = min(target.annual_volatility / volatility, target.maximum_drawdown / drawdown)
        if 1.0 - TOLERANCE <= factor <= 1.0 + TOLERANCE:
            break
        scale *= factor
    return float(f"{scale:.4g}")


def annual_volatility(case: Case, pooled: PooledResult) -> float | None:
    """Return the standard deviation (ddof=1) of bar returns a year, or None after a failure."""
    if pooled.failure is not None:
        return None
    return float(pooled.returns.std(ddof=1)) * math.sqrt(bars_per_year(case.universe.interval_ms))
