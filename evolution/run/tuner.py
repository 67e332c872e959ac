"""The best rules with their numbers turned: not to the highest peak, but to where the neighbours are good as well."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolution.fitness import Evaluation, Score
from evolution.genome.genome import Genome
from evolution.rows.odds import TUNE
from evolution.run.revision import Allows, Evaluate, Inquiry, Revised, Successor
from evolution.search.child import Child
from evolution.search.dials import dials_of, with_dials
from evolution.search.goals import Goals
from evolution.search.individual import Individual
from evolution.search.named import child_of
from evolution.tuning.study import Steps, Study

N_NEIGHBOURS = 4
"""Settings beside each one, every dial a step up, a step down or as it is, that it is judged by."""


def tune(
    best: Sequence[Individual], n_points: int, seed: int, goals: Goals, evaluate: Evaluate, allows: Allows
) -> Revised:
    """Return what came of turning the numbers of rules.

    Parameters
    ----------
    best
        The rules.
    n_points
        Settings looked at for each rule, half of them with one number turned alone at most; each costs up to one
        genotype and `N_NEIGHBOURS` more. A rule that is no rule any more with its neighbours has no other one.
    goals
        The first of its objectives is what a setting is judged by, as its mean over the setting and its neighbours.
    evaluate
        Asked about all rules of a round at once.
    allows
        A setting that it refuses is none.
    """
    rules = [_Rule(place, item.genome, n_points // 2, seed, goals, allows) for place, item in enumerate(best)]
    rules = [rule for rule in rules if rule.dials]
    inquiry = Inquiry(evaluate)
    for _ in range(n_points):
        for rule, group in zip(rules, inquiry.ask([rule.ask() for rule in rules]), strict=True):
            rule.tell(group)
        # The first that is asked is the rule as it came.
        rules = [rule for rule in rules if rule.still is not None]
    return inquiry.revised({best[rule.place].genotype_hash: found for rule in rules if (found := rule.better())})


class _Rule:
    """One rule while its numbers are turned."""

    def __init__(self, place: int, genome: Genome, n_alone: int, seed: int, goals: Goals, allows: Allows) -> None:
        self.place, self._genome, self._goals, self.dials = place, genome, goals, dials_of(genome)
        self._allows = allows
        spawned = np.random.SeedSequence(seed, spawn_key=(place,))
        if self.dials:
            self._study = Study(len(self.dials), n_alone, int(spawned.generate_state(1, np.uint32)[0]))
        self._offsets = _offsets(len(self.dials), np.random.default_rng(spawned))
        self._asked: Steps = ()
        self._children: list[Child] = []
        self._values: dict[Steps, tuple[float, Successor]] = {}

    def ask(self) -> list[Child]:
        """Return the next setting and its neighbours; nothing where one of them is no rule."""
        self._asked = self._study.ask()
        settings = [self._asked, *(tuple(np.add(self._asked, offset).tolist()) for offset in self._offsets)]
        genomes = [with_dials(self._genome, self.dials, steps) for steps in settings]
        children = [child_of(genome, TUNE, (self.place,)) for genome in genomes if genome is not None]
        self._children = children if len(children) == len(settings) else []
        return self._children

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Take in what has been asked for; a setting one of whose neighbours has no fitness stands on an edge."""
        scores = [found for found in evaluations if isinstance(found, Score)]
        if not scores or len(scores) < len(evaluations):
            self._study.tell(self._asked, None)
            return
        value = float(np.mean([self._goals.fitness(score).wvalues[0] for score in scores]))
        self._study.tell(self._asked, value)
        # The setting itself comes before its neighbours.
        if self._allows(scores[0]):
            self._values[self._asked] = (value, Successor(self._children[0], scores[0]))

    @property
    def still(self) -> float | None:
        """What the setting is worth that the rule came with; None if that is unknown, or nothing."""
        known = self._values.get((0,) * len(self.dials))
        return None if known is None else known[0]

    def better(self) -> Successor | None:
        """Return the best setting, if it is better than the one that the rule came with."""
        if self.still is None:
            return None
        value, found = max(self._values.values(), key=lambda item: (item[0], item[1].child.genotype_hash))
        return found if value > self.still else None


def _offsets(n_dials: int, rng: np.random.Generator) -> list[Steps]:
    return [tuple(rng.integers(-1, 2, size=n_dials).tolist()) for _ in range(N_NEIGHBOURS)]
