"""The search itself: breed, score, record, select, prove, remember; a generation at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from data.market import Universe
from evolution.agreement import Check
from evolution.backends import Backend
from evolution.fitness import Evaluation
from evolution.priors import SearchPriors
from evolution.run.avoided import goals_of
from evolution.run.breeders import breeder_of, screened_of
from evolution.run.checkpoint import save_checkpoint
from evolution.run.collector import Collector
from evolution.run.epoch import FIRST_EPOCH, Epoch
from evolution.run.finish import Finish
from evolution.run.generation import Generation, append_line, generation_line, pace_line, yields
from evolution.run.intake import Intake, take_in
from evolution.run.layout import RunFolder
from evolution.run.nursery import Brood, Nursery
from evolution.run.origin import Origin
from evolution.run.pace import Pace, memory_megabytes
from evolution.run.quarantine import Quarantine
from evolution.run.recall import Recall
from evolution.run.rules import append_rules
from evolution.run.seen import SeenGenotypes
from evolution.run.settings import SearchSettings
from evolution.run.state import SearchState
from evolution.search.child import Child
from evolution.search.goals import Goals
from evolution.search.individual import Individual
from evolution.search.observation import HallOfFame, statistics_of
from evolution.search.selection import assign_distances
from evolution.search.toolbox import make_toolbox
from evolution.trials import append_segment, read_columns, segments


def search(  # noqa: PLR0913 - all that a run depends on, by name
    settings: SearchSettings,
    seed: int,
    backend: Backend,
    folder: RunFolder,
    *,
    priors: SearchPriors,
    check: Check,
    origin: Origin,
    universe: Universe,
    goals: Goals | None = None,
    resumed: SearchState | None = None,
    recall: Recall | None = None,
) -> Iterator[Generation]:
    """Yield generations, each one durable before it is yielded, until none is left to breed.

    Behind those that the settings ask for, and between two epochs, come a few in which the best rules lose what is not
    worth its price, if they ask for that.
    The outcome depends on settings, seed, priors and history alone: every draw of generation g comes
    from a seed spawned for g, and answers are merged by index.

    Parameters
    ----------
    check
        Asked about the best of each generation. A genome on which the simulators disagree goes into quarantine.
    origin
        Written into every checkpoint.
    universe
        The history that is searched: thresholds are fitted to it and conditions screened on it.
    goals
        What is strived for, made by `goals_of`; by default it is made here.
    resumed
        The state to go on from, read with the same goals.
    recall
        What is known of genotypes already; without influence on the outcome.

    Raises
    ------
    SimulationError
        When the third genome goes into quarantine.
    """
    goals, recall = goals or goals_of(settings.objective, priors, backend), recall or Recall()
    searcher = _Searcher(settings, seed, backend, folder, priors, check, origin, universe, goals, resumed, recall)
    number = 0 if resumed is None else resumed.generation + 1
    while (generation := searcher.advance(number)) is not None:
        yield generation
        number += 1


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
        universe: Universe,
        goals: Goals,
        resumed: SearchState | None,
        recall: Recall,
    ) -> None:
        self._settings, self._backend, self._folder = settings, backend, folder
        self._quarantine, self._origin, self._recall = Quarantine(folder, check), origin, recall
        breeder = breeder_of(settings, priors, universe)
        self._toolbox = make_toolbox(breeder)
        self._goals, self._pace, self._collector = goals, Pace(), Collector()
        self._population: list[Individual] = list(resumed.population) if resumed else []
        self._hall = HallOfFame(settings.hall_of_fame, settings.alike_bits)
        self._epoch = resumed.epoch if resumed else FIRST_EPOCH
        if resumed:
            self._hall.restore(resumed.hall_of_fame)
            assign_distances(self._population)
        self._seen = _seen(settings, folder.trials, resumed)
        self._nursery = Nursery(self._toolbox, seed, self._seen, priors, screened_of(settings, breeder, universe))
        self._finish = Finish(settings, self._nursery, goals, self._evaluate, resumed)
        self._brood: Brood | None = None
        """Of the next generation, where it is bred already."""

    def advance(self, number: int) -> Generation | None:
        """Return a generation once it is done; None if there is none of this number."""
        with self._collector.at_rest(self._n_wanted(number)):
            brood = self._brood or self._next(number)
            self._brood = None
            return None if brood is None else self._advance(number, brood)

    def _advance(self, number: int, brood: Brood) -> Generation:
        evaluations = self._evaluate(brood.children) if brood.answers is None else brood.answers
        with self._pace.part("record"):
            append_segment(self._folder.trials, number, brood.trials(number, evaluations))
        intake = take_in(number, brood.children, evaluations, self._settings, self._goals)
        before = self._epoch
        with self._pace.part("select"):
            self._select(number, brood, intake.newcomers)
        n_trials = len(self._seen)
        if brood.is_bred and self._is_bred(number + 1) and not self._epoch.is_first(number + 1):
            # The workers have something to do while this process proves and writes.
            self._brood = self._breed(number + 1)
            self._recall.begin(self._backend, self._brood.children)
        with self._pace.part("prove"):
            quarantined = self._prove()
        if quarantined and brood.is_bred:
            # Nobody is to wait for what is as good as a rule that was never that good.
            self._epoch = self._aged(before, number)
        with self._pace.part("remember"):
            # Only now: who goes into quarantine must not have taken the place of those that trade like it.
            self._remember(number, brood, [one for one in intake.newcomers if one.genotype_hash not in quarantined])
        self._meet(number + 1)
        generation = self._generation(number, brood, intake, n_trials, len(quarantined))
        self._write(generation)
        return generation

    def _generation(self, number: int, brood: Brood, intake: Intake, n_trials: int, n_quarantined: int) -> Generation:
        state = SearchState(
            number,
            tuple(self._population),
            tuple(self._hall),
            n_trials,
            self._epoch,
            self._finish.is_tuned,
            self._finish.settled(self._hall),
        )
        return Generation(
            state,
            len(brood.children),
            brood.n_repeated,
            intake.rejections,
            n_quarantined,
            statistics_of(self._population, self._settings.maximum_nodes),
            yields(brood.children, (*self._population, *self._hall), number),
            intake.best_fresh,
            self._pace.told(),
            is_last=self._brood is None and not (self._is_bred(number + 1) or self._finish.is_wanted(self._hall)),
        )

    def _meet(self, number: int) -> None:
        """Let the best of all epochs be the population, where generation `number` begins one with them."""
        begins = self._epoch.is_first(number) and not self._is_fresh(number)
        if begins and self._is_bred(number) and self._finish.is_short(self._hall):
            self._population = self._toolbox.survive(list(self._hall), self._settings.population)

    def _select(self, number: int, brood: Brood, newcomers: list[Individual]) -> None:
        if not brood.is_bred:
            if self._epoch.is_first(number):
                self._epoch = self._epoch.postponed()
        else:
            former = [] if self._is_fresh(number) else self._population
            crowd = former + newcomers
            if self._settings.niche_bits >= 0:
                crowd = self._toolbox.ideas(crowd, self._settings.niche_bits)
            self._population = self._toolbox.survive(crowd, self._settings.population)
            self._epoch = self._aged(self._epoch, number)

    def _aged(self, epoch: Epoch, number: int) -> Epoch:
        """Return what an epoch is once a generation was bred in it that ends with this population."""
        return epoch.after(number, self._best()).renewed(number, self._settings.patience)

    def _evaluate(self, children: Sequence[Child]) -> Sequence[Evaluation]:
        with self._pace.part("evaluate"):
            return self._recall.evaluate(self._backend, children)

    def _remember(self, number: int, brood: Brood, newcomers: list[Individual]) -> None:
        if brood.answers is None:
            self._hall.update(newcomers)
            return
        # Of what was tried, peaks with bad neighbours among it, only what is recommended is remembered.
        for former in brood.better:
            self._hall.remove(former)
        chosen = {one.child.genotype_hash: one for one in brood.better.values()}.values()
        self._hall.update([Individual.of_child(one.child, number, one.score, self._goals) for one in chosen])

    def _prove(self) -> set[str]:
        """Return which of the best went into quarantine; the next generation then has other parents."""
        quarantined = self._quarantine.prove_best(self._population, self._hall)
        if quarantined:
            if self._brood is not None:
                self._nursery.forget(self._brood)
                self._brood = None
            # Crowding is measured among those that are left, as it will be after a resume.
            assign_distances(self._population)
        return quarantined

    def _write(self, generation: Generation) -> None:
        # In this order a kill costs no line: without its checkpoint a generation is bred again and its line repeated.
        append_line(self._folder.generations, generation_line(generation))
        append_line(self._folder.pace, pace_line(generation, memory_megabytes()))
        append_rules(self._folder.rules, generation.state)
        with self._pace.part("save"):
            save_checkpoint(self._folder.checkpoints, generation.state, self._origin)

    def _best(self) -> float | None:
        return max((float(item.fitness.wvalues[0]) for item in self._population), default=None)

    def _is_fresh(self, number: int) -> bool:
        return self._epoch.is_fresh(number, self._settings.reunion)

    def _is_bred(self, number: int) -> bool:
        """Tell whether a generation is bred at all, which everything before it decides."""
        most = self._settings.evaluations
        return number <= self._settings.generations and (most is None or len(self._seen) < most)

    def _n_wanted(self, number: int) -> int:
        return self._settings.n_initial if self._is_fresh(number) else self._settings.offspring

    def _next(self, number: int) -> Brood | None:
        if self._is_bred(number):
            shorter = self._finish.shorten(self._hall) if self._epoch.is_first(number) else None
            return shorter or self._breed(number)
        return self._finish.next(number, self._hall)

    def _breed(self, number: int) -> Brood:
        is_fresh = self._is_fresh(number) or self._settings.mode == "random"
        with self._pace.part("breed"):
            return self._nursery.bred(number, [] if is_fresh else self._population, self._n_wanted(number))


def _seen(settings: SearchSettings, trials: Path, resumed: SearchState | None) -> SeenGenotypes:
    before = _scored_before(trials, resumed.generation + 1) if resumed else ()
    return SeenGenotypes(before, n_expected=settings.most_genotypes)


def _scored_before(trials: Path, generation: int) -> Iterator[str]:
    """Yield the genotypes scored before a generation; later segments belong to an interrupted one."""
    for path in segments(trials, before_generation=generation):
        yield from read_columns(path, ())["genotype_hash"].to_pylist()
