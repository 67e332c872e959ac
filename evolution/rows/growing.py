"""Random typed expressions and genomes: ramped initialisation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from data.jit import inlined, jit
from evolution.rows.chance import State, below, normal, uniform
from evolution.rows.language import (
    BOOL_TYPE,
    DIMENSIONLESS_TYPE,
    OSCILLATOR_TYPE,
    WINDOW_TYPE,
    Ints,
    Language,
)
from evolution.rows.levels import NO_LEVELS, UNKNOWN, Levels
from evolution.rows.measures import Row, same
from evolution.rows.menus import MEASURES, OPERATORS, OWN, SHALLOW, TERMINALS, Menus, draw_code, has_any
from evolution.rows.mirroring import mirror

THRESHOLD_SPREAD = 30.0
"""Standard deviation of a fresh dimensionless threshold, in grid steps: 1.5 units."""
TERMINAL_SHARE = 0.3
"""Share of leaves among fresh prices and volumes that could be deeper."""
FULL, DONE = -1, -1
"""There is no room for the expression, or nothing to make it of; no expression is needed any more."""
MOST_OPEN = 64
"""Nodes above one another; deeper ones are not allowed anyway."""
PLACE, DEPTH, N_DRAWN, LATEST = range(4)
"""Of a node that waits for arguments: where it stands, how deep they may be, how many have begun, the last of them."""


class Shape(NamedTuple):
    """How large fresh expressions are, and how often genomes come in which form."""

    minimum_depth: int = 2
    maximum_depth: int = 5
    mirrored_share: float = 0.5
    """Share of fresh genomes whose short side mirrors the long side."""
    one_sided_share: float = 0.2
    """Share of fresh genomes that trade one side only."""
    timed_share: float = 0.5
    """Share of fresh genomes that leave after a number of bars, and for no other reason."""
    constant_share: float = 0.75
    """Share of comparisons of a dimensionless or oscillating series with a constant."""


class Means(NamedTuple):
    """What expressions are drawn with."""

    language: Language
    menus: Menus
    shape: Shape
    levels: Levels = NO_LEVELS
    """Thresholds for each measure."""


@inlined
def constant_code(language: Language, value_type: int, index: int) -> int:
    """Return the code of the constant of a type nearest to a grid index."""
    place = index - language.lowest[value_type]
    return int(language.constant[value_type, max(0, min(language.n_constants[value_type] - 1, place))])


@inlined
def draw_constant_code(language: Language, value_type: int, n_windows: int, rng: State) -> int:
    """Draw a constant: thresholds around zero, oscillator levels and the first `n_windows` windows evenly."""
    if value_type == DIMENSIONLESS_TYPE:
        return constant_code(language, value_type, int(np.rint(normal(THRESHOLD_SPREAD, rng))))
    count = n_windows if value_type == WINDOW_TYPE else language.n_constants[value_type]
    return int(language.constant[value_type, below(count, rng)])


@inlined
def _menu(menus: Menus, value_type: int, depth: int, rng: State) -> int:
    """Return the kind of menu that a node is drawn from."""
    if value_type in (DIMENSIONLESS_TYPE, OSCILLATOR_TYPE):
        # Most measures take a window alone, as small as any leaf: the few true leaves are not preferred to them.
        # Below what stands for another coin nothing stands for another coin again.
        if depth < 1 and has_any(menus, OWN, value_type):
            return OWN
        return SHALLOW if depth <= 1 and has_any(menus, SHALLOW, value_type) else MEASURES
    has_operators = has_any(menus, OPERATORS, value_type)
    # A root that is `never` is drawn on purpose elsewhere, not by the accident of depth.
    may_be_leaf = value_type != BOOL_TYPE and has_any(menus, TERMINALS, value_type)
    if may_be_leaf and (depth <= 1 or not has_operators or uniform(rng) < TERMINAL_SHARE):
        return TERMINALS
    return SHALLOW if depth <= 2 and has_any(menus, SHALLOW, value_type) else OPERATORS


@inlined
def _draw_node(means: Means, value_type: int, depth: int, rng: State) -> int:
    """Draw one node of a type; `FULL` if the grammar makes none, which a rule that was given may have all the same."""
    if value_type == WINDOW_TYPE:
        return draw_constant_code(means.language, value_type, means.language.n_constants[value_type], rng)
    kind = _menu(means.menus, value_type, depth, rng)
    return draw_code(means.menus, kind, value_type, rng) if has_any(means.menus, kind, value_type) else FULL


@inlined
def _draws_constant(means: Means, code: int, position: int, rng: State) -> bool:
    """Decide whether an argument is a constant: a window always, what is compared often."""
    wanted = means.language.argument[code, position]
    if position == 1 and wanted == means.language.argument[code, 0]:
        return wanted in (DIMENSIONLESS_TYPE, OSCILLATOR_TYPE) and uniform(rng) < means.shape.constant_share
    return bool(wanted == WINDOW_TYPE)


@inlined
def _draw_argument(means: Means, value_type: int, n_windows: int, row: Row, first: int, end: int, rng: State) -> int:
    """Draw a constant that stands behind the expression from `first` to `end`, to which a threshold belongs."""
    language = means.language
    if value_type != WINDOW_TYPE:
        measure, window = row[first], 0
        # A window is the last argument of whatever has one.
        if language.result[row[end - 1]] == WINDOW_TYPE:
            window = language.grid_index[row[end - 1]]
        if language.argument[measure, 0] == value_type:
            # What is said of a measure by another one of its type, as of the lead coin's, reaches about as far.
            measure = row[first + 1]
        choice = means.levels[measure, window, below(means.levels.shape[2], rng)]
        if choice != UNKNOWN:
            return constant_code(language, value_type, choice)
    return draw_constant_code(language, value_type, n_windows, rng)


@inlined
def _go_on(means: Means, rng: State, row: Row, node: Ints, end: int) -> tuple[int, int]:
    """Return the type of the expression that a node still needs, `DONE` if none, and where it begins, or `FULL`.

    Constants are drawn at once.
    """
    language, code, first = means.language, row[node[PLACE]], node[PLACE] + 1
    while node[N_DRAWN] < language.arity[code]:
        position = node[N_DRAWN]
        node[N_DRAWN], node[LATEST] = position + 1, end
        wanted = language.argument[code, position]
        if not _draws_constant(means, code, position, rng):
            return wanted, end
        if end == len(row):
            return DONE, FULL
        row[end] = _draw_argument(means, wanted, language.n_windows[code], row, first, end, rng)
        end += 1
    size = end - node[LATEST]
    if node[N_DRAWN] == 2 and node[LATEST] == first + size and same(row, first, node[LATEST], size):
        # A series against itself says nothing; the other side is drawn again, once.
        node[N_DRAWN] = 3
        return language.argument[code, 1], node[LATEST]
    return DONE, end


@jit
def grow(means: Means, value_type: int, depth: int, rng: State, row: Row, place: int) -> int:
    """Draw an expression of a type into a row, at most `depth` deep where the type allows; return its end, or `FULL`.

    It is a leaf if `depth` is 1 and the type has leaves.
    """
    # Without recursion, which numba does not keep on disk unharmed.
    waiting, top, wanted, end = np.empty((MOST_OPEN, 4), dtype=np.int64), -1, value_type, place
    while wanted != DONE:
        if end == len(row) or top + 1 == MOST_OPEN:
            return FULL
        top += 1
        node = waiting[top]
        node[PLACE], node[DEPTH], node[N_DRAWN], node[LATEST] = end, depth - 1, 0, end
        row[end] = _draw_node(means, wanted, depth, rng)
        if row[end] == FULL:
            return FULL
        wanted, end = _go_on(means, rng, row, node, end + 1)
        while wanted == DONE and end != FULL and top > 0:
            top -= 1
            wanted, end = _go_on(means, rng, row, waiting[top], end)
        depth = waiting[top, DEPTH]
    return end


@jit
def _grow_side(means: Means, depth: int, is_timed: bool, rng: State, row: Row, place: int) -> tuple[int, int]:
    """Draw an entry into a row, and an exit unless it is timed; return the end of each, or `FULL`."""
    middle = grow(means, BOOL_TYPE, depth, rng, row, place)
    if middle in (FULL, len(row)):
        return middle, FULL
    if is_timed:
        row[middle] = means.language.never
        return middle, middle + 1
    return middle, grow(means, BOOL_TYPE, depth, rng, row, middle)


@jit
def grow_genome(means: Means, depth: int, is_timed: bool, rng: State, row: Row) -> int:
    """Draw four roots, at most `depth` deep, into a row; return its end, or `FULL`. No exit of a timed one is drawn."""
    form, mirrored_share = uniform(rng), means.shape.mirrored_share
    middle, half = _grow_side(means, depth, is_timed, rng, row, 0)
    if half == FULL or half + 2 > len(row):
        return FULL
    if form < mirrored_share and 2 * half <= len(row):
        row[half : 2 * half] = row[:half]
        mirror(means.language, row[half : half + middle])
        mirror(means.language, row[half + middle : 2 * half])
        return 2 * half
    if mirrored_share <= form < mirrored_share + means.shape.one_sided_share:
        if uniform(rng) < 0.5:
            row[2 : half + 2] = row[:half].copy()
            row[:2] = means.language.never
        else:
            row[half : half + 2] = means.language.never
        return half + 2
    return FULL if form < mirrored_share else _grow_side(means, depth, is_timed, rng, row, half)[1]
