"""Crossover of rows: each writes a child of two genomes and returns its end, or `FULL` if it made none."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from evolution.rows.chance import State, below, uniform
from evolution.rows.growing import FULL
from evolution.rows.language import Language
from evolution.rows.measures import Row
from evolution.rows.operators import Sizes, draw_of_type, draw_operation, place_of_root, spliced


@jit
def cross_roots(row: Row, sizes: Sizes, other: Row, other_sizes: Sizes, rng: State, child: Row) -> int:
    """Give the long side or the short side of another genome."""
    short, other_short = place_of_root(sizes, 2), place_of_root(other_sizes, 2)
    if uniform(rng) < 0.5:
        return spliced(row, 0, short, other[:other_short], child)
    return spliced(row, short, len(row), other[other_short:], child)


@jit
def cross_nodes(
    language: Language, row: Row, sizes: Sizes, other: Row, other_sizes: Sizes, rng: State, child: Row
) -> int:
    """Put an expression of another genome in place of one of the same type."""
    place = draw_operation(language, row, rng)
    donor = draw_of_type(language, other, language.result[row[place]], rng)
    if donor < 0:
        return FULL
    return spliced(row, place, place + sizes[place], other[donor : donor + other_sizes[donor]], child)


@jit
def cross_fair(
    language: Language, row: Row, sizes: Sizes, other: Row, other_sizes: Sizes, rng: State, child: Row
) -> int:
    """Put an expression of another genome in place of one of the same type, at most twice as long and a node more.

    So that rules do not grow by crossover alone (Langdon 2000, size fair crossover).
    """
    place = draw_operation(language, row, rng)
    donors, count = np.empty(len(other), dtype=np.int64), 0
    for donor in range(len(other)):
        code = other[donor]
        is_alike = language.result[code] == language.result[row[place]] and not language.is_constant[code]
        if is_alike and other_sizes[donor] <= 1 + 2 * sizes[place]:
            donors[count] = donor
            count += 1
    if count == 0:
        return FULL
    donor = donors[below(count, rng)]
    return spliced(row, place, place + sizes[place], other[donor : donor + other_sizes[donor]], child)


@jit
def cross_homologous(
    language: Language, row: Row, sizes: Sizes, other: Row, other_sizes: Sizes, rng: State, child: Row
) -> int:
    """Put what another genome has at a place, constants too, in place of what stands there.

    Places are those that both have from the roots down (Poli and Langdon 1998, one-point crossover); of them one is
    drawn where the two say something else of the same type.
    """
    places, donors, count = np.empty(len(row), dtype=np.int64), np.empty(len(row), dtype=np.int64), 0
    place, donor = 0, 0
    while place < len(row):
        ours = row[place : place + sizes[place]]
        theirs = other[donor : donor + other_sizes[donor]]
        is_other = len(ours) != len(theirs) or bool((ours != theirs).any())
        if is_other and language.result[ours[0]] == language.result[theirs[0]]:
            places[count], donors[count] = place, donor
            count += 1
        # Below nodes of as many arguments the two go on together, else they meet again behind them.
        is_shared = language.arity[ours[0]] == language.arity[theirs[0]]
        place += 1 if is_shared else sizes[place]
        donor += 1 if is_shared else other_sizes[donor]
    if count == 0:
        return FULL
    chosen = below(count, rng)
    place, donor = places[chosen], donors[chosen]
    return spliced(row, place, place + sizes[place], other[donor : donor + other_sizes[donor]], child)
