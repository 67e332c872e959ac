"""Crowding distance (Deb 2002): how much room a member of a front has between its neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def crowding_distances(values: NDArray[np.float64], fronts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each row its distance between the neighbours in its front, infinite at an end of any column.

    Of rows that are equal in a column the order in the column before decides who is whose neighbour,
    and in the first column the order they are given in.

    Parameters
    ----------
    values
        Objectives, shape (n_rows, n_objectives), at least one row.
    fronts
        Number of each row's front, shape (n_rows,).
    """
    n_rows, n_columns = values.shape
    distances = np.zeros(n_rows)
    order = np.argsort(fronts, kind="stable")
    # Fronts lie one behind the other in every order below, so their ends have the same places in each.
    front = fronts[order]
    is_another = front[1:] != front[:-1]
    is_first, is_last = np.append(True, is_another), np.append(is_another, True)
    first, last = np.flatnonzero(is_first), np.flatnonzero(is_last)
    between = np.flatnonzero(~(is_first | is_last))
    of_front = (np.cumsum(is_first) - 1)[between]
    for column in range(n_columns):
        order = order[np.argsort(values[order, column], kind="stable")]
        order = order[np.argsort(fronts[order], kind="stable")]
        sorted_values = values[order, column]
        spans = (sorted_values[last] - sorted_values[first])[of_front]
        gaps = sorted_values[between + 1] - sorted_values[between - 1]
        # Where all are equal the gap is nothing too, and nothing is divided.
        distances[order[between]] += gaps / np.where(spans > 0, n_columns * spans, 1.0)
        distances[order[is_first | is_last]] = np.inf
    return distances
