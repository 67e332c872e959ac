"""Stages that make trading harder than it is: twice the costs, one bar later."""

from __future__ import annotations

from dataclasses import dataclass

from organism.gauntlet.case import Case
from organism.gauntlet.verdict import StageResult, measure


@dataclass(frozen=True, slots=True)
class DoubledCosts:
    """An edge thinner than its costs is no edge."""

    threshold: float
    slice_name: str = "IS"
    name: str = "Sharpe at doubled costs"
    cost: int = 2

    def judge(self, case: Case) -> StageResult:
        return measure(
            self.name,
            self.slice_name,
            case.pooled(cost_factor=2.0).metrics.sharpe,
            ">",
            self.threshold,
            meaning="Simulated again with twice the fee and slippage. A veto, never evidence.",
        )


@dataclass(frozen=True, slots=True)
class OneBarLater:
    """An edge that needs the very next open is a simulation's, not a trader's."""

    threshold: float
    slice_name: str = "IS"
    name: str = "Sharpe kept one bar later"
    cost: int = 2

    def judge(self, case: Case) -> StageResult:
        punctual = case.pooled().metrics.sharpe
        late = case.pooled(delay_bars=1).metrics.sharpe
        kept = late / punctual if punctual > 0.0 else float("nan")
        return measure(
            self.name,
            self.slice_name,
            100.0 * kept,
            ">=",
            100.0 * self.threshold,
            unit="%",
            meaning="Share of Sharpe left when every decision is filled one bar later. A veto, never evidence.",
        )
