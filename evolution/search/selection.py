"""NSGA-II's survival by sorting of our own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evolution.repetition import keep_apart
from evolution.search.fronts.crowding import crowding_distances
from evolution.search.fronts.nondomination import front_numbers, lexicographic_order
from evolution.search.individual import Individual


def survivors(individuals: Sequence[Individual], count: int) -> list[Individual]:
    """Return the best `count` by non-domination, then crowding distance (Deb 2002); drawn without chance.

    Front by front in lexicographic order, and the front that is cut by distance. Their distances are
    measured again: a resumed run knows nothing of those that did not survive.
    """
    if not individuals:
        return []
    gains, order, fronts = _ranked(individuals)
    by_front = np.argsort(fronts, kind="stable")
    last = fronts[by_front[:count][-1]]
    whole, cut = by_front[fronts[by_front] < last], by_front[fronts[by_front] == last]
    room = crowding_distances(gains[cut] / _weights(individuals), np.zeros(len(cut), dtype=np.int64))
    cut = cut[np.argsort(-room, kind="stable")]
    kept = np.append(whole, cut)[:count]
    chosen = [individuals[place] for place in order[kept].tolist()]
    # Who survives loses nobody that dominates it, so that its front among survivors is the same.
    _set_distances(chosen, gains[kept], fronts[kept])
    return chosen


def ideas(individuals: Sequence[Individual], niche_bits: int) -> list[Individual]:
    """Return the best of each idea, by the first objective, in the order of `individuals`; without chance.

    Going from the best to the worst, whoever's sketch differs in no more than `niche_bits` from that of one who has
    stayed is the same idea and goes. Otherwise a population becomes a hundred spellings of the first idea that paid,
    and nothing is ever added to the others.
    """
    order = sorted(range(len(individuals)), key=lambda place: _first_best(individuals[place]))
    sketches = np.array([individuals[place].score.sketch for place in order], dtype=np.int64)
    kept = keep_apart(sketches, niche_bits)
    return [individuals[place] for place in sorted(order[rank] for rank in np.flatnonzero(kept).tolist())]


def _first_best(individual: Individual) -> tuple[float, int, str]:
    return -individual.fitness.wvalues[0], individual.score.parts, individual.genotype_hash


def assign_distances(population: Sequence[Individual]) -> None:
    """Set every crowding distance from the population alone, keeping its order."""
    if population:
        gains, order, fronts = _ranked(population)
        places = np.argsort(order)
        _set_distances(population, gains[places], fronts[places])


def _ranked(
    population: Sequence[Individual],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the population's gains in lexicographic order, that order, and in it the fronts."""
    gains = np.array([item.fitness.wvalues for item in population])
    order = lexicographic_order(gains)
    gains = gains[order]
    return gains, order, front_numbers(gains)


def _set_distances(population: Sequence[Individual], gains: NDArray[np.float64], fronts: NDArray[np.int64]) -> None:
    """Set crowding distances from gains and fronts, both in the order of the population."""
    order = lexicographic_order(gains)
    distances = np.empty(len(order))
    distances[order] = crowding_distances(gains[order] / _weights(population), fronts[order])
    for individual, distance in zip(population, distances.tolist(), strict=True):
        individual.fitness.crowding_dist = distance


def _weights(population: Sequence[Individual]) -> NDArray[np.float64]:
    return np.array(population[0].fitness.weights)
