"""What individuals are compared by: the metrics of a score that a search strives for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from operator import attrgetter, mul

import numpy as np
from deap import base
from numpy.typing import NDArray

from evolution.fitness import Score
from evolution.repetition import n_different_bits
from evolution.search.objectives import DEFAULT_OBJECTIVES, Objective


class Fitness(base.Fitness):  # type: ignore[misc]  # DEAP has no types
    """DEAP's, of which the weighted values are read: sorting and tournaments compare them, its own operators nobody.

    The class of each set of objectives has its own weights.
    """

    weights: tuple[float, ...] = (1.0,)

    def __init__(self, values: Sequence[float] = ()) -> None:
        # What DEAP's own does, without looking at the weights of the class for every individual again.
        self.wvalues = tuple(map(mul, values, self.weights))


@cache
def fitness_class(weights: tuple[float, ...]) -> type[Fitness]:
    """Return the class that compares values of these weights."""
    return type("Fitness", (Fitness,), {"weights": weights})


CROWDED_BITS = 12
"""Bits of a sketch, of 48: two rules that differ in no more have returns that correlate above 0.7 or so."""
CROWDED_COST = 0.5
"""What the first objective of a rule loses that trades like an avoided one, as a share of its own amount."""
NOBODY: NDArray[np.int64] = np.zeros(0, dtype=np.int64)


class Goals:
    """Objectives in order; the first is what is meant by the best.

    Parameters
    ----------
    objectives
        At least one.
    avoided
        Sketches of rules that are traded already, or have died: whoever earns when one of them does has the first
        objective lowered.
    """

    def __init__(
        self, objectives: Sequence[Objective] = DEFAULT_OBJECTIVES, avoided: NDArray[np.int64] = NOBODY
    ) -> None:
        self._avoided = avoided
        metrics = [item.metric for item in objectives]
        # One name alone gives a value, several give a tuple.
        self._values = attrgetter(*metrics, metrics[0])
        self._fitness = fitness_class(tuple(item.weight for item in objectives))

    def fitness(self, score: Score) -> Fitness:
        """Return what is compared of a score."""
        found = self._fitness(self._values(score)[:-1])
        if self.is_crowded(score):
            best, *others = found.wvalues
            found.wvalues = (best - CROWDED_COST * abs(best), *others)
        return found

    def is_crowded(self, score: Score) -> bool:
        """Tell whether a rule trades like an avoided one."""
        return bool(len(self._avoided) and n_different_bits(self._avoided, score.sketch).min() <= CROWDED_BITS)


DEFAULT_GOALS = Goals()
