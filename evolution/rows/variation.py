"""One operator drawn, and one child made by it."""

from __future__ import annotations

from data.jit import jit
from evolution.rows.chance import State, uniform
from evolution.rows.crossing import cross_fair, cross_homologous, cross_nodes, cross_roots
from evolution.rows.genes import Genes, change_gene
from evolution.rows.growing import Means
from evolution.rows.language import Language
from evolution.rows.measures import Row
from evolution.rows.odds import (
    CONSTANT,
    EXPRESSION,
    FAIR,
    GENES,
    HOIST,
    POINT,
    RISK,
    ROOT,
    SHRINK,
    SIDE,
    SUBTREE,
    Odds,
)
from evolution.rows.operators import (
    Sizes,
    change_constant,
    change_opcode,
    copied,
    hoist,
    mirror_side,
    replace_root,
    replace_subtree,
    shrink,
)

Parent = tuple[Genes, Row, Sizes]
"""The genes of a parent, its row, and the sizes in it."""


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
        return _cross(means.language, operator, row, sizes, second[1], second[2], rng, child)
    return _mutate(means, operator, row, sizes, rng, child)


@jit
def _cross(
    language: Language, operator: int, row: Row, sizes: Sizes, other: Row, other_sizes: Sizes, rng: State, child: Row
) -> int:
    """Write a row with something of another one."""
    if operator == EXPRESSION:
        return cross_nodes(language, row, sizes, other, other_sizes, rng, child)
    if operator == SIDE:
        return cross_roots(row, sizes, other, other_sizes, rng, child)
    if operator == FAIR:
        return cross_fair(language, row, sizes, other, other_sizes, rng, child)
    return cross_homologous(language, row, sizes, other, other_sizes, rng, child)


@jit
def _mutate(means: Means, operator: int, row: Row, sizes: Sizes, rng: State, child: Row) -> int:
    """Write a row with something fresh in it, or with its own parts otherwise."""
    if operator == SUBTREE:
        return replace_subtree(means, row, sizes, rng, child)
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
