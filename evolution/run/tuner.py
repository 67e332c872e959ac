"""The best rules with their numbers turned: not to the highest peak, but to where the neighbours are good as well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from evolution.fitness import Evaluation, Score
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from evolution.search.child import Child
from evolution.search.dials import dials_of, with_dials
from evolution.search.goals import Goals
from evolution.search.individual import Individual
from evolution.search.named import TUNE, child_of
from evolution.tuning.study import Steps, Study

N_NEIGHBOURS = 4
"""Settings beside each one, every dial a step up, a step down or as it is, that it is judged by."""
Evaluate = Callable[[Sequence[Child]], Sequence[Evaluation]]


class Tuned(NamedTuple):
    """What tuning has tried and found."""

    children: list[Child]
    """All that were tried, each once; their parents are places among the rules that were tuned."""
    evaluations: list[Evaluation]
    better: dict[str, str]
    """Of each rule for which there is a better setting, its genotype hash and that of the other."""


def tune(best: Sequence[Individual], n_points: int, seed: int, goals: Goals, evaluate: Evaluate) -> Tuned:
    """Return what came of turning the numbers of rules.

    Parameters
    ----------
    best
        The rules.
    n_points
        Settings looked at for each rule; each costs up to one genotype and `N_NEIGHBOURS` more.
    goals
        The first of its objectives is what a setting is judged by, as its mean over the setting and its neighbours.
    evaluate
        Asked about all rules of a round at once.
    """
    rules = [_Rule(place, item.genome, seed, goals) for place, item in enumerate(best)]
    rules = [rule for rule in rules if rule.dials]
    known: dict[str, Evaluation] = {}
    children: dict[str, Child] = {}
    for _ in range(n_points):
        asked = [rule.ask() for rule in rules]
        new = {child.genotype_hash: child for child in chain.from_iterable(asked) if child.genotype_hash not in known}
        known |= dict(zip(new, evaluate(list(new.values())), strict=True))
        children |= new
        for rule, group in zip(rules, asked, strict=True):
            rule.tell([known[child.genotype_hash] for child in group])
    return Tuned(
        list(children.values()),
        [known[name] for name in children],
        {best[rule.place].genotype_hash: found for rule in rules if (found := rule.better()) is not None},
    )


class _Rule:
    """One rule while its numbers are turned."""

    def __init__(self, place: int, genome: Genome, seed: int, goals: Goals) -> None:
        self.place, self._genome, self._goals, self.dials = place, genome, goals, dials_of(genome)
        spawned = np.random.SeedSequence(seed, spawn_key=(place,))
        if self.dials:
            self._study = Study(len(self.dials), int(spawned.generate_state(1, np.uint32)[0]))
        self._offsets = _offsets(len(self.dials), np.random.default_rng(spawned))
        self._asked: Steps = ()
        self._values: dict[Steps, tuple[float, str]] = {}

    def ask(self) -> list[Child]:
        """Return the next setting and its neighbours; nothing where one of them is no rule."""
        self._asked = self._study.ask()
        settings = [self._asked, *(tuple(np.add(self._asked, offset).tolist()) for offset in self._offsets)]
        genomes = [with_dials(self._genome, self.dials, steps) for steps in settings]
        children = [child_of(genome, TUNE, (self.place,)) for genome in genomes if genome is not None]
        return children if len(children) == len(settings) else []

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Take in what has been asked for; a setting one of whose neighbours has no fitness stands on an edge."""
        scores = [found for found in evaluations if isinstance(found, Score)]
        if not scores or len(scores) < len(evaluations):
            self._study.tell(self._asked, None)
            return
        value = float(np.mean([self._goals.fitness(score).wvalues[0] for score in scores]))
        self._study.tell(self._asked, value)
        turned = with_dials(self._genome, self.dials, self._asked)
        assert turned is not None
        self._values[self._asked] = (value, genotype_hash(turned))

    def better(self) -> str | None:
        """Return the best setting, if it is better than the one that the rule came with."""
        still = self._values.get((0,) * len(self.dials))
        if not self._values or still is None:
            return None
        value, found = max(self._values.values())
        return found if value > still[0] else None


def _offsets(n_dials: int, rng: np.random.Generator) -> list[Steps]:
    return [tuple(rng.integers(-1, 2, size=n_dials).tolist()) for _ in range(N_NEIGHBOURS)]
