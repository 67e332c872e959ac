"""What is killed: an operation on a folder of files, and what may be found there afterwards."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Protocol

import numpy as np

from evolution.evaluator.task import task_of
from evolution.fitness import Score
from evolution.genome.hashing import genotype_hash
from evolution.priors import SearchPriors
from evolution.run.checkpoint import load_checkpoint, save_checkpoint
from evolution.run.origin import Origin
from evolution.run.state import SearchState, state_to_plain
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome
from evolution.search.individual import Individual
from evolution.trials import Trial, append_segment, read_segments
from organism.doctor import TEMPORARY

ORIGIN = Origin("1" * 64, "2" * 64, "3" * 64)


class Case(Protocol):
    """One operation under test."""

    name: str

    def prepare(self, folder: Path) -> None:
        """Make the files as they are before the operation; called once for each attempt."""

    def operate(self, folder: Path) -> None:
        """Do what a kill interrupts; called in a process of its own."""

    def judge(self, folder: Path) -> str:
        """Return `old` or `new`; raise AssertionError for anything in between."""

    def go_on(self, folder: Path) -> None:
        """Do it again after the kill; raise AssertionError unless all is as if nobody had killed."""


class CheckpointCase:
    """A checkpoint written over the oldest of those kept, or the first of all."""

    def __init__(self, *, first: bool = False) -> None:
        self.name = "first checkpoint" if first else "checkpoint"
        self._states = [_state(number) for number in range(6)]
        self._before = [] if first else self._states[2:5]

    def prepare(self, folder: Path) -> None:
        folder.mkdir()
        for state in self._before:
            save_checkpoint(folder / "checkpoints", state, ORIGIN)

    def operate(self, folder: Path) -> None:
        save_checkpoint(folder / "checkpoints", self._states[5], ORIGIN)

    def judge(self, folder: Path) -> str:
        state, damage = load_checkpoint(folder / "checkpoints", ORIGIN)
        assert damage == [], damage
        found = None if state is None else state_to_plain(state)
        old = state_to_plain(self._before[-1]) if self._before else None
        assert found in (old, state_to_plain(self._states[5])), "neither the old state nor the new one"
        return "old" if found == old else "new"

    def go_on(self, folder: Path) -> None:
        self.operate(folder)
        assert self.judge(folder) == "new"
        kept = [path.name for path in visible(folder / "checkpoints")]
        whole = [f"generation-{state.generation:09d}.json" for state in [*self._before, self._states[5]]]
        assert kept == whole[-3:], kept


class SegmentCase:
    """One generation's trials appended to those before it."""

    name = "trial segment"

    def __init__(self) -> None:
        self._trials = [[_trial(item, number) for item in _state(number).population] for number in range(3)]

    def prepare(self, folder: Path) -> None:
        folder.mkdir()
        for number in (0, 1):
            append_segment(folder, number, self._trials[number])

    def operate(self, folder: Path) -> None:
        append_segment(folder, 2, self._trials[2])

    def judge(self, folder: Path) -> str:
        found = [[row["genotype_hash"] for row in table.to_pylist()] for table in read_segments(folder)]
        expected = [[trial.genotype_hash for trial in trials] for trials in self._trials]
        assert found in (expected[:2], expected), "neither the old segments nor the new ones"
        return "old" if found == expected[:2] else "new"

    def go_on(self, folder: Path) -> None:
        self.operate(folder)
        assert self.judge(folder) == "new"


def visible(folder: Path) -> list[Path]:
    """Return what lies in a folder, by name; what was being written may be left over, anything else unknown may not."""
    names = sorted(folder.iterdir()) if folder.exists() else []
    stray = [path.name for path in names if path.name.startswith(".") and not TEMPORARY.fullmatch(path.name)]
    assert stray == [], stray
    return [path for path in names if not path.name.startswith(".")]


def _state(number: int) -> SearchState:
    rng = np.random.default_rng(number)
    grammar, shape = Grammar(SearchPriors()), Shape()
    people = []
    for _ in range(12):
        genome = random_genome(grammar, shape, 3, rng)
        measures = {part.name: float(rng.normal()) for part in fields(Score)}
        whole = {"size": genome.size, "n_trades": 100, "parts": task_of(genome).parts}
        score = Score(**(measures | whole | {"sketch": int(rng.integers(2**48))}))  # type: ignore[arg-type]
        people.append(Individual(genome, genotype_hash(genome), number, score))
    return SearchState(number, tuple(people), tuple(people[:4]), 12 * (number + 1))


def _trial(item: Individual, number: int) -> Trial:
    return Trial(item.genotype_hash, number, "initial", (), item.score)
