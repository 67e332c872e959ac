"""NSGA-II's survival by sorting of our own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evolution.search.fronts.crowding import crowding_distances
from evolution.search.fronts.nondomination import front_numbers, lexicographic_order
from evolution.search.individual import Individual, Objectives

WEIGHTS = np.array(Objectives.weights)


def survivors(individuals: Sequence[Individual], count: int) -> list[Individual]:
    """Return the best `count` by non-domination, then crowding distance (Deb 2002); drawn without chance.

    Front by front in lexicographic order, and the front that is cut by distance. Their distances are
    measured again: a resumed run knows nothing of those that did not survive.
    """
    if not individuals:
        return []
    order, fronts, distances = _ranked(individuals)
    by_front = np.argsort(fronts, kind="stable")
    last = fronts[by_front[:count][-1]]
    whole, cut = by_front[fronts[by_front] < last], by_front[fronts[by_front] == last]
    cut = cut[np.argsort(-distances[cut], kind="stable")]
    chosen = [individuals[place] for place in order[np.append(whole, cut)[:count]].tolist()]
    assign_distances(chosen)
    return chosen


def assign_distances(population: Sequence[Individual]) -> None:
    """Set every crowding distance from the population alone, keeping its order."""
    if population:
        order, _, distances = _ranked(population)
        for place, distance in zip(order.tolist(), distances.tolist(), strict=True):
            population[place].fitness.crowding_dist = distance


def _ranked(
    population: Sequence[Individual],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the lexicographic order of the population and, in that order, fronts and crowding distances."""
    gains = np.array([item.fitness.wvalues for item in population])
    order = lexicographic_order(gains)
    gains = gains[order]
    fronts = front_numbers(gains)
    return order, fronts, crowding_distances(gains / WEIGHTS, fronts)
