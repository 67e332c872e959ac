"""How different the individuals of a population are, and how much of what is wanted they cover."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolution.repetition import N_BLOCKS
from evolution.search.individual import Individual


def diversity(population: Sequence[Individual]) -> float:
    """Return the mean share of bits in which the sketches of two individuals differ; 0.5 if they trade independently.

    There are at least two.
    """
    n = len(population)
    sketches = np.array([item.score.sketch for item in population], dtype=np.int64)
    set_bits = (sketches[:, None] >> np.arange(N_BLOCKS)) & 1
    shares = set_bits.mean(axis=0)
    return float(np.mean(2.0 * shares * (1.0 - shares)) * n / (n - 1))


def hypervolume(population: Sequence[Individual], largest_size: int) -> float:
    """Return the area that the population covers: Sharpe ratio above 0 times nodes saved below `largest_size`.

    It is 2-dimensional whatever the objectives are, so that runs can be compared; Zitzler and Thiele (1998).
    """
    points = sorted(
        (item.score.size, -item.score.sharpe)
        for item in population
        if item.score.sharpe > 0.0 and item.score.size < largest_size
    )
    area, best, last_size = 0.0, 0.0, 0
    for size, negative_sharpe in points:
        area += best * (size - last_size)
        best, last_size = max(best, -negative_sharpe), size
    return area + best * (largest_size - last_size)
