"""What DEAP compares: the metrics of a score that a search strives for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from operator import attrgetter, mul

from deap import base

from evolution.fitness import Score
from evolution.run.objectives import DEFAULT_OBJECTIVES, Objective


class Fitness(base.Fitness):  # type: ignore[misc]  # DEAP has no types
    """Values of the objectives; the class of each set of objectives has its own weights."""

    weights: tuple[float, ...] = (1.0,)

    def __init__(self, values: Sequence[float] = ()) -> None:
        # What DEAP's own does, without looking at the weights of the class for every individual again.
        self.wvalues = tuple(map(mul, values, self.weights))


@cache
def fitness_class(weights: tuple[float, ...]) -> type[Fitness]:
    """Return the class that compares values of these weights."""
    return type("Fitness", (Fitness,), {"weights": weights})


class Goals:
    """Objectives in order; the first is what is meant by the best.

    Parameters
    ----------
    objectives
        At least one.
    """

    def __init__(self, objectives: Sequence[Objective] = DEFAULT_OBJECTIVES) -> None:
        metrics = [item.metric for item in objectives]
        # One name alone gives a value, several give a tuple.
        self._values = attrgetter(*metrics, metrics[0])
        self._fitness = fitness_class(tuple(item.weight for item in objectives))

    def fitness(self, score: Score) -> Fitness:
        """Return what DEAP compares of a score."""
        return self._fitness(self._values(score)[:-1])


DEFAULT_GOALS = Goals()
