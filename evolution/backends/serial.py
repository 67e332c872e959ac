"""Evaluation in this process, without limits: what the answers of workers are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evolution.backends.protocol import open_evaluator
from evolution.fitness import Evaluation
from evolution.genome.genome import Genome


class SerialBackend:
    """Evaluates in this process; for tests and measurements."""

    def __init__(self, universe_folder: Path, *, minimum_trades: int) -> None:
        self._evaluator = open_evaluator(universe_folder, minimum_trades)

    def evaluate(self, genomes: Sequence[Genome]) -> list[Evaluation]:
        return [self._evaluator.evaluate(genome) for genome in genomes]

    def close(self) -> None:
        """Nothing to release."""
