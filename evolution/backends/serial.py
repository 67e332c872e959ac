"""Evaluation in this process, without limits: what the answers of workers are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evolution.backends.protocol import open_evaluator
from evolution.evaluator import Task, task_of
from evolution.fitness import Evaluation
from evolution.genome.genome import Genome


class SerialBackend:
    """Evaluates in this process; for tests and measurements."""

    def __init__(self, universe_folder: Path, *, minimum_trades: int) -> None:
        self._evaluator = open_evaluator(universe_folder, minimum_trades)

    def begin(self, genomes: Sequence[Genome | Task]) -> None:
        """Do nothing: there is nobody else to work meanwhile."""

    def evaluate(self, genomes: Sequence[Genome | Task]) -> list[Evaluation]:
        answers: list[Evaluation] = []
        tasks = [task_of(genome) for genome in genomes]
        while len(answers) < len(tasks):
            answers += self._evaluator.evaluate_all(tasks[len(answers) :])
        return answers

    def close(self) -> None:
        """Nothing to release."""
