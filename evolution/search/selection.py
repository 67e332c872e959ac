"""NSGA-II's survival by sorting of our own, and a parent tournament that draws from our `rng`."""

from __future__ import annotations

from collections.abc import Sequence
from operator import ge, le

import numpy as np
from numpy.typing import NDArray

from evolution.search.draws import Randomness, below
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


def choose_parent(population: Sequence[Individual], rng: Randomness, *, elitist_share: float) -> Individual:
    """Return the winner of a tournament of two.

    With probability `elitist_share` the higher Sharpe wins, else the one that dominates, else the
    one with more room around it.
    """
    first, second = population[below(len(population), rng)], population[below(len(population), rng)]
    if rng.random() < elitist_share:
        return first if first.score.sharpe >= second.score.sharpe else second
    one, other = first.fitness.wvalues, second.fitness.wvalues
    if one == other or not (all(map(ge, one, other)) or all(map(le, one, other))):
        return first if first.fitness.crowding_dist >= second.fitness.crowding_dist else second
    # One dominates the other: it is better in the first objective in which they differ.
    return first if one > other else second
