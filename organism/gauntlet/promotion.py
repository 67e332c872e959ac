"""Who stands for whom: strategies that passed in sample, in families that move alike, the best family first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from organism.gauntlet.examination import Examination
from organism.registry.rows import Strategy

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """A strategy that has passed in sample."""

    strategy: Strategy
    examination: Examination

    @property
    def sharpe(self) -> float:
        return self.examination.slice_record("IS").metrics["sharpe"] or float("-inf")

    @property
    def returns(self) -> FloatArray:
        return self.examination.slice_record("IS").returns


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Strategies that move alike in sample: one question, which is asked once."""

    medoid: Contender
    """The member that moves most like all the others, and stands for them. The best of a family owes most to luck."""
    members: tuple[Contender, ...]
    """All of them, highest Sharpe ratio first."""


def families(contenders: Sequence[Contender], *, maximum_correlation: float) -> list[Family]:
    """Group contenders around the best of those not yet in a family, highest Sharpe ratio first.

    Near copies of one idea would spend the budget of the vault on one question. The order does not depend on the
    order of the input: ties are broken by genotype.
    """
    waiting = sorted(contenders, key=_rank)
    found: list[Family] = []
    while waiting:
        leader = waiting[0]
        members = [one for one in waiting if one is leader or _correlation(one, leader) > maximum_correlation]
        waiting = [one for one in waiting if not any(one is member for member in members)]
        medoid = min(members, key=lambda one: (-_likeness(one, members), _rank(one)))
        found.append(Family(medoid, tuple(members)))
    return found


def _rank(contender: Contender) -> tuple[float, str]:
    return -contender.sharpe, contender.strategy.genotype_hash


def _likeness(contender: Contender, members: Sequence[Contender]) -> float:
    """Return the sum of correlations with all members, to nine digits, so that rounding breaks no tie."""
    return round(sum(_correlation(contender, member) for member in members), 9)


def _correlation(first: Contender, second: Contender) -> float:
    return float(np.corrcoef(first.returns, second.returns)[0, 1])
