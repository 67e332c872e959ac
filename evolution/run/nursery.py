"""The children of a generation before they are scored: none of them has been seen before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from evolution.fitness import Evaluation
from evolution.genome.codec import from_json
from evolution.priors import SearchPriors
from evolution.rows.chance import state_from
from evolution.rows.odds import WARM
from evolution.rows.offspring import Parents
from evolution.rows.table import Keys
from evolution.run.revision import Allows, Evaluate, Revised, Successor
from evolution.run.seen import DIGITS, SeenGenotypes
from evolution.run.shortener import shorten
from evolution.run.tuner import tune
from evolution.screening import ScreenedBreeder
from evolution.search.child import Child
from evolution.search.goals import Goals
from evolution.search.individual import Individual
from evolution.search.named import child_of
from evolution.search.toolbox import Toolbox
from evolution.trials import Trial

MAX_DRAWS = 30
"""Draws for one unseen genotype before a generation is content with fewer."""
NO_CHANGE: Mapping[str, Successor] = MappingProxyType({})


class Brood(NamedTuple):
    """The children of a generation."""

    children: list[Child]
    parents: tuple[str, ...]
    """Genotypes that the places of their parents stand for."""
    n_repeated: int
    """Draws thrown away because their genotype had been seen before."""
    keys: Keys
    """What `SeenGenotypes` has learnt by them."""
    is_bred: bool
    """Whether they compete for the population; rules with a part less, or with numbers turned, do not."""
    answers: list[Evaluation] | None = None
    """Their evaluations, where they are known already."""
    better: Mapping[str, Successor] = NO_CHANGE
    """Rules, by genotype hash, whose place in the hall of fame another one takes."""

    def trials(self, number: int, evaluations: Sequence[Evaluation]) -> list[Trial]:
        """Return what is recorded of each, as children of generation `number`."""
        return [
            Trial(
                child.genotype_hash,
                number,
                child.operator,
                tuple([self.parents[place] for place in child.parents]),
                evaluation,
            )
            for child, evaluation in zip(self.children, evaluations, strict=True)
        ]


class Nursery:
    """Makes broods; what it makes for a generation depends on the seed, its number and what was made before it alone.

    Parameters
    ----------
    toolbox
        With `parents` and `breed`.
    seen
        What must not be made again; whatever is made is added to it.
    screened
        What adds conditions that are chosen; without it none is.
    """

    def __init__(
        self,
        toolbox: Toolbox,
        seed: int,
        seen: SeenGenotypes,
        priors: SearchPriors,
        screened: ScreenedBreeder | None = None,
    ) -> None:
        self._toolbox, self._seed, self._seen, self._priors = toolbox, seed, seen, priors
        self._screened = screened

    def bred(self, number: int, parents: Sequence[Individual], count: int) -> Brood:
        """Return so many children of a generation, drawn afresh where there are no parents.

        Fewer, where nothing new is drawn in `MAX_DRAWS` attempts; in the first one the warm start comes on top.
        """
        rng = state_from(np.random.SeedSequence(self._seed, spawn_key=(number,)))
        people = self._toolbox.parents(parents)
        drawn: dict[int, Child] = {}
        warm = self._unseen([child_of(from_json(text), WARM) for text in self._priors.rules] if number == 0 else [])
        chosen = self._chosen(number, people, count)
        keys, n_repeated = [warm.keys, chosen.keys], warm.n_repeated + chosen.n_repeated
        waiting = np.arange(count - len(chosen.children))
        for _ in range(MAX_DRAWS):
            litter = self._toolbox.breed(people, waiting, rng)
            drawn_keys = litter.keys()
            is_new = self._seen.add_all(drawn_keys)
            keys.append(drawn_keys[is_new])
            unseen = np.flatnonzero(is_new)
            n_repeated += len(is_new) - len(unseen)
            attempts = litter.made[unseen]
            for position, place in zip(waiting[attempts].tolist(), unseen.tolist(), strict=True):
                drawn[position] = litter.child(place)
            waiting = np.delete(waiting, attempts)
            if not len(waiting):
                break
        known = tuple([item.genotype_hash for item in parents])
        children = warm.children + chosen.children + [drawn[position] for position in sorted(drawn)]
        return Brood(children, known, n_repeated, np.concatenate(keys), is_bred=True)

    def _chosen(self, number: int, parents: Parents, count: int) -> Brood:
        """Return those of a generation that have a condition more than a parent, chosen by a screen."""
        if self._screened is None:
            return self._unseen([])
        # Draws of their own: whatever a screen asks, the other children are drawn from the same numbers.
        rng = state_from(np.random.SeedSequence(self._seed, spawn_key=(number, 1)))
        litter = self._screened.breed(parents, count, rng)
        return self._unseen([litter.child(place) for place in range(len(litter.made))])

    def shortened(
        self, best: Sequence[Individual], part_nats: float, goals: Goals, evaluate: Evaluate, allows: Allows
    ) -> Brood:
        """Return what was tried to leave parts of the best out."""
        return self._revised(best, shorten(best, part_nats, goals, evaluate, allows))

    def tuned(
        self,
        number: int,
        best: Sequence[Individual],
        n_points: int,
        goals: Goals,
        evaluate: Evaluate,
        allows: Allows,
    ) -> Brood:
        """Return what was tried to tune the numbers of the best."""
        seed = np.random.SeedSequence(self._seed, spawn_key=(number,)).generate_state(1, np.uint32)
        return self._revised(best, tune(best, n_points, int(seed[0]), goals, evaluate, allows))

    def _revised(self, best: Sequence[Individual], found: Revised) -> Brood:
        brood = self._unseen(found.children)
        known = {child.genotype_hash: one for child, one in zip(found.children, found.evaluations, strict=True)}
        return brood._replace(
            parents=tuple([item.genotype_hash for item in best]),
            answers=[known[child.genotype_hash] for child in brood.children],
            better=found.better,
        )

    def forget(self, brood: Brood) -> None:
        """Leave no trace of children who are not those of the next generation after all."""
        self._seen.remove(brood.keys)

    def _unseen(self, children: list[Child]) -> Brood:
        """Return the children whose genotype had not been seen before, each once."""
        keys = np.array([int(child.genotype_hash[:DIGITS], 16) for child in children], dtype=np.uint64)
        is_new = self._seen.add_all(keys)
        unseen = [children[place] for place in np.flatnonzero(is_new).tolist()]
        return Brood(unseen, (), len(children) - len(unseen), keys[is_new], is_bred=False)
