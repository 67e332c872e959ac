"""Searches of ours, generation by generation, with the time that each spends in evaluation."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.code_version import code_version
from data.market import Market
from data.snapshot import SnapshotStore, load_universe
from evolution.agreement import ReferenceCheck
from evolution.backends import Backend
from evolution.evaluator import Task
from evolution.fitness import Evaluation
from evolution.genome.genome import Genome
from evolution.run.generation import Generation
from evolution.run.layout import RunFolder
from evolution.run.loop import search
from evolution.run.origin import Origin
from evolution.run.settings import SearchSettings

SEED = 1
MINIMUM_TRADES = 30


@dataclass(slots=True)
class Watched:
    """A backend that adds up the time of its evaluations, and looks at what is evaluated."""

    backend: Backend
    clock: Callable[[], float]
    seconds: float = 0.0
    sizes: tuple[int, ...] = ()
    """Nodes of the genomes evaluated last."""

    def begin(self, genomes: Sequence[Genome | Task]) -> None:
        """Pass on what comes next."""
        self.backend.begin(genomes)

    def evaluate(self, genomes: Sequence[Genome | Task]) -> list[Evaluation]:
        """Evaluate, and note how long it took."""
        started = self.clock()
        answers = self.backend.evaluate(genomes)
        self.seconds += self.clock() - started
        self.sizes = tuple(genome.size for genome in genomes)
        return answers

    def close(self) -> None:
        """Close the backend."""
        self.backend.close()


@dataclass(frozen=True, slots=True)
class Spent:
    """One generation: what it scored, and seconds."""

    generation: Generation
    seconds: float
    evaluation_seconds: float
    mean_size: float
    """Nodes of the genomes scored."""

    @property
    def unique_rate(self) -> float:
        """Distinct genotypes a second."""
        return self.generation.n_scored / self.seconds

    @property
    def nominal_rate(self) -> float:
        """Genotypes drawn a second, those known from before included."""
        return (self.generation.n_scored + self.generation.n_repeated) / self.seconds


@contextmanager
def stored(markets: Sequence[Market]) -> Iterator[Path]:
    """Give the folder of a snapshot of the markets, with room for runs beside it; it is removed at the end."""
    root = Path(tempfile.mkdtemp(prefix="foundry-bench-"))
    try:
        yield SnapshotStore(root).save(markets, {"source": "bench"}).path
    finally:
        shutil.rmtree(root, ignore_errors=True)


def generations(snapshot: Path, backend: Backend, clock: Callable[[], float], **settings: Any) -> Iterator[Spent]:
    """Run a search with its whole loop and yield each generation with its times."""
    wanted = SearchSettings(**{"minimum_trades": MINIMUM_TRADES, "generations": 100_000, **settings})
    folder = RunFolder(Path(tempfile.mkdtemp(prefix="run-", dir=snapshot.parent)))
    watched, universe = Watched(backend, clock), load_universe(snapshot)
    run = search(
        wanted,
        SEED,
        watched,
        folder,
        priors=wanted.priors(len(universe.coins)),
        check=ReferenceCheck(universe),
        origin=Origin("bench", snapshot.name, code_version()),
        universe=universe,
    )
    while True:
        watched.seconds, started = 0.0, clock()
        generation = next(run)
        spent = clock() - started
        yield Spent(generation, spent, watched.seconds, statistics.mean(watched.sizes))
