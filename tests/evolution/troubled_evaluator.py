"""Evaluators that go wrong on chosen genomes; worker processes import this file by its name.

A trouble is chosen by the stop of a genome that never trades.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from data.market import IntArray
from data.snapshot import load_universe
from evolution.evaluator import Evaluator, Task, task_of
from evolution.evaluator.scoring import Ready
from evolution.fitness import Evaluation, Reason, Rejected
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node

DIARY = "TROUBLE_DIARY"
"""Environment variable: a file that gets one letter for each attempt that is worth counting."""
MIB = 1 << 20
DEADLY_SIZE = 8
"""Genomes of so many nodes, and of multiples of it, kill a `Mortal`."""
RELEASE = "TROUBLE_RELEASE"
"""Environment variable: a file that whoever dawdles waits for."""
hoard: list[np.ndarray] = []


def memory(mebibytes: int) -> np.ndarray:
    """Return memory that nothing is written to: the limit counts it, and a busy machine need not find its pages."""
    return np.empty(mebibytes * MIB, dtype=np.uint8)


def note_attempt() -> int:
    """Write a letter to the diary; return how many there are."""
    with Path(os.environ[DIARY]).open("ab") as diary:
        diary.write(b"x")
        diary.flush()
        return diary.tell()


def sleep() -> None:
    """Never come back, in Python."""
    time.sleep(3600)


def hold_the_interpreter() -> None:
    """Never come back, in compiled code that lets no signal handler of Python run."""
    ctypes.PyDLL(None).pause()


def eat() -> None:
    """Take memory until there is no more."""
    eaten = []
    while True:
        eaten.append(memory(8))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def freeze() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def leave() -> None:
    """End without a word, as a library that calls exit does."""
    os._exit(3)


def die_once() -> None:
    if note_attempt() == 1:
        die()


def keep() -> None:
    """Leave little memory to those who come after."""
    hoard.append(memory(150))


def need() -> None:
    """Need much memory for a moment."""
    memory(150)


def dawdle() -> None:
    """Take as long as it is let."""
    note_attempt()
    while not Path(os.environ[RELEASE]).exists():
        time.sleep(0.01)


TROUBLES = (sleep, hold_the_interpreter, eat, die, freeze, leave, die_once, keep, need, dawdle)


def genome_with(trouble: Callable[[], None]) -> Genome:
    """Return the genome on which an evaluator has that trouble."""
    return Genome(*[Node("never")] * 4, RiskGenes(stop=1 + TROUBLES.index(trouble)))


TROUBLE_OF = {task_of(genome_with(trouble)): trouble for trouble in TROUBLES}


class Troubled(Evaluator):
    """The evaluator, with its troubles."""

    def prepare(self, task: Task) -> Ready:
        if task in TROUBLE_OF:
            TROUBLE_OF[task]()
        return super().prepare(task)


class Mortal(Evaluator):
    """An evaluator that some ordinary genomes kill."""

    def prepare(self, task: Task) -> Ready:
        if task.size % DEADLY_SIZE == 0:
            die()
        return super().prepare(task)


class Reporter:
    """Reports its process instead of evaluating, after work that a library would spread over threads."""

    def evaluate_all(self, tasks: Sequence[Task], progress: IntArray) -> list[Evaluation]:
        product = np.ones((400, 400)) @ np.ones((400, 400))
        assert product[0, 0] == 400
        fields = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
        answer = Rejected(Reason.ERROR, f"{os.environ['OMP_NUM_THREADS']} {fields['Threads'].strip()}")
        return [answer for _ in tasks]


def open_troubled(universe_folder: Path, minimum_trades: int, log: str | None) -> Troubled:
    return Troubled(load_universe(universe_folder), minimum_trades=minimum_trades, log=log)


def open_mortal(universe_folder: Path, minimum_trades: int, log: str | None) -> Mortal:
    return Mortal(load_universe(universe_folder), minimum_trades=minimum_trades, log=log)


def open_reporter(universe_folder: Path, minimum_trades: int, log: str | None) -> Reporter:
    return Reporter()


def open_nothing(universe_folder: Path, minimum_trades: int, log: str | None) -> Reporter:
    note_attempt()
    raise RuntimeError(f"no evaluator for {universe_folder.name}")


def open_and_die(universe_folder: Path, minimum_trades: int, log: str | None) -> Reporter:
    note_attempt()
    die()
    raise AssertionError
