"""The search itself: breed, score, record, select, remember; a generation at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evolution.agreement import Check
from evolution.backends import Backend
from evolution.fitness import Evaluation, Rejected, Score
from evolution.priors import SearchPriors
from evolution.run.checkpoint import save_checkpoint
from evolution.run.collector import Collector
from evolution.run.generation import Generation, append_line
from evolution.run.layout import RunFolder
from evolution.run.origin import Origin
from evolution.run.quarantine import Quarantine
from evolution.run.recall import Recall
from evolution.run.seen import SeenGenotypes
from evolution.run.settings import SearchSettings
from evolution.run.state import SearchState
from evolution.search.child import Child
from evolution.search.children import Breeder
from evolution.search.grammar import Grammar
from evolution.search.individual import Individual
from evolution.search.observation import HallOfFame, make_statistics
from evolution.search.rows.breeding import Odds
from evolution.search.rows.chance import state_from
from evolution.search.rows.growing import Shape
from evolution.search.rows.table import Keys
from evolution.search.selection import assign_distances
from evolution.search.toolbox import make_toolbox
from evolution.trials import Trial, append_segment, read_segments

MAX_DRAWS = 30
"""Draws for one unseen genotype before a generation is content with fewer."""


def search(  # noqa: PLR0913 - all that a run depends on, by name
    settings: SearchSettings,
    seed: int,
    backend: Backend,
    folder: RunFolder,
    *,
    priors: SearchPriors,
    check: Check,
    origin: Origin,
    resumed: SearchState | None = None,
    recall: Recall | None = None,
) -> Iterator[Generation]:
    """Yield generations until the settings' number is reached, each one durable before it is yielded.

    The outcome depends on settings, seed, priors and history alone: every draw of generation g comes
    from a seed spawned for g, and answers are merged by index.

    Parameters
    ----------
    check
        Asked about the best of each generation. A genome on which the simulators disagree goes into quarantine.
    origin
        Written into every checkpoint.
    resumed
        The state to go on from.
    recall
        What is known of genotypes already; without influence on the outcome.

    Raises
    ------
    SimulationError
        When the third genome goes into quarantine.
    """
    searcher = _Searcher(settings, seed, backend, folder, priors, check, origin, resumed, recall or Recall())
    first = 0 if resumed is None else resumed.generation + 1
    for number in range(first, settings.generations + 1):
        yield searcher.advance(number)


class Brood(NamedTuple):
    """The children of a generation before they are scored."""

    children: list[Child]
    n_repeated: int
    """Draws thrown away because their genotype had been seen before."""
    keys: Keys
    """What `SeenGenotypes` has learnt by them."""


class _Searcher:
    def __init__(  # noqa: PLR0913, PLR0917 - those of `search`
        self,
        settings: SearchSettings,
        seed: int,
        backend: Backend,
        folder: RunFolder,
        priors: SearchPriors,
        check: Check,
        origin: Origin,
        resumed: SearchState | None,
        recall: Recall,
    ) -> None:
        self._settings, self._seed, self._backend, self._folder = settings, seed, backend, folder
        self._quarantine, self._origin, self._recall = Quarantine(folder, check), origin, recall
        shape = Shape(settings.minimum_depth, settings.maximum_depth, settings.mirrored_share)
        odds = Odds(settings.maximum_nodes, settings.immigrant_share, settings.crossover_share, settings.elitist_share)
        self._toolbox = make_toolbox(Breeder(Grammar(priors), shape, odds))
        self._statistics, self._collector = make_statistics(), Collector()
        self._population: list[Individual] = list(resumed.population) if resumed else []
        self._hall = HallOfFame(settings.hall_of_fame)
        if resumed:
            self._hall.restore(resumed.hall_of_fame)
            assign_distances(self._population)
        n_expected = settings.population + settings.generations * settings.offspring
        scored = _scored_before(folder.trials, resumed.generation + 1) if resumed else ()
        self._seen = SeenGenotypes(scored, n_expected=n_expected)
        self._brood: Brood | None = None
        """Of the next generation, where it is bred already."""

    def advance(self, number: int) -> Generation:
        with self._collector.at_rest(self._settings.population if number == 0 else self._settings.offspring):
            return self._advance(number)

    def _advance(self, number: int) -> Generation:
        brood = self._brood or self._breed(number)
        self._brood = None
        offspring = brood.children
        evaluations = self._recall.evaluate(self._backend, offspring)
        self._record(number, offspring, evaluations)
        newcomers = [
            Individual.of_child(child, number, evaluation)
            for child, evaluation in zip(offspring, evaluations, strict=True)
            if isinstance(evaluation, Score)
        ]
        self._population = self._toolbox.survive(self._population + newcomers, self._settings.population)
        n_trials = len(self._seen)
        if number < self._settings.generations:
            # The workers have something to do while this process proves and writes.
            self._brood = self._breed(number + 1)
            self._recall.begin(self._backend, self._brood.children)
        self._hall.update(newcomers)
        n_quarantined = self._quarantine.prove_best(self._population, self._hall)
        if n_quarantined:
            self._forget_brood()
            # Crowding is measured among those that are left, as it will be after a resume.
            assign_distances(self._population)
        state = SearchState(number, tuple(self._population), tuple(self._hall), n_trials)
        rejections = Counter(e.reason.value for e in evaluations if isinstance(e, Rejected))
        statistics = self._statistics.compile(self._population) if self._population else {}
        generation = Generation(
            state,
            len(offspring),
            brood.n_repeated,
            dict(sorted(rejections.items())),
            n_quarantined,
            {k: float(v) for k, v in statistics.items()},
        )
        # In this order a kill costs no line: without its checkpoint a generation is bred again and its line repeated.
        append_line(self._folder.generations, generation)
        save_checkpoint(self._folder.checkpoints, state, self._origin)
        return generation

    def _forget_brood(self) -> None:
        """Leave no trace of children whose parents are not those of the next generation after all."""
        if self._brood is not None:
            self._seen.remove(self._brood.keys)
            self._brood = None

    def _breed(self, number: int) -> Brood:
        """Draw the genotypes of a generation, none of them seen before."""
        rng = state_from(np.random.SeedSequence(self._seed, spawn_key=(number,)))
        count = self._settings.population if number == 0 else self._settings.offspring
        parents, waiting = self._toolbox.parents(self._population), np.arange(count)
        drawn: dict[int, Child] = {}
        keys: list[Keys] = []
        n_repeated = 0
        for _ in range(MAX_DRAWS):
            litter = self._toolbox.breed(parents, waiting, rng)
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
        return Brood([drawn[position] for position in sorted(drawn)], n_repeated, np.concatenate(keys))

    def _record(self, number: int, offspring: Sequence[Child], evaluations: Sequence[Evaluation]) -> None:
        known = [item.genotype_hash for item in self._population]
        trials = [
            Trial(
                child.genotype_hash,
                number,
                child.operator,
                tuple([known[place] for place in child.parents]),
                evaluation,
            )
            for child, evaluation in zip(offspring, evaluations, strict=True)
        ]
        append_segment(self._folder.trials, number, trials)


def _scored_before(trials: Path, generation: int) -> Iterator[str]:
    """Yield the genotypes scored before a generation; later segments belong to an interrupted one."""
    for table in read_segments(trials, before_generation=generation):
        yield from table["genotype_hash"].to_pylist()
