"""What a backend promises, what its workers may use, and what they evaluate with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from data.market import IntArray
from data.snapshot import load_universe
from evolution.evaluator import Evaluator, Task
from evolution.fitness import Evaluation
from evolution.genome.genome import Genome

StartMethod = Literal["spawn", "fork", "forkserver"]


class Backend(Protocol):
    """Evaluates genomes; the answer at index i belongs to the genome at index i, however many workers there are."""

    def begin(self, genomes: Sequence[Genome | Task]) -> None:
        """Hear what `evaluate` will be asked about next, to work on it meanwhile; it may be asked otherwise."""

    def evaluate(self, genomes: Sequence[Genome | Task]) -> list[Evaluation]: ...

    def close(self) -> None: ...


class Evaluates(Protocol):
    """What a worker needs of an evaluator; see `Evaluator.evaluate_all`."""

    def evaluate_all(self, tasks: Sequence[Task], progress: IntArray) -> list[Evaluation]: ...


MakeEvaluator = Callable[[Path, int, str | None], Evaluates]
"""Opens a snapshot's folder for a minimum of trades, and a log to share arrays by.

Workers import it by name, so it is a function of a module.
"""


def open_evaluator(universe_folder: Path, minimum_trades: int, log: str | None = None) -> Evaluator:
    """Return the evaluator of a stored snapshot, which is mapped from its files."""
    return Evaluator(load_universe(universe_folder), minimum_trades=minimum_trades, log=log)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one genome may cost. A healthy one needs a thousandth of either, so they change no result."""

    genome_seconds: float = 60.0
    """Wall time of one genome; time in which the parent is stopped as well does not count."""
    memory_bytes: int = 4 << 30
    """Private memory a worker may take beyond what it holds when it is ready; its feature store is in it."""

    def __post_init__(self) -> None:
        if not (self.genome_seconds > 0 and self.memory_bytes > 0):
            raise ValueError(f"{self}: both limits must be above zero")


DEFAULT_LIMITS = Limits()
