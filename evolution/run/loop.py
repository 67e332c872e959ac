"""The search itself: breed, score, record, select, remember; a generation at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evolution.agreement import Check
from evolution.backends import Backend
from evolution.fitness import Evaluation, Rejected
from evolution.genome.codec import from_json
from evolution.priors import SearchPriors
from evolution.run.checkpoint import save_checkpoint
from evolution.run.collector import Collector
from evolution.run.epoch import FIRST_EPOCH
from evolution.run.generation import Generation, Yield, append_line
from evolution.run.layout import RunFolder
from evolution.run.origin import Origin
from evolution.run.quarantine import Quarantine
from evolution.run.recall import Recall
from evolution.run.seen import DIGITS, SeenGenotypes
from evolution.run.settings import SearchSettings
from evolution.run.state import SearchState
from evolution.search.child import Child
from evolution.search.children import Breeder
from evolution.search.goals import Goals
from evolution.search.grammar import Grammar
from evolution.search.individual import Individual
from evolution.search.named import SIMPLIFY, WARM, child_of
from evolution.search.observation import HallOfFame, make_statistics
from evolution.search.rows.breeding import INITIAL, OPERATOR_NAMES, Odds
from evolution.search.rows.chance import state_from
from evolution.search.rows.growing import Shape
from evolution.search.rows.table import Keys
from evolution.search.selection import assign_distances
from evolution.search.simpler import simpler_genomes
from evolution.search.toolbox import make_toolbox
from evolution.trials import Trial, append_segment, read_segments

NO_KEYS: Keys = np.zeros(0, dtype=np.uint64)
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
    """Yield generations, each one durable before it is yielded, until none is left to breed.

    Behind those that the settings ask for come a few that try the best rules with a part less, if they ask for that.

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
    number = 0 if resumed is None else resumed.generation + 1
    while (generation := searcher.advance(number)) is not None:
        yield generation
        number += 1


