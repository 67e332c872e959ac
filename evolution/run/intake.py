"""Who of a generation has fitness and keeps to the limits, and why the others have none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from evolution.fitness import Evaluation, Rejected
from evolution.rows.odds import INITIAL
from evolution.run.reasons import BROKEN_LIMIT
from evolution.run.settings import SearchSettings
from evolution.search.child import Child
from evolution.search.goals import Goals
from evolution.search.individual import Individual


class Intake(NamedTuple):
    """The children of a generation, sorted."""

    newcomers: list[Individual]
    """Those that compete, in order."""
    rejections: dict[str, int]
    """How many do not, by reason."""
    best_fresh: float | None
    """The highest Sharpe ratio of those that were drawn afresh; None if none of them competes."""


def take_in(
    number: int, children: Sequence[Child], evaluations: Sequence[Evaluation], settings: SearchSettings, goals: Goals
) -> Intake:
    """Return who of generation `number` competes; each evaluation is that of the child in its place."""
    newcomers: list[Individual] = []
    fresh: list[float] = []
    rejections: Counter[str] = Counter()
    for child, evaluation in zip(children, evaluations, strict=True):
        if isinstance(evaluation, Rejected):
            rejections[evaluation.reason.value] += 1
            continue
        broken = settings.broken_limit(evaluation)
        if broken is not None:
            rejections[f"{BROKEN_LIMIT}{broken}"] += 1
            continue
        newcomers.append(Individual.of_child(child, number, evaluation, goals))
        if child.operator == INITIAL:
            fresh.append(evaluation.sharpe)
    return Intake(newcomers, dict(sorted(rejections.items())), max(fresh, default=None))
