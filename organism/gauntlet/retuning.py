"""Re-tuning the constants before each fold, measured beside the frozen rule; a report, never a gate."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from backtest.splits import Slice, folds
from data.alignment import cut
from data.intervals import bars_per_year
from data.market import Universe
from organism.gauntlet.case import Case

SEED = 20_240_101
"""The protocol is fixed: the same subject on the same history is re-tuned the same way, for ever."""


@dataclass(frozen=True, slots=True)
class Retuning:
    """Frozen against re-tuned on the walk-forward slice. A statistic that does not exist is None."""

    frozen_sharpe: float | None
    """The rule as it was judged, over the slice."""
    retuned_sharpe: float | None
    """Its constants chosen again before each fold on everything before that fold."""
    efficiency: float | None
    """Re-tuned / frozen; None unless the frozen Sharpe is above 0."""


def measure_retuning(case: Case, n_folds: int) -> Retuning:
    """Re-tune before each fold and trade the fold; each fold starts flat."""
    rng = np.random.default_rng(SEED)
    returns = []
    for part in folds(case.slice, n_folds):
        child = case.subject.retuned(_before(case.universe, part), rng)
        fold = Case(child, case.universe, part, replace(child.risk, scale=case.risk.scale), case.policy)
        returns.append(fold.pooled().returns)
    frozen = _existing(case.pooled().metrics.sharpe)
    retuned = _sharpe(np.concatenate(returns), case.universe.interval_ms)
    efficiency = retuned / frozen if frozen is not None and frozen > 0.0 and retuned is not None else None
    return Retuning(frozen, retuned, efficiency)


def _before(universe: Universe, part: Slice) -> Universe:
    """Return the history that ends where a fold begins."""
    markets = cut(universe.markets, end_ms=part.start_ms)
    return Universe(f"{universe.snapshot_id}:{part.start_ms}", tuple(markets))


def _sharpe(returns: np.ndarray[tuple[int, ...], np.dtype[np.float64]], interval_ms: int) -> float | None:
    deviation = float(returns.std(ddof=1))
    if not deviation > 0.0:
        return None
    return _existing(float(returns.mean()) / deviation * math.sqrt(bars_per_year(interval_ms)))


def _existing(value: float) -> float | None:
    return value if math.isfinite(value) else None
