"""NSGA-II's survival by DEAP, and a parent tournament that draws from our `rng`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from deap import tools

from evolution.search.individual import Individual


def survivors(individuals: Sequence[Individual], count: int) -> list[Individual]:
    """Return the best `count` by non-domination, then crowding distance (Deb 2002); drawn without chance."""
    if not individuals:
        return []
    chosen: list[Individual] = list(tools.selNSGA2(list(individuals), count, nd="log"))
    assign_distances(chosen)
    return chosen


def assign_distances(population: Sequence[Individual]) -> None:
    """Set every crowding distance from the population alone, keeping its order.

    `selNSGA2` leaves distances that were measured before the last front was cut. A resumed run could
    not compute those again, so parents are chosen by these.
    """
    if population:
        for front in tools.sortLogNondominated(list(population), len(population)):
            tools.emo.assignCrowdingDist(front)


def choose_parent(population: Sequence[Individual], rng: np.random.Generator, *, elitist_share: float) -> Individual:
    """Return the winner of a tournament of two.

    With probability `elitist_share` the higher Sharpe wins, else the one that dominates, else the
    one with more room around it.
    """
    first, second = (population[int(rng.integers(len(population)))] for _ in range(2))
    if rng.random() < elitist_share:
        return first if first.score.sharpe >= second.score.sharpe else second
    if first.fitness.dominates(second.fitness):
        return first
    if second.fitness.dominates(first.fitness):
        return second
    return first if first.fitness.crowding_dist >= second.fitness.crowding_dist else second
