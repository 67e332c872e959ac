"""The last slice, fold by fold, by the frozen rule."""

from __future__ import annotations

from dataclasses import dataclass

from backtest.splits import folds
from organism.gauntlet.case import Case
from organism.gauntlet.verdict import StageResult, measure


@dataclass(frozen=True, slots=True)
class PositiveFolds:
    """An edge that lives in one quarter of a year is a story about that quarter."""

    n_folds: int
    threshold: int
    slice_name: str = "WF"
    name: str = "folds with a profit"
    cost: int = 4

    def judge(self, case: Case) -> StageResult:
        results = [case.pooled(part=part) for part in folds(case.slice, self.n_folds)]
        positive = sum(1 for pooled in results if pooled.failure is None and pooled.metrics.net_return > 0.0)
        return measure(
            self.name,
            self.slice_name,
            float(positive),
            ">=",
            float(self.threshold),
            meaning=f"Of {self.n_folds} consecutive folds, each started flat, those that ended above their start.",
        )
