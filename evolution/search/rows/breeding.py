"""A generation's children in one compiled call."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.jit import jit
from evolution.opcodes.types import MAX_WARM_UP_BARS
from evolution.search.rows.chance import State, below, uniform
from evolution.search.rows.crossing import cross_fair, cross_homologous, cross_nodes, cross_roots
from evolution.search.rows.genes import N_GENES, Genes, change_gene, draw_genes, settle_genes, time_exits
from evolution.search.rows.growing import FULL, Means, grow_genome
from evolution.search.rows.joining import insert, join
from evolution.search.rows.language import Language
from evolution.search.rows.measures import Row, measure_sizes, settle, warm_up_bars
from evolution.search.rows.odds import (
    CONSTANT,
    EXPRESSION,
    FAIR,
    FRESH,
    GENES,
    HOIST,
    HOMOLOGOUS,
    INSERT,
    POINT,
    RISK,
    ROOT,
    SHRINK,
    SIDE,
    SUBTREE,
    Odds,
)
from evolution.search.rows.operators import (
    Sizes,
    change_constant,
    change_opcode,
    copied,
    follow,
    hoist,
    is_mirrored,
    mirror_side,
    replace_root,
    replace_subtree,
    shrink,
)
from evolution.search.rows.parts import count_parts

MAX_TRIES = 8
NOBODY = -1


class Parents(NamedTuple):
    """A population in arrays."""

    records: NDArray[np.int16]
    """One after another; of each its genes of risk, then its row."""
    bounds: NDArray[np.int64]
    """Shape (n + 1,): where each begins."""
    gains: NDArray[np.float64]
    """Shape (n, 3): weighted objectives, more is better."""
    distances: NDArray[np.float64]
    """Shape (n,): crowding distances."""
    cases: NDArray[np.float64]
    """Shape (n, m): returns of coins and stretches."""
    epsilons: NDArray[np.float64]
    """Shape (m,): median absolute deviation of each."""


class Brood(NamedTuple):
    """Room for children, or the children themselves."""

    records: NDArray[np.int16]
    """Shape (n, 8 + maximum nodes)."""
    ends: NDArray[np.int64]
    """Shape (n,): where each record ends; 0 if no child was made."""
    warm_up_bars: NDArray[np.int64]
    """Shape (n,)."""
    operators: NDArray[np.int64]
    """Shape (n,): a place in `OPERATOR_NAMES`."""
    parents: NDArray[np.int64]
    """Shape (n, 2): places in the population, `NOBODY` where there is none."""
    parts: NDArray[np.int64]
    """Shape (n,): see `rows.parts`."""


Parent = tuple[Genes, Row, Sizes]
"""The genes of a parent, its row, and the sizes in it."""


def make_brood(count: int, maximum_nodes: int) -> Brood:
    """Return room for so many children."""
    return Brood(
        np.empty((count, N_GENES + maximum_nodes), dtype=np.int16),
        np.zeros(count, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
        np.full((count, 2), NOBODY, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
    )


@jit
def choose_parent(gains: NDArray[np.float64], distances: NDArray[np.float64], odds: Odds, rng: State) -> int:
    """Return the winner of a tournament.

    With probability `elitist_share` the highest of `tournament` by one objective wins, else of two the one that
    dominates, else the one with more room around it.
    """
    first = below(len(gains), rng)
    if uniform(rng) < odds.elitist_share:
        objective = below(min(odds.contested, gains.shape[1]), rng)
        for _ in range(odds.tournament - 1):
            other = below(len(gains), rng)
            if gains[other, objective] > gains[first, objective]:
                first = other
        return first
    second = below(len(gains), rng)
    is_better, is_worse = False, False
    for objective in range(gains.shape[1]):
        is_better |= gains[first, objective] > gains[second, objective]
        is_worse |= gains[first, objective] < gains[second, objective]
    if is_better != is_worse:
        return first if is_better else second
    return first if distances[first] >= distances[second] else second


@jit
def chosen(parents: Parents, odds: Odds, rng: State) -> int:
    """Return a parent by tournament, or by epsilon-lexicase."""
    if odds.lexicase_share > 0.0 and uniform(rng) < odds.lexicase_share:
        return by_lexicase(parents.cases, parents.epsilons, rng)
    return choose_parent(parents.gains, parents.distances, odds, rng)


@jit
def by_lexicase(cases: NDArray[np.float64], epsilons: NDArray[np.float64], rng: State) -> int:
    """Return one of those that are within epsilon of the best in one case after the other, in a drawn order."""
    order, left = np.arange(cases.shape[1]), np.arange(cases.shape[0])
    for place in range(len(order)):
        other = place + below(len(order) - place, rng)
        order[place], order[other] = order[other], order[place]
        case = order[place]
        values = cases[left, case]
        left = left[values >= values.max() - epsilons[case]]
        if len(left) == 1:
            break
    return int(left[below(len(left), rng)])


@jit
def vary(
    means: Means,
    operator: int,
    first: Parent,
    second: Parent,
    rng: State,
    genes: Genes,
    child: Row,
) -> int:
    """Write one child of the first genome, and of the second if the operator has two; return its end, or `FULL`."""
    genes[:] = first[0]
    row, sizes = first[1], first[2]
    if operator == GENES:
        genes[:] = second[0]
        return copied(row, child)
    if operator == RISK:
        change_gene(genes, rng)
        return copied(row, child)
    if operator < SUBTREE:
        return _cross(means, operator, row, sizes, second[1], second[2], rng, child)
    return _mutate(means, operator, row, sizes, rng, child)


@jit
def _cross(
    means: Means, operator: int, row: Row, sizes: Sizes, other: Row, other_sizes: Sizes, rng: State, child: Row
) -> int:
    """Write a row with something of another one."""
    language = means.language
    if operator == EXPRESSION:
        return cross_nodes(language, row, sizes, other, other_sizes, rng, child)
    if operator == SIDE:
        return cross_roots(row, sizes, other, other_sizes, rng, child)
    if operator == FAIR:
        return cross_fair(language, row, sizes, other, other_sizes, rng, child)
    if operator == HOMOLOGOUS:
        return cross_homologous(language, row, sizes, other, other_sizes, rng, child)
    return join(means, row, sizes, other, other_sizes, rng, child)


@jit
def _mutate(means: Means, operator: int, row: Row, sizes: Sizes, rng: State, child: Row) -> int:
    """Write a row with something fresh in it, or with its own parts otherwise."""
    if operator == SUBTREE:
        return replace_subtree(means, row, sizes, rng, child)
    if operator == INSERT:
        return insert(means, row, sizes, rng, child)
    if operator == ROOT:
        return replace_root(means, row, sizes, rng, child)
    if operator == SHRINK:
        return shrink(means, row, sizes, rng, child)
    return _rearrange(means, operator, row, sizes, rng, child)


@jit
def _rearrange(means: Means, operator: int, row: Row, sizes: Sizes, rng: State, child: Row) -> int:
    if operator == POINT:
        return change_opcode(means, row, rng, child)
    if operator == CONSTANT:
        return change_constant(means.language, row, rng, child)
    if operator == HOIST:
        return hoist(means.language, row, sizes, rng, child)
    return mirror_side(means.language, row, sizes, rng, child)


@jit
def finish(language: Language, genes: Genes, row: Row) -> int:
    """Bring a genome into canonical form; return its warm-up, -1 if it is not allowed."""
    room = np.empty((3, len(row)), dtype=np.int64)
    measure_sizes(language, row, room[0])
    settle(language, row, room[0])
    own, bars = settle_genes(genes), warm_up_bars(language, row, room[0], room[1], room[2])
    return -1 if bars < 0 or own > MAX_WARM_UP_BARS else max(own, bars)


@jit
def _is_parent(genes: Genes, row: Row, parent: Parent) -> bool:
    return len(row) == len(parent[1]) and bool((row == parent[1]).all()) and bool((genes == parent[0]).all())


@jit
def _parent(language: Language, parents: Parents, place: int) -> Parent:
    record = parents.records[parents.bounds[place] : parents.bounds[place + 1]]
    sizes = np.empty(len(record) - N_GENES, dtype=np.int64)
    measure_sizes(language, record[N_GENES:], sizes)
    return record[:N_GENES], record[N_GENES:], sizes


@jit
def draw_operator(odds: Odds, rng: State) -> int:
    """Draw what makes a child."""
    if uniform(rng) < odds.crossover_share:
        return EXPRESSION + _drawn(odds.crossovers, rng)
    return SUBTREE + _drawn(odds.mutations, rng)


@jit
def _drawn(cumulative: tuple[float, ...], rng: State) -> int:
    share, place = uniform(rng) * cumulative[-1], 0
    while share >= cumulative[place]:
        place += 1
    return place


@jit
def breed_child(
    means: Means,
    odds: Odds,
    parents: Parents,
    places: tuple[int, int],
    rng: State,
    brood: Brood,
    number: int,
) -> None:
    """Make one child of two parents by crossover or of the first by mutation."""
    language = means.language
    first, second = _parent(language, parents, places[0]), _parent(language, parents, places[1])
    genes, child = brood.records[number, :N_GENES], brood.records[number, N_GENES:]
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
            brood.ends[number], brood.warm_up_bars[number] = N_GENES + end, bars
            brood.parts[number] = count_parts(language, genes, child[:end])
            brood.operators[number], brood.parents[number, 0] = operator, places[0]
            brood.parents[number, 1] = places[1] if has_two else NOBODY
            return


@jit
def draw_fresh(means: Means, depth: int, rng: State, brood: Brood, number: int) -> None:
    """Draw a genome of no parents."""
    genes, row = brood.records[number, :N_GENES], brood.records[number, N_GENES:]
    is_timed = uniform(rng) < means.shape.timed_share
    end = grow_genome(means, depth, is_timed, rng, row)
    if end == FULL:
        return
    draw_genes(genes, rng)
    if is_timed:
        time_exits(genes, rng)
    bars = finish(means.language, genes, row[:end])
    if bars >= 0:
        brood.ends[number], brood.warm_up_bars[number], brood.operators[number] = N_GENES + end, bars, FRESH
        brood.parts[number] = count_parts(means.language, genes, row[:end])


@jit
def breed(
    means: Means,
    odds: Odds,
    parents: Parents,
    positions: NDArray[np.int64],
    rng: State,
    brood: Brood,
) -> None:
    """Try to make one child for each position; depths of fresh ones are ramped over positions (Koza 1992)."""
    shape, n_parents = means.shape, len(parents.distances)
    n_depths = shape.maximum_depth - shape.minimum_depth + 1
    for number, position in enumerate(positions):
        brood.ends[number], brood.parents[number] = 0, NOBODY
        if n_parents == 0 or uniform(rng) < odds.immigrant_share:
            draw_fresh(means, shape.minimum_depth + position % n_depths, rng, brood, number)
        else:
            first = chosen(parents, odds, rng)
            second = chosen(parents, odds, rng)
            breed_child(means, odds, parents, (first, second), rng, brood, number)
