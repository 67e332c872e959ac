"""Scoring genomes in sample, a batch at a time; one evaluator for each process."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from backtest.batch import BatchSimulator, Outcome, TooFewEntries
from backtest.costs import costs_for
from backtest.risk import Risk
from backtest.sizing_slots import SizingFullError, SizingSlots
from backtest.stacked import stack
from data.market import IntArray, Universe
from data.shelf import Shelf
from evolution.evaluator.bank import BankFullError, TruthBank
from evolution.evaluator.evaluate import Programs, ShortHistoryError, fill_levels, look_up
from evolution.evaluator.features import DEFAULT_BUDGET_BYTES, FeatureStore
from evolution.evaluator.task import Task, task_of
from evolution.fitness import Evaluation, Reason, Rejected, score_of, terms_of
from evolution.genome.codec import REMEMBERED_RISKS, risk_from_text
from evolution.genome.genome import Genome
from evolution.repetition import N_BLOCKS

BANK_SHARE, SIZING_SHARE, SHELF_SHARE = 0.25, 0.125, 0.125
"""Of the budget, for the truths of atoms, for sizings and for series that are shared; the rest is for series kept."""


class Ready(NamedTuple):
    """What the simulation of a task needs."""

    programs: Programs
    risk: Risk


class Evaluator:
    """Scores genomes on one in-sample universe; one per process.

    Parameters
    ----------
    universe
        The in-sample history alone, with arrays of its own.
    minimum_trades
        Fewer round trips than this, summed over coins, are no fitness.
    feature_bytes
        Budget of what is remembered: series, truths and sizings.
    log
        Of the shelf that processes share which work on this universe; see `Shelf`. No result depends on it.
    """

    def __init__(
        self,
        universe: Universe,
        *,
        minimum_trades: int,
        feature_bytes: int = DEFAULT_BUDGET_BYTES,
        log: str | None = None,
    ) -> None:
        self._n_bars, self._minimum_trades = universe.n_bars, minimum_trades
        self._terms = terms_of(universe)
        shelf = _open_shelf(log, int(SHELF_SHARE * feature_bytes))
        markets = stack(universe, costs_for, shelf)
        self._simulator = BatchSimulator(markets, minimum_trades=minimum_trades, n_blocks=N_BLOCKS)
        self._sizings = SizingSlots(universe.markets, int(SIZING_SHARE * feature_bytes))
        kept = 1.0 - BANK_SHARE - SIZING_SHARE - (0.0 if shelf is None else SHELF_SHARE)
        features = FeatureStore(universe, int(kept * feature_bytes), shelf)
        self._bank = TruthBank(universe, features, int(BANK_SHARE * feature_bytes))

    def evaluate(self, genome: Genome) -> Evaluation:
        """Score one genome; whatever goes wrong comes back as a value, but an interruption is none of it."""
        try:
            task = task_of(genome)
        except Exception as error:  # one genome must not stop a night's run
            return _failure(error)
        return self.evaluate_all([task])[0]

    def evaluate_all(self, tasks: Sequence[Task], progress: IntArray | None = None) -> list[Evaluation]:
        """Score tasks in order, as `evaluate` does; the first that finds no memory is the last to be answered.

        Parameters
        ----------
        progress
            Shape (1,): raised by one as each task begins, for those who watch from another process. It may fall back
            by a batch, whose tasks are prepared first and then simulated.
        """
        answers: list[Evaluation] = []
        progress = np.zeros(1, dtype=np.int64) if progress is None else progress
        begun = int(progress[0])
        while len(answers) < len(tasks) and not (answers and _lacks_memory(answers[-1])):
            batch = self._evaluate_batch(tasks[len(answers) :], begun + len(answers), progress)
            first = next((place for place, answer in enumerate(batch) if _lacks_memory(answer)), len(batch))
            answers += batch[: first + 1]
        progress[0] = begun + len(answers)
        return answers

    def prepare(self, task: Task) -> Ready:
        """Return what the simulation of a task needs, computing what is not remembered."""
        programs = look_up(task, self._bank, self._n_bars)
        risk = _risk(task.risk)
        self._sizings.slot(risk)
        return Ready(programs, risk)

    def _evaluate_batch(self, tasks: Sequence[Task], begun: int, progress: IntArray) -> list[Evaluation]:
        """Answer at least one task, and as many as there is room for."""
        ready: list[Ready] = []
        failed: dict[int, Rejected] = {}
        for place, task in enumerate(tasks):
            if len(ready) == len(self._simulator.levels):
                break
            progress[0] = begun + place + 1
            try:
                ready.append(self._prepare(task, has_others=bool(ready)))
            except _NoRoomError:
                break
            except Exception as error:  # one genome must not stop a night's run
                failed[place] = _failure(error)
                if failed[place].reason is Reason.OUT_OF_MEMORY:
                    break
        n_begun = len(ready) + len(failed)
        good = [place for place in range(n_begun) if place not in failed]
        scored = dict(zip(good, self._score(tasks, good, ready, begun, progress), strict=True))
        return [scored[place] if place in scored else failed[place] for place in range(n_begun)]

    def _prepare(self, task: Task, *, has_others: bool) -> Ready:
        try:
            return self.prepare(task)
        except (BankFullError, SizingFullError):
            if has_others:
                # What they named is still needed; they are simulated first.
                raise _NoRoomError from None
        self._bank.clear()
        self._sizings.clear()
        return self.prepare(task)

    def _score(
        self, tasks: Sequence[Task], places: Sequence[int], ready: Sequence[Ready], begun: int, progress: IntArray
    ) -> list[Evaluation]:
        if not ready:
            return []
        try:
            outcomes = self._simulate(
                [tasks[place] for place in places], ready, [begun + p + 1 for p in places], progress
            )
            return [self._answer(outcome, tasks[p]) for outcome, p in zip(outcomes, places, strict=True)]
        except Exception as error:  # one genome must not stop a night's run
            failure = _failure(error)
            if len(ready) == 1:
                return [failure]
        one_by_one = zip(places, ready, strict=True)
        return [self._score(tasks, [place], [one], begun, progress)[0] for place, one in one_by_one]

    def _simulate(
        self, tasks: Sequence[Task], ready: Sequence[Ready], numbers: Sequence[int], progress: IntArray
    ) -> list[Outcome | TooFewEntries]:
        programs = [one.programs for one in ready]
        fill_levels(self._bank, programs, [task.warm_up_bars for task in tasks], self._simulator.levels)
        return self._simulator.simulate([one.risk for one in ready], self._sizings, numbers, progress)

    def _answer(self, outcome: Outcome | TooFewEntries, task: Task) -> Evaluation:
        if isinstance(outcome, Outcome):
            return score_of(outcome, task.size, task.parts, self._minimum_trades, self._terms)
        if outcome.n_entries == 0:
            return Rejected(Reason.ZERO_VARIANCE)
        asked = f"{self._minimum_trades} trades asked for"
        return Rejected(Reason.TOO_FEW_TRADES, f"{outcome.n_entries} bars to enter on, {asked}")


@lru_cache(REMEMBERED_RISKS)
def _risk(text: str) -> Risk:
    return risk_from_text(text).to_risk()


def _open_shelf(log: str | None, budget_bytes: int) -> Shelf | None:
    if log is None:
        return None
    try:
        return Shelf(log, budget_bytes)
    except OSError:
        # Another user's process, or one that has ended: each for itself, then.
        return None


class _NoRoomError(Exception):
    """The tasks before this one fill the room there is."""


def _lacks_memory(answer: Evaluation) -> bool:
    return isinstance(answer, Rejected) and answer.reason is Reason.OUT_OF_MEMORY


def _failure(error: Exception) -> Rejected:
    """Return the reason for which a genome has no fitness; an interruption is raised instead."""
    if isinstance(error, ShortHistoryError):
        return Rejected(Reason.SHORT_HISTORY, str(error))
    if isinstance(error, MemoryError):
        return Rejected(Reason.OUT_OF_MEMORY, str(error)[:500])
    if _was_interrupted(error):
        raise KeyboardInterrupt from error
    return Rejected(Reason.ERROR, f"{type(error).__name__}: {error}"[:500])


def _was_interrupted(error: BaseException | None) -> bool:
    """Return whether Ctrl-C is behind an error: struck inside compiled code, it comes out as a SystemError."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None
