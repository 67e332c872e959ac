"""How far apart the rows of a history are: usually, and when the next settlement of funding is due."""

from __future__ import annotations

import numpy as np

from data.market import IntArray

LONGEST_GAP = 1.5
"""Settlements further apart than this multiple of what is due have a gap between them."""
REGIME_RUN = 3
"""So many equal distances in a row are how often a venue settles now; fewer are chance, or gaps."""


def modal_spacing(time_ms: IntArray) -> int:
    """Return the most frequent distance (ms) between neighbours; the shortest of several equally frequent."""
    return most_frequent(np.diff(time_ms))


def most_frequent(distances: IntArray) -> int:
    """Return the distance that is there most often, of at least one; the shortest of several equally frequent."""
    found, counts = np.unique(distances, return_counts=True)
    return int(found[np.argmax(counts)])


def due_after(time_ms: IntArray) -> IntArray:
    """Return how long (ms) after each settlement the next one is due.

    Venues come to settle more often, or less. What counts is the last distance that was seen `REGIME_RUN` times in a
    row, up to the settlement that is waited for and no further: later settlements change nothing of what was due
    before. So where a venue comes to settle less often, the first long distances are gaps, until they repeat; a lone
    one always is. Where it comes to settle more often, what is missing is noticed once the short ones have repeated.

    Before the first run nothing can be looked back on, and that run counts; without any, the most frequent distance.

    Parameters
    ----------
    time_ms
        Shape (n_settlements,), at least two, strictly increasing.

    Returns
    -------
    array
        Shape (n_settlements,). After the last one it is as after the one before it.
    """
    distances = np.diff(time_ms)
    ends_run = np.zeros(distances.size, dtype=np.bool_)
    steady = distances[1:] == distances[:-1]
    ends_run[REGIME_RUN - 1 :] = np.logical_and.reduce(
        [steady[place : steady.size - REGIME_RUN + 2 + place] for place in range(REGIME_RUN - 1)]
    )
    runs = np.flatnonzero(ends_run)
    if not runs.size:
        return np.full(time_ms.size, modal_spacing(time_ms), dtype=np.int64)
    newest = np.searchsorted(runs, np.arange(distances.size), side="right") - 1
    due: IntArray = distances[runs[np.maximum(newest, 0)]]
    return np.append(due, due[-1])
