"""What is remembered of a search besides its population: the hall of fame, and statistics of each generation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from deap import tools

from evolution.search.individual import Individual


class HallOfFame:
    """The best individuals ever seen, by Sharpe, one for each realised behaviour.

    Two genomes with equal Sharpe, trades and return trade alike; the smaller is kept.
    """

    def __init__(self, size: int) -> None:
        self._hall = tools.HallOfFame(size, similar=_behave_alike)

    def __iter__(self) -> Iterator[Individual]:
        return iter(self._hall)

    def __len__(self) -> int:
        return len(self._hall)

    def restore(self, individuals: Sequence[Individual]) -> None:
        """Put back what was saved, best first."""
        for individual in individuals:
            self._hall.insert(individual)

    def update(self, individuals: Sequence[Individual]) -> None:
        """Consider new individuals, the simplest first so that it is the one kept of equals."""
        self._hall.update(sorted(individuals, key=lambda item: (item.score.size, item.genotype_hash)))


def _behave_alike(first: Individual, second: Individual) -> bool:
    return (first.score.sharpe, first.score.n_trades, first.score.net_return) == (
        second.score.sharpe,
        second.score.n_trades,
        second.score.net_return,
    )


def make_statistics() -> tools.Statistics:
    """Return DEAP statistics over the Sharpe of a population: best, median, spread."""
    statistics = tools.Statistics(lambda individual: individual.score.sharpe)
    statistics.register("best", np.max)
    statistics.register("median", np.median)
    statistics.register("deviation", np.std)
    return statistics
