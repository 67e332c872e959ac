"""Which of those that passed in sample may see held-out bars: the best, and no two of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from organism.gauntlet.examination import Examination
from organism.registry.rows import Strategy


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """A strategy that has passed in sample."""

    strategy: Strategy
    examination: Examination

    @property
    def sharpe(self) -> float:
        return self.examination.slice_record("IS").metrics["sharpe"] or float("-inf")


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a contender is promoted, and if not, why."""

    contender: Contender
    reason: str | None
    """None for a promoted one."""


def decide(contenders: Sequence[Contender], *, promotions: int, maximum_correlation: float) -> list[Decision]:
    """Choose by in-sample Sharpe, skipping whoever moves with one already chosen.

    Near copies of one idea would spend the budget on one question. The order does not depend on the
    order of the input: ties are broken by genotype.
    """
    ranked = sorted(contenders, key=lambda item: (-item.sharpe, item.strategy.genotype_hash))
    chosen: list[Contender] = []
    decisions: list[Decision] = []
    for contender in ranked:
        alike = next((other for other in chosen if _correlation(contender, other) > maximum_correlation), None)
        if alike is not None:
            reason = f"moves with {alike.strategy.id}, which was promoted instead"
        elif len(chosen) >= promotions:
            reason = f"the {promotions} promotions of its run went to higher Sharpe ratios"
        else:
            reason = None
            chosen.append(contender)
        decisions.append(Decision(contender, reason))
    return decisions


def _correlation(first: Contender, second: Contender) -> float:
    a, b = (item.examination.slice_record("IS").returns for item in (first, second))
    return float(np.corrcoef(a, b)[0, 1])
