"""How far a neighbour's constants are from those of the rule itself."""

from __future__ import annotations

import numpy as np
import pytest

from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, level, threshold, window
from organism.gauntlet.subject import GenomeSubject

NEVER = Node("never", ())


def neighbours_of(constant: Node, side: Node) -> set[int]:
    rule = Genome(Node("above", (side, constant)), NEVER, NEVER, NEVER, RiskGenes())
    rng = np.random.default_rng(1)
    copies = [GenomeSubject(rule).jittered(rng) for _ in range(400)]
    found = [copy.genome.long_entry.children[1].index for copy in copies]
    assert all(index is not None for index in found)
    return {index for index in found if index is not None}


@pytest.mark.parametrize(
    ("hour", "expected"), [(45, range(40, 51)), (90, range(85, 96)), (2, range(8)), (99, range(94, 101))]
)
def test_a_time_of_the_day_moves_by_an_hour_and_a_bit_early_and_late_alike(hour: int, expected: range) -> None:
    assert neighbours_of(level(hour), Node("time_of_day", ())) == set(expected)


@pytest.mark.parametrize(("value", "steps"), [(2.0, 8), (-0.5, 2), (0.05, 1), (0.0, 1)])
def test_a_threshold_without_bounds_moves_by_a_fifth_of_itself(value: float, steps: int) -> None:
    index = round(value * 20)
    moved = neighbours_of(threshold(value), Node("returns", (window(12),)))
    assert moved == set(range(index - steps, index + steps + 1))
