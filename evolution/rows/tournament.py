"""Who becomes a parent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.jit import jit
from evolution.rows.chance import State, below, uniform
from evolution.rows.odds import Odds


@jit
def choose_parent(gains: NDArray[np.float64], distances: NDArray[np.float64], odds: Odds, rng: State) -> int:
    """Return the winner of a tournament.

    With probability `elitist_share` the highest of `tournament` by one objective wins, else of two the one that
    dominates, else the one with more room around it.
    """
    first = below(len(gains), rng)
    if uniform(rng) < odds.elitist_share:
        objective = below(min(odds.contested, gains.shape[1]), rng)
        for _ in range(odds.tournament - 1):
            other = below(len(gains), rng)
            if gains[other, objective] > gains[first, objective]:
                first = other
        return first
    second = below(len(gains), rng)
    is_better, is_worse = False, False
    for objective in range(gains.shape[1]):
        is_better |= gains[first, objective] > gains[second, objective]
        is_worse |= gains[first, objective] < gains[second, objective]
    if is_better != is_worse:
        return first if is_better else second
    return first if distances[first] >= distances[second] else second
