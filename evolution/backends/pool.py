"""Evaluation in worker processes, which read the history from the snapshot's memory-mapped arrays."""

from __future__ import annotations

import atexit
import os
import time
from collections.abc import Sequence
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from data.errors import DataError
from data.shelf_log import log_path, make_log
from evolution.backends.batch import Batch
from evolution.backends.process import BURIAL_S, WorkerProcess
from evolution.backends.protocol import DEFAULT_LIMITS, Limits, MakeEvaluator, StartMethod, open_evaluator
from evolution.backends.wire import FAILED, READY, answers_from_plain
from evolution.evaluator import Task, task_of
from evolution.fitness import Evaluation, Reason, Rejected
from evolution.genome.genome import Genome

SHARES_PER_WORKER = 4
"""A worker is given this part of its share of what waits: much at first, little at the end."""
SMALLEST_GIFT, LARGEST_GIFT = 8, 64
MAX_FAILED_STARTS = 3
LONGEST_NAP_S = 0.5


class ProcessBackend:
    """Evaluates in worker processes; whatever happens to them, every genome gets its answer.

    A worker that dies, makes no progress for too long, or finds no memory is replaced. The genome it was at is tried
    once more, as the first of a fresh worker, and then rejected with `Reason.WORKER_LOST`, `TOO_SLOW` or
    `OUT_OF_MEMORY`; the others it held are given to the next. Results do not depend on workers or start method.

    Use it from one thread that outlives it: Linux counts the thread that started a worker as its parent.

    Parameters
    ----------
    universe_folder
        Folder of a stored snapshot.
    minimum_trades
        See `Evaluator`.
    workers
        Number of processes.
    limits
        What one genome may cost.
    start_method
        How processes are made; see `multiprocessing`.
    make_evaluator
        What a worker evaluates with.
    """

    def __init__(
        self,
        universe_folder: Path,
        *,
        minimum_trades: int,
        workers: int,
        limits: Limits = DEFAULT_LIMITS,
        start_method: StartMethod = "spawn",
        make_evaluator: MakeEvaluator = open_evaluator,
    ) -> None:
        self._log = make_log()
        path = None if self._log is None else log_path(self._log)
        self._open = partial(make_evaluator, universe_folder, minimum_trades, path)
        self._n_workers, self._limits, self._start_method = workers, limits, start_method
        self._workers: list[WorkerProcess] = []
        self._failed_starts = 0
        self._begun: tuple[Batch, list[Task]] | None = None
        # Without it, a program that does not close waits at its end for a worker that is stopped.
        atexit.register(self.close)

    @property
    def n_ready(self) -> int:
        """How many workers have opened the history."""
        return sum(worker.is_ready for worker in self._workers)

    def begin(self, genomes: Sequence[Genome | Task]) -> None:
        """Give the workers that are ready their first shares of what `evaluate` will be asked about next."""
        self._dismiss_busy()
        tasks = [task_of(genome) for genome in genomes]
        batch = Batch(len(tasks))
        try:
            for worker in tuple(self._workers):
                self._give(worker, batch, tasks)
            self._begun = batch, tasks
        finally:
            if self._begun is None:
                # An interruption: nobody knows what was given.
                self._dismiss_busy()

    def evaluate(self, genomes: Sequence[Genome | Task]) -> list[Evaluation]:
        """Evaluate genomes; the answers are in their order.

        Raises
        ------
        DataError
            If workers cannot open the history, or die before they have.
        """
        tasks = [task_of(genome) for genome in genomes]
        try:
            batch = self._taken_up(tasks)
            while not batch.is_done:
                self._step(batch, tasks)
        finally:
            # Only after an interruption; a late answer must not be taken for one of the next batch.
            self._dismiss_busy()
        return batch.answers()

    def close(self) -> None:
        """End every worker."""
        atexit.unregister(self.close)
        self._begun = None
        for worker in tuple(self._workers):
            self._dismiss(worker)
        if self._log is not None:
            os.close(self._log)
            self._log = None

    def _taken_up(self, tasks: Sequence[Task]) -> Batch:
        """Return the batch that was begun with just these tasks, or a new one."""
        begun, self._begun = self._begun, None
        if begun is not None and begun[1] == tasks:
            return begun[0]
        self._dismiss_busy()
        return Batch(len(tasks))

    def _step(self, batch: Batch, tasks: Sequence[Task]) -> None:
        while len(self._workers) < self._n_workers:
            channels = [worker.channel for worker in self._workers]
            self._workers.append(WorkerProcess(self._start_method, self._open, self._limits, channels))
        for worker in tuple(self._workers):
            self._give(worker, batch, tasks)
        nap_s = min(LONGEST_NAP_S, self._limits.genome_seconds / 8)
        begin = time.monotonic()
        speakers = wait([worker.channel for worker in self._workers], nap_s)
        # Time in which this process was stopped itself, by Ctrl-Z or a full machine, is nobody's fault.
        elapsed_s = min(time.monotonic() - begin, 2 * nap_s)
        for worker in tuple(self._workers):
            if worker.channel in speakers:
                self._listen(worker, batch)
            elif worker.has_stalled(elapsed_s):
                self._lose(worker, batch, Rejected(Reason.TOO_SLOW, f"no end after {self._limits.genome_seconds:g} s"))

    def _give(self, worker: WorkerProcess, batch: Batch, tasks: Sequence[Task]) -> None:
        if not worker.is_ready:
            return
        if batch.has_suspects and worker.is_fresh:
            indices = [batch.next_suspect()]
        elif batch.has_suspects and not batch.n_waiting and not worker.held and self._nobody_is_fresh():
            # Another takes its place, and the suspect.
            self._dismiss(worker)
            return
        else:
            fair = batch.n_waiting // (self._n_workers * SHARES_PER_WORKER)
            gift = min(max(fair, SMALLEST_GIFT), LARGEST_GIFT)
            # One gift ahead, so that no worker waits for its parent.
            indices = batch.next_indices(gift) if len(worker.held) <= gift else []
        if indices:
            worker.give(indices, [tasks[index] for index in indices])
        worker.flush()

    def _nobody_is_fresh(self) -> bool:
        return not any(worker.is_fresh for worker in self._workers)

    def _listen(self, worker: WorkerProcess, batch: Batch) -> None:
        messages = worker.receive()
        if messages is None:
            self._lose(worker, batch)
            return
        for kind, content in messages:
            if kind == FAILED:
                raise DataError(f"worker processes cannot open the history: {content}")
            if kind == READY:
                worker.is_ready, self._failed_starts = True, 0
            else:
                self._take(worker, batch, content)

    def _take(self, worker: WorkerProcess, batch: Batch, content: Sequence[Sequence[Any]]) -> None:
        answers = answers_from_plain(content)
        last = answers[-1]
        if not (isinstance(last, Rejected) and last.reason is Reason.OUT_OF_MEMORY):
            batch.settle(worker.take(len(answers)), answers)
            return
        batch.settle(worker.take(len(answers) - 1), answers[:-1])
        self._lose(worker, batch, last)

    def _lose(self, worker: WorkerProcess, batch: Batch, failure: Rejected | None = None) -> None:
        """Replace a worker; without a failure named, it ended by itself."""
        position = worker.position
        self._workers.remove(worker)
        ending = worker.stop(grace_s=0.0 if failure else BURIAL_S)
        if not worker.is_ready:
            self._failed_starts += 1
            if self._failed_starts == MAX_FAILED_STARTS:
                raise DataError(
                    f"{MAX_FAILED_STARTS} workers in a row ended before they were ready, the last with {ending}; "
                    "look for what ends them (too little memory?), then resume"
                )
        elif worker.held:
            batch.blame(list(worker.held), position, failure or Rejected(Reason.WORKER_LOST, f"worker lost: {ending}"))

    def _dismiss_busy(self) -> None:
        """End the workers whose answers nobody waits for any more."""
        self._begun = None
        for worker in [worker for worker in self._workers if worker.held]:
            self._dismiss(worker)

    def _dismiss(self, worker: WorkerProcess) -> None:
        self._workers.remove(worker)
        worker.stop()
