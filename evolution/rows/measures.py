"""Sizes, depth, warm-up and canonical order of a row, found from its last node to its first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.jit import inlined, jit
from evolution.genome.genome import MAX_DEPTH
from evolution.opcodes.types import MAX_WARM_UP_BARS
from evolution.rows.language import WINDOW_TYPE, Language

Row = NDArray[np.int16]
"""Codes of the four roots one after another, parents before their arguments."""
N_ROOTS = 4


@inlined
def measure_sizes(language: Language, row: Row, sizes: NDArray[np.int64]) -> None:
    """Write the number of nodes of the expression that begins at each place."""
    for place in range(len(row) - 1, -1, -1):
        size = 1
        for _ in range(language.arity[row[place]]):
            size += sizes[place + size]
        sizes[place] = size


@inlined
def same(row: Row, first: int, second: int, size: int) -> bool:
    """Tell whether the same nodes stand in two places."""
    for step in range(size):  # noqa: SIM110  (numba knows no `all` of a generator)
        if row[first + step] != row[second + step]:
            return False
    return True


@inlined
def _is_before(language: Language, row: Row, first: int, second: int, size: int) -> bool:
    """Tell whether the text of the second expression, of `size` nodes, comes before that of the first."""
    for step in range(size):
        one, other = language.text_rank[row[first + step]], language.text_rank[row[second + step]]
        if one != other:
            return bool(other < one)
    return False


@jit
def settle(language: Language, row: Row, sizes: NDArray[np.int64]) -> None:
    """Bring arguments that may be exchanged into canonical order, their sizes with them."""
    for place in range(len(row) - 1, -1, -1):
        if language.is_commutative[row[place]]:
            first = place + 1
            second = first + sizes[first]
            end = second + sizes[second]
            if _is_before(language, row, first, second, min(second - first, end - second)):
                kept, kept_sizes = row[first:second].copy(), sizes[first:second].copy()
                shift = end - second
                for step in range(shift):
                    row[first + step] = row[second + step]
                    sizes[first + step] = sizes[second + step]
                row[first + shift : end] = kept
                sizes[first + shift : end] = kept_sizes


@inlined
def warm_up_bars(
    language: Language, row: Row, sizes: NDArray[np.int64], depths: NDArray[np.int64], bars: NDArray[np.int64]
) -> int:
    """Return the bars before the four roots can be trusted, or -1 if a root is not allowed.

    It is too deep, needs too long a warm-up, or has a window that its opcode does not take. `depths` and `bars` are
    room to work in.
    """
    for place in range(len(row) - 1, -1, -1):
        code = row[place]
        depth, most, window, child = 0, 0, 0, place + 1
        for position in range(language.arity[code]):
            if language.argument[code, position] == WINDOW_TYPE:
                window = language.grid_index[row[child]]
                if window >= language.n_windows[code]:
                    return -1
            depth, most = max(depth, depths[child]), max(most, bars[child])
            child += sizes[child]
        depths[place], bars[place] = depth + 1, most + language.warm_up[code, window]
    place, longest = 0, 0
    for _ in range(N_ROOTS):
        if depths[place] > MAX_DEPTH or bars[place] > MAX_WARM_UP_BARS:
            return -1
        longest = max(longest, bars[place])
        place += sizes[place]
    return longest
