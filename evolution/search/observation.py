"""What is remembered of a search besides its population: the hall of fame, and statistics of each generation."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import numpy as np
from deap import tools

from evolution.search.individual import Individual

Behaviour = tuple[float, int, float]
"""Sharpe, trades and return."""
Rank = tuple[float, ...]
"""Weighted objectives, compared lexicographically."""


class HallOfFame:
    """The best individuals ever seen, by Sharpe, one for each realised behaviour.

    Two genomes with equal Sharpe, trades and return trade alike; the smaller is kept. As DEAP's hall of
    fame does, it puts a newcomer before those of equal objectives.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._members: list[Individual] = []
        self._ranks: list[Rank] = []
        """Of each member, the worst first, as bisect wants them."""
        self._kept: dict[Behaviour, Individual] = {}

    def __iter__(self) -> Iterator[Individual]:
        return reversed(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def restore(self, individuals: Sequence[Individual]) -> None:
        """Put back what was saved, best first."""
        # A newcomer goes before those of equal objectives, so the last goes in first.
        for individual in reversed(individuals):
            self._insert(individual)

    def remove(self, genotype_hash: str) -> None:
        """Forget an individual, if it is there."""
        for place, member in enumerate(self._members):
            if member.genotype_hash == genotype_hash:
                self._remove(place)
                return

    def update(self, individuals: Sequence[Individual]) -> None:
        """Consider new individuals, the simplest first so that it is the one kept of equals."""
        for newcomer in individuals:
            kept = self._kept.get(_behaviour(newcomer))
            if kept is not None and newcomer.score.size < kept.score.size:
                self._remove(self._members.index(kept))
        if len(self) >= self._size:
            # The worst member only gets better from here on.
            worst = self._ranks[0]
            individuals = [newcomer for newcomer in individuals if newcomer.fitness.wvalues > worst]
        for newcomer in sorted(individuals, key=lambda item: (item.score.size, item.genotype_hash)):
            is_wanted = len(self) < self._size or newcomer.fitness.wvalues > self._ranks[0]
            if is_wanted and _behaviour(newcomer) not in self._kept:
                if len(self) >= self._size:
                    self._remove(0)
                self._insert(newcomer)

    def _insert(self, individual: Individual) -> None:
        rank = individual.fitness.wvalues
        place = bisect_right(self._ranks, rank)
        self._ranks.insert(place, rank)
        self._members.insert(place, individual)
        self._kept[_behaviour(individual)] = individual

    def _remove(self, place: int) -> None:
        del self._ranks[place]
        del self._kept[_behaviour(self._members.pop(place))]


def _behaviour(individual: Individual) -> Behaviour:
    score = individual.score
    return score.sharpe, score.n_trades, score.net_return


def make_statistics() -> tools.Statistics:
    """Return DEAP statistics over the Sharpe of a population: best, median, spread."""
    statistics = tools.Statistics(lambda individual: individual.score.sharpe)
    statistics.register("best", np.max)
    statistics.register("median", np.median)
    statistics.register("deviation", np.std)
    return statistics
