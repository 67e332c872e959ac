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
        # DEAP puts a newcomer before those of equal fitness, so the last goes in first.
        for individual in reversed(individuals):
            self._hall.insert(individual)

    def remove(self, genotype_hash: str) -> None:
        """Forget an individual, if it is there."""
        for place in reversed(range(len(self._hall))):
            if self._hall[place].genotype_hash == genotype_hash:
                self._hall.remove(place)

    def update(self, individuals: Sequence[Individual]) -> None:
        """Consider new individuals, the simplest first so that it is the one kept of equals."""
        newcomers = sorted(individuals, key=lambda item: (item.score.size, item.genotype_hash))
        smallest = {_behaviour(item): item.score.size for item in reversed(newcomers)}
        for place in reversed(range(len(self._hall))):
            kept = self._hall[place]
            if smallest.get(_behaviour(kept), kept.score.size) < kept.score.size:
                self._hall.remove(place)
        self._hall.update(newcomers)


def _behaviour(individual: Individual) -> tuple[float, int, float]:
    score = individual.score
    return score.sharpe, score.n_trades, score.net_return


def _behave_alike(first: Individual, second: Individual) -> bool:
    return _behaviour(first) == _behaviour(second)


def make_statistics() -> tools.Statistics:
    """Return DEAP statistics over the Sharpe of a population: best, median, spread."""
    statistics = tools.Statistics(lambda individual: individual.score.sharpe)
    statistics.register("best", np.max)
    statistics.register("median", np.median)
    statistics.register("deviation", np.std)
    return statistics
