"""Mutations of rows, and what all operators are made of: each writes a child and returns its end, or `FULL` if none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.jit import jit
from evolution.rows.chance import State, below, between, normal, uniform
from evolution.rows.growing import FULL, Means, constant_code, draw_constant_code, grow
from evolution.rows.language import BOOL_TYPE, WINDOW_TYPE, Language
from evolution.rows.measures import N_ROOTS, Row, measure_sizes, settle
from evolution.rows.mirroring import mirror

CONSTANT_SPREAD, WINDOW_SPREAD = 6.0, 1.2
"""Standard deviation of a move of a threshold and of a window, in grid steps."""
ANEW_SHARE, EMPTY_SHARE = 0.15, 0.15
"""Share of changes of a constant that draw it anew, and of those of a root that empty it."""

Sizes = NDArray[np.int64]
"""Of the expression at each place of a row."""


@jit
def copied(row: Row, child: Row) -> int:
    """Write a row as it is."""
    if len(row) > len(child):
        return FULL
    child[: len(row)] = row
    return len(row)


@jit
def spliced(row: Row, first: int, end: int, donor: Row, child: Row) -> int:
    """Write a row with another expression in place of its nodes from `first` to `end`."""
    middle = first + len(donor)
    total = middle + len(row) - end
    if total > len(child):
        return FULL
    child[:first] = row[:first]
    child[first:middle] = donor
    child[middle:total] = row[end:]
    return total


@jit
def draw_operation(language: Language, row: Row, rng: State) -> int:
    """Draw a node that is no constant, each as likely as any other."""
    while True:
        place = below(len(row), rng)
        if not language.is_constant[row[place]]:
            return place


@jit
def draw_constant(language: Language, row: Row, rng: State) -> int:
    """Draw a constant, each as likely as any other; there is one."""
    while True:
        place = below(len(row), rng)
        if language.is_constant[row[place]]:
            return place


@jit
def draw_of_type(language: Language, row: Row, value_type: int, rng: State) -> int:
    """Draw a node of a type that is no constant; -1 if there is none."""
    count = 0
    for place in range(len(row)):
        count += language.result[row[place]] == value_type and not language.is_constant[row[place]]
    if count == 0:
        return -1
    left = below(count, rng)
    for place in range(len(row)):
        if language.result[row[place]] == value_type and not language.is_constant[row[place]]:
            if left == 0:
                return place
            left -= 1
    return -1


@jit
def place_of_root(sizes: Sizes, number: int) -> int:
    """Return the place of a root, counted from 0; for 4 the end of the row."""
    place = 0
    for _ in range(number):
        place += sizes[place]
    return place


@jit
def replace_subtree(means: Means, row: Row, sizes: Sizes, rng: State, child: Row) -> int:
    """Replace a random node by a fresh expression of its type."""
    place = draw_operation(means.language, row, rng)
    wanted = means.language.result[row[place]]
    fresh = np.empty(len(child), dtype=np.int16)
    end = grow(means, wanted, between(1, 3, rng) + int(wanted == BOOL_TYPE), rng, fresh, 0)
    return FULL if end == FULL else spliced(row, place, place + sizes[place], fresh[:end], child)


@jit
def change_opcode(means: Means, row: Row, rng: State, child: Row) -> int:
    """Exchange an opcode for another of the same signature, keeping its arguments."""
    place, menus = draw_operation(means.language, row, rng), means.menus
    first, end = menus.alike_bounds[row[place]]
    if first == end or copied(row, child) == FULL:
        return FULL
    child[place] = menus.alike[first + below(end - first, rng)]
    return len(row)


@jit
def change_constant(language: Language, row: Row, rng: State, child: Row) -> int:
    """Move one constant along its grid: windows by a step or two, thresholds by a few."""
    if not language.is_constant[row].any() or copied(row, child) == FULL:
        return FULL
    place = draw_constant(language, row, rng)
    value_type = language.result[row[place]]
    if uniform(rng) < ANEW_SHARE:
        child[place] = draw_constant_code(language, value_type, language.n_constants[value_type], rng)
        return len(row)
    step = int(np.rint(normal(WINDOW_SPREAD if value_type == WINDOW_TYPE else CONSTANT_SPREAD, rng)))
    if step == 0:
        step = 1 if uniform(rng) < 0.5 else -1
    child[place] = constant_code(language, value_type, language.grid_index[row[place]] + step)
    return len(row)


@jit
def hoist(language: Language, row: Row, sizes: Sizes, rng: State, child: Row) -> int:
    """Replace a node by one of its own descendants of the same type: the rule gets shorter."""
    place = draw_operation(language, row, rng)
    end = place + sizes[place]
    inner = draw_of_type(language, row[place + 1 : end], language.result[row[place]], rng)
    if inner < 0:
        return FULL
    first = place + 1 + inner
    return spliced(row, place, end, row[first : first + sizes[first]], child)


@jit
def shrink(means: Means, row: Row, sizes: Sizes, rng: State, child: Row) -> int:
    """Replace a node by a fresh one of its type with nothing below it but constants: the rule gets shorter."""
    place, fresh = draw_operation(means.language, row, rng), np.empty(len(child), dtype=np.int16)
    end = grow(means, means.language.result[row[place]], 1, rng, fresh, 0)
    if end == FULL or end >= sizes[place]:
        return FULL
    return spliced(row, place, place + sizes[place], fresh[:end], child)


@jit
def replace_root(means: Means, row: Row, sizes: Sizes, rng: State, child: Row) -> int:
    """Draw one root anew, or empty it."""
    place = place_of_root(sizes, below(N_ROOTS, rng))
    depth = between(means.shape.minimum_depth, means.shape.maximum_depth, rng)
    fresh, end = np.empty(len(child), dtype=np.int16), 1
    if uniform(rng) < EMPTY_SHARE:
        fresh[0] = means.language.never
    else:
        end = grow(means, BOOL_TYPE, depth, rng, fresh, 0)
    return FULL if end == FULL else spliced(row, place, place + sizes[place], fresh[:end], child)


@jit
def mirror_side(language: Language, row: Row, sizes: Sizes, rng: State, child: Row) -> int:
    """Make one side the mirror of the other."""
    short, is_long = place_of_root(sizes, 2), uniform(rng) < 0.5
    first = 0 if is_long else short
    side = (row[:short] if is_long else row[short:]).copy()
    mirror(language, side[: sizes[first]])
    mirror(language, side[sizes[first] :])
    if is_long:
        return spliced(row, short, len(row), side, child)
    return spliced(row, 0, short, side, child)


@jit
def _mirrored_side(language: Language, side: Row) -> Row:
    """Return an entry and an exit for the other side, in canonical order."""
    turned, sizes = side.copy(), np.empty(len(side), dtype=np.int64)
    measure_sizes(language, turned, sizes)
    mirror(language, turned[: sizes[0]])
    mirror(language, turned[sizes[0] :])
    settle(language, turned, sizes)
    return turned


@jit
def is_mirrored(language: Language, row: Row, sizes: Sizes) -> bool:
    """Tell whether the short side is the mirror of the long one."""
    short = place_of_root(sizes, 2)
    return 2 * short == len(row) and bool((_mirrored_side(language, row[:short]) == row[short:]).all())


@jit
def follow(language: Language, row: Row, sizes: Sizes, child: Row, end: int) -> int:
    """Let the side of a child that was left as it was in `row` become the mirror of the one that was not.

    Returns the child's new end, or `FULL`; where both sides were changed, or none, nothing is done.
    """
    child_sizes = np.empty(end, dtype=np.int64)
    measure_sizes(language, child[:end], child_sizes)
    short, own = place_of_root(sizes, 2), place_of_root(child_sizes, 2)
    keeps_long = own == short and bool((child[:own] == row[:short]).all())
    keeps_short = end - own == len(row) - short and bool((child[own:end] == row[short:]).all())
    if keeps_long == keeps_short:
        return end
    made = child[:end].copy()
    if keeps_short:
        return spliced(made, own, end, _mirrored_side(language, made[:own]), child)
    return spliced(made, 0, own, _mirrored_side(language, made[own:]), child)
