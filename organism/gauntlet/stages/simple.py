"""Stages that read one simulation of one slice: trades, Sharpe, drawdown."""

from __future__ import annotations

from dataclasses import dataclass

from organism.gauntlet.case import Case
from organism.gauntlet.verdict import StageResult, measure

SLICE_WORDS = {
    "IS": "the 60 % that search has seen; a high value here is expected of any survivor and proves nothing",
    "OOS": "bars that search never saw, opened once; one year has a standard error of about 1",
    "WF": "the newest bars, opened once, traded by the frozen rule",
}


@dataclass(frozen=True, slots=True)
class MinimumTrades:
    """Enough round trips for any statistic to mean something."""

    slice_name: str
    threshold: int
    name: str = "round trips"
    cost: int = 1

    def judge(self, case: Case) -> StageResult:
        return measure(
            self.name,
            self.slice_name,
            float(case.pooled().metrics.n_trades),
            ">=",
            float(self.threshold),
            meaning="Round trips summed over coins, forced ones apart. Few trades make every other number luck.",
        )


@dataclass(frozen=True, slots=True)
class MinimumSharpe:
    """The base rule: Sharpe above 2 after costs."""

    slice_name: str
    threshold: float
    name: str = "Sharpe after costs"
    cost: int = 1

    def judge(self, case: Case) -> StageResult:
        return measure(
            self.name,
            self.slice_name,
            case.pooled().metrics.sharpe,
            ">",
            self.threshold,
            meaning=f"Annual Sharpe ratio of pooled equity on {SLICE_WORDS[self.slice_name]}.",
        )


@dataclass(frozen=True, slots=True)
class MaximumDrawdown:
    """Bearable at the size it would be traded."""

    slice_name: str
    threshold: float
    name: str = "drawdown at frozen scale"
    cost: int = 1

    def judge(self, case: Case) -> StageResult:
        return measure(
            self.name,
            self.slice_name,
            100.0 * case.pooled().metrics.max_drawdown,
            "<",
            100.0 * self.threshold,
            unit="%",
            meaning="Largest fall of pooled equity, close to close. The worst is still ahead of every strategy.",
        )