class Brood(NamedTuple):
    """The children of a generation before they are scored."""

    children: list[Child]
    parents: list[str]
    """Genotypes that the places of their parents stand for."""
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
        self._priors = priors
        shape = Shape(settings.minimum_depth, settings.maximum_depth, settings.mirrored_share)
        odds = Odds(
            settings.maximum_nodes,
            settings.immigrant_share,
            settings.crossover_share,
            settings.elitist_share,
            settings.symmetric_share,
        )
        self._goals = Goals(settings.objective)
        self._toolbox = make_toolbox(Breeder(Grammar(priors), shape, odds))
        self._statistics, self._collector = make_statistics(), Collector()
        self._population: list[Individual] = list(resumed.population) if resumed else []
        self._hall = HallOfFame(settings.hall_of_fame, settings.alike_bits)
        self._epoch = resumed.epoch if resumed else FIRST_EPOCH
        if resumed:
            self._hall.restore(resumed.hall_of_fame)
            assign_distances(self._population)
        n_expected = settings.n_initial + settings.generations * settings.offspring
        scored = _scored_before(folder.trials, resumed.generation + 1) if resumed else ()
        self._seen = SeenGenotypes(scored, n_expected=n_expected)
        self._brood: Brood | None = None
        """Of the next generation, where it is bred already."""

    def advance(self, number: int) -> Generation | None:
        """Return a generation once it is done; None if there is none of this number."""
        with self._collector.at_rest(self._n_wanted(number)):
            brood = self._brood or self._next(number)
            self._brood = None
            return None if brood is None else self._advance(number, brood)

    def _advance(self, number: int, brood: Brood) -> Generation:
        offspring = brood.children
        evaluations = self._recall.evaluate(self._backend, offspring)
        self._record(number, brood, evaluations)
        newcomers, rejections = self._admit(number, offspring, evaluations)
        fresh = {child.genotype_hash for child in offspring if child.operator == OPERATOR_NAMES[INITIAL]}
        if number <= self._settings.generations:
            former = [] if self._is_first(number) else self._population
            self._population = self._toolbox.survive(former + newcomers, self._settings.population)
            self._epoch = self._epoch.after(number, self._best()).renewed(number, self._settings.patience)
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
        state = SearchState(number, tuple(self._population), tuple(self._hall), n_trials, self._epoch)
        statistics = self._statistics.compile(self._population) if self._population else {}
        generation = Generation(
            state,
            len(offspring),
            brood.n_repeated,
            dict(sorted(rejections.items())),
            n_quarantined,
            {k: float(v) for k, v in statistics.items()},
            self._yields(number, offspring),
            max((float(item.fitness.wvalues[0]) for item in newcomers if item.genotype_hash in fresh), default=None),
        )
        # In this order a kill costs no line: without its checkpoint a generation is bred again and its line repeated.
        append_line(self._folder.generations, generation)
        save_checkpoint(self._folder.checkpoints, state, self._origin)
        return generation

    def _admit(
        self, number: int, offspring: Sequence[Child], evaluations: Sequence[Evaluation]
    ) -> tuple[list[Individual], Counter[str]]:
        """Return those that have fitness, and how many have none for which reason."""
        newcomers: list[Individual] = []
        rejections: Counter[str] = Counter()
        for child, evaluation in zip(offspring, evaluations, strict=True):
            if isinstance(evaluation, Rejected):
                rejections[evaluation.reason.value] += 1
                continue
            broken = next(filter(None, (limit.broken_by(evaluation) for limit in self._settings.limit)), None)
            if broken is None:
                newcomers.append(Individual.of_child(child, number, evaluation, self._goals))
            else:
                rejections[f"limit: {broken}"] += 1
        return newcomers, rejections

    def _yields(self, number: int, offspring: Sequence[Child]) -> dict[str, Yield]:
        kept = {item.genotype_hash for item in self._population if item.generation == number}
        made = Counter(child.operator for child in offspring)
        survived = Counter(child.operator for child in offspring if child.genotype_hash in kept)
        return {operator: Yield(count, survived[operator]) for operator, count in sorted(made.items())}

    def _best(self) -> float | None:
        return max((float(item.fitness.wvalues[0]) for item in self._population), default=None)

    def _is_first(self, number: int) -> bool:
        """Tell whether a generation is the first of its epoch."""
        return number == self._epoch.began

    def _n_wanted(self, number: int) -> int:
        return self._settings.n_initial if self._is_first(number) else self._settings.offspring

    def _forget_brood(self) -> None:
        """Leave no trace of children whose parents are not those of the next generation after all."""
        if self._brood is not None:
            self._seen.remove(self._brood.keys)
            self._brood = None

    def _next(self, number: int) -> Brood | None:
        if number <= self._settings.generations:
            return self._breed(number)
        return self._trim() if self._settings.simplify else None

    def _trim(self) -> Brood | None:
        """Return what is simpler than those that will be handed over; None if all of it has been tried.

        Who trades the same with a part less takes the place of the other in the hall of fame, since it is smaller.
        """
        best = list(self._hall)[: self._settings.registered]
        children = [
            child_of(genome, SIMPLIFY, (place,))
            for place, item in enumerate(best)
            for genome in simpler_genomes(item.genome)
        ]
        unseen, n_repeated, keys = self._unseen(children)
        return Brood(unseen, [item.genotype_hash for item in best], n_repeated, keys) if unseen else None

    def _unseen(self, children: list[Child]) -> tuple[list[Child], int, Keys]:
        """Return the children whose genotype had not been seen before, how many had, and what was learnt."""
        keys = np.array([int(child.genotype_hash[:DIGITS], 16) for child in children], dtype=np.uint64)
        is_new = self._seen.add_all(keys)
        unseen = [children[place] for place in np.flatnonzero(is_new).tolist()]
        return unseen, len(children) - len(unseen), keys[is_new]

    def _breed(self, number: int) -> Brood:
        """Draw the genotypes of a generation, none of them seen before."""
        rng = state_from(np.random.SeedSequence(self._seed, spawn_key=(number,)))
        is_fresh = self._is_first(number) or self._settings.mode == "random"
        parents = self._toolbox.parents([] if is_fresh else self._population)
        waiting = np.arange(self._n_wanted(number))
        drawn: dict[int, Child] = {}
        warm, n_repeated, own_keys = self._warm() if number == 0 else ([], 0, NO_KEYS)
        keys: list[Keys] = [own_keys]
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
        known = [item.genotype_hash for item in self._population]
        return Brood(warm + [drawn[position] for position in sorted(drawn)], known, n_repeated, np.concatenate(keys))

    def _warm(self) -> tuple[list[Child], int, Keys]:
        """Return the rules that the first generation begins with, each once."""
        return self._unseen([child_of(from_json(text), WARM) for text in self._priors.rules])

    def _record(self, number: int, brood: Brood, evaluations: Sequence[Evaluation]) -> None:
        known = brood.parents
        trials = [
            Trial(
                child.genotype_hash,
                number,
                child.operator,
                tuple([known[place] for place in child.parents]),
                evaluation,
            )
            for child, evaluation in zip(brood.children, evaluations, strict=True)
        ]
        append_segment(self._folder.trials, number, trials)


def _scored_before(trials: Path, generation: int) -> Iterator[str]:
    """Yield the genotypes scored before a generation; later segments belong to an interrupted one."""
    for table in read_segments(trials, before_generation=generation):
        yield from table["genotype_hash"].to_pylist()
