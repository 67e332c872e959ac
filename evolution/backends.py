"""Where genomes are evaluated: in this process, or in workers that map the history read-only."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Protocol

from data.snapshot import load_universe
from evolution.fitness import Evaluation, Evaluator, Reason, Rejected
from evolution.genome.codec import from_parts, to_parts
from evolution.genome.genome import Genome

Parts = tuple[str, ...]
"""A genome as it travels; see `to_parts`."""

PR_SET_PDEATHSIG = 1
CHUNKS_PER_WORKER = 4
MAX_ATTEMPTS = 2


class Backend(Protocol):
    """Evaluates genomes; the answer at index i belongs to the genome at index i, however many workers there are."""

    def evaluate(self, genomes: Sequence[Genome]) -> list[Evaluation]: ...

    def close(self) -> None: ...


class SerialBackend:
    """Evaluates in this process."""

    def __init__(self, universe_folder: Path, *, minimum_trades: int) -> None:
        self._evaluator = Evaluator(load_universe(universe_folder), minimum_trades=minimum_trades)

    def evaluate(self, genomes: Sequence[Genome]) -> list[Evaluation]:
        return [self._evaluator.evaluate(genome) for genome in genomes]

    def close(self) -> None:
        """Nothing to release."""


class ProcessBackend:
    """Evaluates in worker processes, which read the history from the snapshot's memory-mapped arrays.

    A worker that dies costs only the genomes it had: they are tried again one by one, and the one
    that kills its worker again is rejected with `Reason.WORKER_LOST`.
    """

    def __init__(self, universe_folder: Path, *, minimum_trades: int, workers: int) -> None:
        self._arguments = (str(universe_folder), minimum_trades, os.getpid())
        self._workers = workers
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start_worker,
            initargs=self._arguments,
        )

    def evaluate(self, genomes: Sequence[Genome]) -> list[Evaluation]:
        batch = [to_parts(genome) for genome in genomes]
        length = max(1, -(-len(batch) // (self._workers * CHUNKS_PER_WORKER)))
        chunks = [batch[i : i + length] for i in range(0, len(batch), length)]
        answers = self._run(chunks)
        return [evaluation for answer in answers for evaluation in answer]

    def _run(self, chunks: list[list[Parts]]) -> list[list[Evaluation]]:
        futures = self._submit(chunks)
        answers: list[list[Evaluation]] = []
        for chunk, future in zip(chunks, futures, strict=True):
            try:
                answers.append(future.result())
            except BrokenProcessPool:
                answers.append([self._alone(parts) for parts in chunk])
        return answers

    def _submit(self, chunks: list[list[Parts]]) -> list[Future[list[Evaluation]]]:
        try:
            return [self._pool.submit(_evaluate_chunk, chunk) for chunk in chunks]
        except BrokenProcessPool:
            self._restart()
            return [self._pool.submit(_evaluate_chunk, chunk) for chunk in chunks]

    def _alone(self, parts: Parts) -> Evaluation:
        for _ in range(MAX_ATTEMPTS):
            try:
                return self._submit([[parts]])[0].result()[0]
            except BrokenProcessPool:
                self._restart()
        return Rejected(Reason.WORKER_LOST, f"the worker died {MAX_ATTEMPTS} times on this genome alone")

    def _restart(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._new_pool()

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def make_backend(universe_folder: Path, *, minimum_trades: int, workers: int) -> Backend:
    """Return a serial backend for one worker, else worker processes."""
    if workers == 1:
        return SerialBackend(universe_folder, minimum_trades=minimum_trades)
    return ProcessBackend(universe_folder, minimum_trades=minimum_trades, workers=workers)


_worker: list[Evaluator] = []
"""The one evaluator of a worker process; empty in every other process."""


def _start_worker(universe_folder: str, minimum_trades: int, parent: int) -> None:
    # Ctrl-C goes to the whole group; only the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A worker must not outlive a parent that was killed without a chance to stop it.
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    _worker.append(Evaluator(load_universe(Path(universe_folder)), minimum_trades=minimum_trades))


def _evaluate_chunk(batch: list[Parts]) -> list[Evaluation]:
    return [_worker[0].evaluate(from_parts(parts)) for parts in batch]
