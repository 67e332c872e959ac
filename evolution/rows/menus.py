"""What may be drawn for each type, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.jit import inlined
from evolution.opcodes.types import ValueType
from evolution.rows.chance import State, uniform
from evolution.rows.codes import TYPES
from evolution.rows.language import Ints

OPERATORS, SHALLOW, TERMINALS, MEASURES, OWN = range(5)
"""Choices with arguments, and truths without; those of them that need little below them, and measures without any;
choices without; all of a numeric type; the second without what stands for another coin."""


class Menus(NamedTuple):
    """Weighted choices by kind of menu and type, and for each code the others of its signature."""

    codes: Ints
    cumulative: NDArray[np.float64]
    """Weights added up within each menu."""
    bounds: Ints
    """Shape (5 kinds, n_types, 2): where a menu begins and ends."""
    alike: Ints
    alike_bounds: Ints
    """Shape (n_codes, 2)."""


def make_menus(
    menus: Sequence[Sequence[tuple[Sequence[int], Sequence[float]]]], alike: Sequence[Sequence[int]]
) -> Menus:
    """Return menus from the codes and weights of each kind and type, and from the like of each code."""
    codes: list[int] = []
    cumulative: list[float] = []
    bounds: list[list[tuple[int, int]]] = []
    for kind in menus:
        bounds.append([])
        for kept, weights in kind:
            bounds[-1].append((len(codes), len(codes) + len(kept)))
            codes += kept
            cumulative += np.cumsum(weights).tolist()
    ends = np.cumsum([len(others) for others in alike])
    return Menus(
        np.array(codes, dtype=np.int64),
        np.array(cumulative, dtype=np.float64),
        np.array(bounds, dtype=np.int64),
        np.array([code for others in alike for code in others], dtype=np.int64),
        np.stack([ends - [len(others) for others in alike], ends], axis=1).astype(np.int64),
    )


def choices(menus: Menus, kind: int, value_type: ValueType) -> list[int]:
    """Return the codes of a menu."""
    first, end = menus.bounds[kind, TYPES.index(value_type)]
    return [int(code) for code in menus.codes[first:end]]


@inlined
def has_any(menus: Menus, kind: int, value_type: int) -> bool:
    """Tell whether a menu has a choice."""
    return bool(menus.bounds[kind, value_type, 1] > menus.bounds[kind, value_type, 0])


@inlined
def draw_code(menus: Menus, kind: int, value_type: int, rng: State) -> int:
    """Draw one choice of a menu that has any, in proportion to its weight."""
    first, end = menus.bounds[kind, value_type, 0], menus.bounds[kind, value_type, 1] - 1
    weight = uniform(rng) * menus.cumulative[end]
    while first < end:
        middle = (first + end) // 2
        if menus.cumulative[middle] > weight:
            end = middle
        else:
            first = middle + 1
    return int(menus.codes[first])
