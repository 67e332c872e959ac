"""What is remembered of a search besides its population: the hall of fame, and statistics of each generation."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import numpy as np
from deap import tools

from evolution.repetition import n_different_bits
from evolution.search.individual import Individual
from evolution.search.spread import diversity, hypervolume

Rank = tuple[float, ...]
"""Weighted objectives, nodes and protections, the last two negative; compared lexicographically."""
ALIKE_BITS = 8
"""Bits of a sketch, of 48: two rules that differ in no more have returns that correlate above 0.86 or so."""


class HallOfFame:
    """The best individuals ever seen, by the first objective, no two of them alike.

    Of rules that trade alike only the best is kept; of those as good the smaller, and of those as small the one with
    fewer protections. So the hall holds as many ideas as individuals, and not one idea in two hundred spellings.

    Parameters
    ----------
    size
        Members at most.
    alike_bits
        Two members differ in more bits of their sketches.
    """

    def __init__(self, size: int, alike_bits: int = ALIKE_BITS) -> None:
        self._size, self._alike_bits = size, alike_bits
        self._members: list[Individual] = []
        self._ranks: list[Rank] = []
        """Of each member, the worst first, as bisect wants them."""
        self._sketches = np.zeros(0, dtype=np.int64)

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
        """Consider new individuals, the best first."""
        for newcomer in sorted(individuals, key=_best_first):
            if len(self) >= self._size and _rank(newcomer) <= self._ranks[0]:
                # Those behind it are no better.
                return
            self._consider(newcomer)

    def _consider(self, newcomer: Individual) -> None:
        alike = np.flatnonzero(n_different_bits(self._sketches, newcomer.score.sketch) <= self._alike_bits).tolist()
        if alike and self._ranks[alike[-1]] >= _rank(newcomer):
            return
        for place in reversed(alike):
            self._remove(place)
        if len(self) >= self._size:
            self._remove(0)
        self._insert(newcomer)

    def _insert(self, individual: Individual) -> None:
        rank = _rank(individual)
        place = bisect_right(self._ranks, rank)
        self._ranks.insert(place, rank)
        self._members.insert(place, individual)
        self._sketches = np.insert(self._sketches, place, individual.score.sketch)

    def _remove(self, place: int) -> None:
        del self._ranks[place], self._members[place]
        self._sketches = np.delete(self._sketches, place)


def _rank(individual: Individual) -> Rank:
    return *individual.fitness.wvalues, -individual.score.size, -individual.n_protections


def _best_first(individual: Individual) -> tuple[list[float], str]:
    return [-value for value in _rank(individual)], individual.genotype_hash


def statistics_of(population: Sequence[Individual], largest_size: int) -> dict[str, float]:
    """Return best, median and deviation of the Sharpe ratio, `diversity` and `hypervolume`; nothing of nobody."""
    if not population:
        return {}
    found = {name: float(value) for name, value in _SHARPES.compile(population).items()}
    spread = diversity(population) if len(population) > 1 else 0.0
    return found | {"diversity": spread, "hypervolume": hypervolume(population, largest_size)}


def _sharpes() -> tools.Statistics:
    statistics = tools.Statistics(lambda individual: individual.score.sharpe)
    statistics.register("best", np.max)
    statistics.register("median", np.median)
    statistics.register("deviation", np.std)
    return statistics


_SHARPES = _sharpes()
