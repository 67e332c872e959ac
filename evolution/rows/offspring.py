"""A population as compiled code reads it, and room for its children."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evolution.rows.genes import N_GENES

NOBODY = -1


class Parents(NamedTuple):
    """A population in arrays."""

    records: NDArray[np.int16]
    """One after another; of each its genes of risk, then its row."""
    bounds: NDArray[np.int64]
    """Shape (n + 1,): where each begins."""
    gains: NDArray[np.float64]
    """Shape (n, n_objectives): weighted objectives, more is better."""
    distances: NDArray[np.float64]
    """Shape (n,): crowding distances."""


class Offspring(NamedTuple):
    """Room for children, or the children themselves."""

    records: NDArray[np.int16]
    """Shape (n, 8 + maximum nodes)."""
    ends: NDArray[np.int64]
    """Shape (n,): where each record ends; 0 if no child was made."""
    warm_up_bars: NDArray[np.int64]
    """Shape (n,)."""
    operators: NDArray[np.int64]
    """Shape (n,): a place in `OPERATOR_NAMES`."""
    parents: NDArray[np.int64]
    """Shape (n, 2): places in the population, `NOBODY` where there is none."""
    parts: NDArray[np.int64]
    """Shape (n,): see `rows.parts`."""


def make_offspring(count: int, maximum_nodes: int) -> Offspring:
    """Return room for so many children."""
    return Offspring(
        np.empty((count, N_GENES + maximum_nodes), dtype=np.int16),
        np.zeros(count, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
        np.full((count, 2), NOBODY, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
    )
