"""A generation's children in one compiled call."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.jit import jit
from evolution.rows.canonical import finish
from evolution.rows.chance import State, uniform
from evolution.rows.genes import N_GENES, Genes, draw_genes, time_exits
from evolution.rows.growing import FULL, Means, grow_genome
from evolution.rows.language import Language
from evolution.rows.measures import Row, measure_sizes
from evolution.rows.odds import FRESH, SUBTREE, Odds
from evolution.rows.offspring import NOBODY, Offspring, Parents
from evolution.rows.operators import follow, is_mirrored
from evolution.rows.parts import count_parts
from evolution.rows.tournament import choose_parent
from evolution.rows.variation import Parent, draw_operator, vary

MAX_TRIES = 8


@jit
def breed_child(
    means: Means,
    odds: Odds,
    parents: Parents,
    places: tuple[int, int],
    rng: State,
    offspring: Offspring,
    number: int,
) -> None:
    """Make one child of two parents by crossover or of the first by mutation."""
    language = means.language
    first, second = _parent(language, parents, places[0]), _parent(language, parents, places[1])
    genes, child = offspring.records[number, :N_GENES], offspring.records[number, N_GENES:]
    is_symmetric = uniform(rng) < odds.symmetric_share and is_mirrored(language, first[1], first[2])
    for _ in range(MAX_TRIES):
        operator = draw_operator(odds, rng)
        end = vary(means, operator, first, second, rng, genes, child)
        if end != FULL and is_symmetric:
            end = follow(language, first[1], first[2], child, end)
        if end == FULL:
            continue
        bars = finish(language, genes, child[:end])
        is_same = _is_parent(genes, child[:end], first)
        has_two = operator < SUBTREE
        if has_two:
            is_same |= _is_parent(genes, child[:end], second)
        if bars >= 0 and not is_same:
            offspring.ends[number], offspring.warm_up_bars[number] = N_GENES + end, bars
            offspring.parts[number] = count_parts(language, genes, child[:end])
            offspring.operators[number], offspring.parents[number, 0] = operator, places[0]
            offspring.parents[number, 1] = places[1] if has_two else NOBODY
            return


@jit
def draw_fresh(means: Means, depth: int, rng: State, offspring: Offspring, number: int) -> None:
    """Draw a genome of no parents."""
    genes, row = offspring.records[number, :N_GENES], offspring.records[number, N_GENES:]
    is_timed = uniform(rng) < means.shape.timed_share
    end = grow_genome(means, depth, is_timed, rng, row)
    if end == FULL:
        return
    draw_genes(genes, rng)
    if is_timed:
        time_exits(genes, rng)
    bars = finish(means.language, genes, row[:end])
    if bars >= 0:
        offspring.ends[number], offspring.warm_up_bars[number], offspring.operators[number] = N_GENES + end, bars, FRESH
        offspring.parts[number] = count_parts(means.language, genes, row[:end])


@jit
def breed(
    means: Means,
    odds: Odds,
    parents: Parents,
    positions: NDArray[np.int64],
    rng: State,
    offspring: Offspring,
) -> None:
    """Try to make one child for each position; depths of fresh ones are ramped over positions (Koza 1992)."""
    shape, n_parents = means.shape, len(parents.distances)
    n_depths = shape.maximum_depth - shape.minimum_depth + 1
    for number, position in enumerate(positions):
        offspring.ends[number], offspring.parents[number] = 0, NOBODY
        if n_parents == 0 or uniform(rng) < odds.immigrant_share:
            draw_fresh(means, shape.minimum_depth + position % n_depths, rng, offspring, number)
        else:
            first = choose_parent(parents.gains, parents.distances, odds, rng)
            second = choose_parent(parents.gains, parents.distances, odds, rng)
            breed_child(means, odds, parents, (first, second), rng, offspring, number)


@jit
def _is_parent(genes: Genes, row: Row, parent: Parent) -> bool:
    return len(row) == len(parent[1]) and bool((row == parent[1]).all()) and bool((genes == parent[0]).all())


@jit
def _parent(language: Language, parents: Parents, place: int) -> Parent:
    record = parents.records[parents.bounds[place] : parents.bounds[place + 1]]
    sizes = np.empty(len(record) - N_GENES, dtype=np.int64)
    measure_sizes(language, record[N_GENES:], sizes)
    return record[:N_GENES], record[N_GENES:], sizes
