"""The search itself: breed, score, record, select, remember; a generation at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data.errors import GenomeError
from evolution.agreement import Check
from evolution.backends import Backend
from evolution.fitness import Evaluation, Rejected, Score
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from evolution.priors import SearchPriors
from evolution.run.checkpoint import save_checkpoint
from evolution.run.generation import Generation, append_line
from evolution.run.layout import RunFolder
from evolution.run.origin import Origin
from evolution.run.quarantine import Quarantine
from evolution.run.seen import SeenGenotypes
from evolution.run.settings import SearchSettings
from evolution.run.state import SearchState
from evolution.search.draws import Draws, Randomness
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape
from evolution.search.individual import Individual
from evolution.search.observation import HallOfFame, make_statistics
from evolution.search.selection import assign_distances
from evolution.search.toolbox import make_toolbox
from evolution.search.variation import Breeder, Offspring
from evolution.trials import Trial, append_segment, read_segments

MAX_DRAWS = 30
"""Draws for one unseen genotype before a generation is content with fewer."""


def search(
    settings: SearchSettings,
    seed: int,
    backend: Backend,
    folder: RunFolder,
    *,
    priors: SearchPriors,
    check: Check,
    origin: Origin,
    resumed: SearchState | None = None,
) -> Iterator[Generation]:
    """Yield generations until the settings' number is reached, each one durable before it is yielded.

    The outcome depends on settings, seed, priors and history alone: every draw of generation g comes
    from a generator spawned for g, and answers are merged by index.

    Parameters
    ----------
    check
        Asked about the best of each generation. A genome on which the simulators disagree goes into quarantine.
    origin
        Written into every checkpoint.
    resumed
        The state to go on from.

    Raises
    ------
    SimulationError
        When the third genome goes into quarantine.
    """
    searcher = _Searcher(settings, seed, backend, folder, priors, check, origin, resumed)
    first = 0 if resumed is None else resumed.generation + 1
    for number in range(first, settings.generations + 1):
        yield searcher.advance(number)


class _Drawn(NamedTuple):
    """A genome to be scored."""

    genome: Genome
    genotype_hash: str
    operator: str
    parent_hashes: tuple[str, ...]


class _Searcher:
    def __init__(
        self,
        settings: SearchSettings,
        seed: int,
        backend: Backend,
        folder: RunFolder,
        priors: SearchPriors,
        check: Check,
        origin: Origin,
        resumed: SearchState | None,
    ) -> None:
        self._settings, self._seed, self._backend, self._folder = settings, seed, backend, folder
        self._quarantine, self._origin = Quarantine(folder, check), origin
        shape = Shape(minimum_depth=settings.minimum_depth, maximum_depth=settings.maximum_depth)
        breeder = Breeder(Grammar(priors), shape, settings.maximum_nodes, settings.crossover_share)
        self._toolbox = make_toolbox(breeder, elitist_share=settings.elitist_share)
        self._statistics = make_statistics()
        self._population: list[Individual] = list(resumed.population) if resumed else []
        self._hall = HallOfFame(settings.hall_of_fame)
        if resumed:
            self._hall.restore(resumed.hall_of_fame)
            assign_distances(self._population)
        self._seen = _seen_before(folder.trials, resumed.generation + 1) if resumed else SeenGenotypes()

    def advance(self, number: int) -> Generation:
        rng = Draws(np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=(number,))))
        offspring, n_repeated = self._draw_unseen(number, rng)
        evaluations = self._backend.evaluate([child.genome for child in offspring])
        self._record(number, offspring, evaluations)
        newcomers = [
            Individual(child.genome, child.genotype_hash, number, evaluation)
            for child, evaluation in zip(offspring, evaluations, strict=True)
            if isinstance(evaluation, Score)
        ]
        self._population = self._toolbox.survive(self._population + newcomers, self._settings.population)
        self._hall.update(newcomers)
        n_quarantined = self._quarantine.prove_best(self._population, self._hall)
        if n_quarantined:
            # Crowding is measured among those that are left, as it will be after a resume.
            assign_distances(self._population)
        state = SearchState(number, tuple(self._population), tuple(self._hall), len(self._seen))
        rejections = Counter(e.reason.value for e in evaluations if isinstance(e, Rejected))
        statistics = self._statistics.compile(self._population) if self._population else {}
        generation = Generation(
            state,
            len(offspring),
            n_repeated,
            dict(sorted(rejections.items())),
            n_quarantined,
            {k: float(v) for k, v in statistics.items()},
        )
        # In this order a kill costs no line: without its checkpoint a generation is bred again and its line repeated.
        append_line(self._folder.generations, generation)
        save_checkpoint(self._folder.checkpoints, state, self._origin)
        return generation

    def _draw_unseen(self, number: int, rng: Randomness) -> tuple[list[_Drawn], int]:
        count = self._settings.population if number == 0 else self._settings.offspring
        drawn: list[_Drawn] = []
        n_repeated = 0
        for position in range(count):
            for _ in range(MAX_DRAWS):
                child = self._draw(number, position, rng)
                if child is None:
                    continue
                if self._seen.add(child.genotype_hash):
                    drawn.append(child)
                    break
                n_repeated += 1
        return drawn, n_repeated

    def _draw(self, number: int, position: int, rng: Randomness) -> _Drawn | None:
        parents: tuple[Individual, ...] = ()
        try:
            if number == 0 or not self._population or rng.random() < self._settings.immigrant_share:
                child: Offspring | None = self._toolbox.fresh(position, rng)
            else:
                parents = (self._toolbox.parent(self._population, rng), self._toolbox.parent(self._population, rng))
                child = self._toolbox.breed(parents[0].genome, parents[1].genome, rng)
        except GenomeError:
            # A fresh genome can need a longer warm-up than is allowed; another draw follows.
            return None
        if child is None or child.genome.size > self._settings.maximum_nodes:
            return None
        parent_hashes = tuple([parent.genotype_hash for parent in parents[: len(child.parents)]])
        return _Drawn(child.genome, genotype_hash(child.genome), child.operator, parent_hashes)

    def _record(self, number: int, offspring: Sequence[_Drawn], evaluations: Sequence[Evaluation]) -> None:
        trials = [
            Trial(child.genotype_hash, number, child.operator, child.parent_hashes, evaluation)
            for child, evaluation in zip(offspring, evaluations, strict=True)
        ]
        append_segment(self._folder.trials, number, trials)


def _seen_before(trials: Path, generation: int) -> SeenGenotypes:
    """Return the genotypes scored before a generation; later segments belong to an interrupted one."""
    return SeenGenotypes(
        key
        for table in read_segments(trials, before_generation=generation)
        for key in table["genotype_hash"].to_pylist()
    )
