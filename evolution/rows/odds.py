"""What makes a child, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

CROSSOVER_WEIGHTS = MappingProxyType({"expression": 1.0, "side": 0.3, "genes": 0.25, "fair": 0.0, "homologous": 0.0})
"""Operators of two parents: the first with an expression, a side or the genes of risk of the second; with an expression
that is not much longer, or that stands at the same place."""
MUTATION_WEIGHTS = MappingProxyType(
    {
        "subtree": 3.0,
        "point": 1.5,
        "constant": 4.0,
        "hoist": 1.5,
        "root": 1.5,
        "mirror": 1.5,
        "risk": 2.0,
        "shrink": 0.0,
    }
)
"""Operators of one parent."""
OPERATOR_WEIGHTS = MappingProxyType({**CROSSOVER_WEIGHTS, **MUTATION_WEIGHTS})
INITIAL, SCREENED = "initial", "screen"
"""What draws a genome of no parents, and what adds a condition that a screen has chosen."""
WARM, SIMPLIFY, TUNE = "warm", "simplify", "tune"
"""Operators that draw nothing: a rule of the warm start, one with a part less, and one with its numbers turned."""
OPERATOR_NAMES = (INITIAL, *OPERATOR_WEIGHTS, SCREENED)
"""In the order of their numbers."""
FRESH, EXPRESSION, SIDE, GENES, FAIR, HOMOLOGOUS, *_OF_ONE = range(len(OPERATOR_NAMES))
SUBTREE, POINT, CONSTANT, HOIST, ROOT, MIRROR, RISK, SHRINK, SCREEN = _OF_ONE


class Odds(NamedTuple):
    """What a search says about its children."""

    maximum_nodes: int
    immigrant_share: float
    """Share of children drawn afresh."""
    crossover_share: float
    """Share of the bred ones made of two parents; the rest of one."""
    elitist_share: float
    """Share of tournaments won by one objective alone instead of by dominance."""
    tournament: int
    """How many compete in those."""
    contested: int
    """From how many of the objectives, counted from the first, one is drawn that such a tournament is about."""
    symmetric_share: float
    """Share of the children of a genome whose sides mirror each other that are changed on both sides alike."""
    crossovers: tuple[float, ...] = tuple(accumulate(CROSSOVER_WEIGHTS.values()))
    """Weights of the operators of two parents, added up."""
    mutations: tuple[float, ...] = tuple(accumulate(MUTATION_WEIGHTS.values()))
    """Of those of one parent."""


def added_up(usual: Mapping[str, float], changed: Mapping[str, float]) -> tuple[float, ...]:
    """Return the weights of a group of operators, some of them changed, added up."""
    return tuple(accumulate(changed.get(name, weight) for name, weight in usual.items()))
