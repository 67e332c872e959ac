"""Exact sorting into Pareto fronts: efficient non-dominated sort with binary search (Zhang et al. 2015)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.jit import jit


def lexicographic_order(gains: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rows from the greatest to the least, first column first; equal rows in the order they have.

    Parameters
    ----------
    gains
        Shape (n_rows, n_objectives), more is better in every column, no NaN.
    """
    return np.lexsort(-gains.T[::-1])


@jit
def _equal(rows: NDArray[np.float64], first: int, second: int) -> bool:
    for column in range(rows.shape[1]):  # noqa: SIM110  (numba knows no `all` of a generator)
        if rows[first, column] != rows[second, column]:
            return False
    return True


@jit
def _covers(rows: NDArray[np.float64], first: int, second: int) -> bool:
    """Tell whether a row is at least as good in every column but the first, where the order decides."""
    for column in range(1, rows.shape[1]):  # noqa: SIM110  (as above)
        if rows[first, column] < rows[second, column]:
            return False
    return True


@jit
def _enter(
    rows: NDArray[np.float64], row: int, newest: NDArray[np.int64], older: NDArray[np.int64], front: int
) -> None:
    """Put a row at the head of its front's chain; members that it covers leave, it dominates whatever they do."""
    last, member = row, newest[front]
    while member >= 0:
        if not _covers(rows, row, member):
            older[last] = member
            last = member
        member = older[member]
    older[last] = -1
    newest[front] = row


@jit
def front_numbers(rows: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the Pareto front of each row, the best being 0; equal rows share one.

    A row dominates another if it is at least as good in every column and better in one. The fronts above
    a row are the longest chain of rows that leads up from it, each dominated by the next.

    Parameters
    ----------
    rows
        As `gains`, in the order of `lexicographic_order`: none is dominated by a later one. C-contiguous.
    """
    n_rows = len(rows)
    fronts = np.zeros(n_rows, dtype=np.int64)
    # Of each front a chain from the newest member, the likeliest to dominate the next row, to the oldest.
    newest = np.full(n_rows, -1, dtype=np.int64)
    older = np.full(n_rows, -1, dtype=np.int64)
    n_fronts = 0
    for row in range(n_rows):
        if row > 0 and _equal(rows, row - 1, row):
            # It is dominated by whatever dominates its twin, and dominates what its twin does.
            fronts[row] = fronts[row - 1]
            continue
        # What a front dominates, every better front dominates too: the first that does not is found by halving.
        low, high = 0, n_fronts
        while low < high:
            middle = (low + high) // 2
            member = newest[middle]
            while member >= 0 and not _covers(rows, member, row):
                member = older[member]
            if member >= 0:
                low = middle + 1
            else:
                high = middle
        fronts[row] = low
        _enter(rows, row, newest, older, low)
        n_fronts = max(n_fronts, low + 1)
    return fronts
