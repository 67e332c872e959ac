"""Stages that ask what is left when the market's own way is taken away."""

from __future__ import annotations

from dataclasses import dataclass

from organism.gauntlet.benchmark import daily_returns, least_alpha
from organism.gauntlet.case import Case
from organism.gauntlet.verdict import StageResult, measure


@dataclass(frozen=True, slots=True)
class AlphaOverMarket:
    """To have held a market that rose is no strategy."""

    threshold: float
    slice_name: str = "IS"
    name: str = "t of alpha over holding"
    cost: int = 2

    def judge(self, case: Case) -> StageResult:
        alpha = least_alpha(daily_returns(case))
        a_year = "" if alpha is None else f", {100 * alpha.alpha_per_year:.1f} % a year"
        return measure(
            self.name,
            self.slice_name,
            float("nan") if alpha is None else alpha.t_statistic,
            ">",
            self.threshold,
            meaning="Daily returns that neither holding every coin nor holding its own mean exposure explains"
            f"{a_year}; errors allow for autocorrelation. In sample it tells timing from drift, not skill from luck.",
        )
