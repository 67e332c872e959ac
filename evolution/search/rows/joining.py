"""Rules that ask for more: a truth of a rule and another one, by the grammar's operations on two truths."""

from __future__ import annotations

from data.jit import jit
from evolution.search.rows.chance import State
from evolution.search.rows.growing import FULL, Means, grow
from evolution.search.rows.language import BOOL_TYPE
from evolution.search.rows.measures import Row
from evolution.search.rows.menus import JOINS, draw_code, has_any
from evolution.search.rows.operators import Sizes, draw_of_type, spliced

FRESH_DEPTH = 2
"""Of a truth that is drawn to be asked for besides: a comparison, or a truth of its own."""


@jit
def insert(means: Means, row: Row, sizes: Sizes, rng: State, child: Row) -> int:
    """Put `and(truth, fresh)` or `or(truth, fresh)` in place of a truth: a cause may need both, and each alone pays
    too little to be found first."""
    place, fresh = _draw_truth(means, row, rng), child.copy()
    if place < 0:
        return FULL
    end = grow(means, BOOL_TYPE, FRESH_DEPTH, rng, fresh, 0)
    return FULL if end == FULL else _joined(means, row, sizes, place, fresh[:end], rng, child)


@jit
def join(means: Means, row: Row, sizes: Sizes, other: Row, other_sizes: Sizes, rng: State, child: Row) -> int:
    """Put `and(truth, donor)` or `or(truth, donor)` in place of a truth; the donor is one of another genome's."""
    place, donor = _draw_truth(means, row, rng), _draw_truth(means, other, rng)
    if place < 0 or donor < 0:
        return FULL
    return _joined(means, row, sizes, place, other[donor : donor + other_sizes[donor]], rng, child)


@jit
def _draw_truth(means: Means, row: Row, rng: State) -> int:
    """Draw a truth other than `never`; -1 if that is what was drawn, or no two truths can be joined."""
    if not has_any(means.menus, JOINS, BOOL_TYPE):
        return -1
    place = draw_of_type(means.language, row, BOOL_TYPE, rng)
    return -1 if row[place] == means.language.never else place


@jit
def _joined(means: Means, row: Row, sizes: Sizes, place: int, donor: Row, rng: State, child: Row) -> int:
    whole = row[place : place + sizes[place]]
    total = 1 + len(whole) + len(donor)
    if total > len(child):
        return FULL
    both = child[:total].copy()
    both[0] = draw_code(means.menus, JOINS, BOOL_TYPE, rng)
    both[1 : 1 + len(whole)] = whole
    both[1 + len(whole) :] = donor
    return spliced(row, place, place + sizes[place], both, child)
