"""Who stands for whom: strategies that passed in sample, in families that move alike, the best family first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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

    members: tuple[Contender, ...]
    """All of them, highest Sharpe ratio first."""
    central: tuple[Contender, ...]
    """All of them, whoever moves most like all the others first."""
    maximum_correlation: float
    """Of in-sample returns, above which two of them are near copies; each is one of the leader."""

    @property
    def medoid(self) -> Contender:
        """Return who stands for them. The best of a family owes most to luck."""
        return self.central[0]

    def medoid_beside(self, judged: Collection[str]) -> Contender | None:
        """Return who stands for those that are not judged yet, by strategy id; None if all are."""
        return next((one for one in self.central if one.strategy.id not in judged), None)

    def moves_alike(self, one: Contender, other: Contender) -> bool:
        """Return whether two of them are near copies of each other, and not of the leader alone."""
        return float(_correlations([one, other])[0, 1]) > self.maximum_correlation


def families(contenders: Sequence[Contender], *, maximum_correlation: float) -> list[Family]:
    """Group contenders around the best of those not yet in a family, highest Sharpe ratio first.

    Near copies of one idea would spend the budget of the vault on one question. The order does not depend on the
    order of the input: ties are broken by genotype.
    """
    ranked = sorted(contenders, key=lambda one: (-one.sharpe, one.strategy.genotype_hash))
    alike = _correlations(ranked)
    waiting = list(range(len(ranked)))
    found: list[Family] = []
    while waiting:
        leader = waiting[0]
        members = [one for one in waiting if one == leader or alike[one, leader] > maximum_correlation]
        waiting = [one for one in waiting if one not in set(members)]
        likeness = alike[np.ix_(members, members)].sum(axis=1)
        central = [members[place] for place in np.argsort(-likeness, kind="stable")]
        found.append(
            Family(
                members=tuple(ranked[one] for one in members),
                central=tuple(ranked[one] for one in central),
                maximum_correlation=maximum_correlation,
            )
        )
    return found


def _correlations(contenders: Sequence[Contender]) -> FloatArray:
    """Return correlations of in-sample returns, shape (n, n), to nine digits, so that rounding breaks no tie."""
    if not contenders:
        return np.empty((0, 0))
    matrix: FloatArray = np.atleast_2d(np.corrcoef(np.stack([one.returns for one in contenders])))
    return np.round(matrix, 9)
