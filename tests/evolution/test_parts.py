"""How much a person has to read to know a rule, and what speaks for it beyond that."""

from __future__ import annotations

import math

import pytest

from backtest.risk import SizingRule
from evolution.evaluator.task import task_of
from evolution.fitness import NATS_PER_PART, evidence_of
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, threshold, window
from tests.evolution.mirrored import mirrored

NEVER = Node("never")
CROWDED = Node("below", (Node("funding_zscore", (window(168),)), threshold(-1.5)))
"""Four nodes: below, funding_zscore, a window, a threshold."""
CALM = Node("above", (Node("funding_zscore", (window(168),)), threshold(-0.5)))


def parts(genome: Genome) -> int:
    return task_of(genome).parts


def test_roots_that_are_never_true_are_not_read():
    assert parts(Genome(CROWDED, NEVER, NEVER, NEVER)) == 4
    assert parts(Genome(CROWDED, CALM, NEVER, NEVER)) == 8


def test_of_a_rule_that_mirrors_itself_one_side_is_read():
    whole = Genome(CROWDED, CALM, mirrored(CROWDED), mirrored(CALM))
    assert (parts(whole), whole.size) == (8, 16)
    assert parts(Genome(CROWDED, CALM, mirrored(CROWDED), CALM)) == 16


@pytest.mark.parametrize(
    ("genes", "count"),
    [
        ({}, 0),
        ({"stop": 10}, 1),
        ({"stop": 10, "target": 20, "trailing": 5, "max_hold": 6}, 4),
        ({"reverse": True}, 1),
        ({"regime_mask": 7}, 1),
        ({"sizing": SizingRule.INVERSE_VOLATILITY}, 1),
    ],
)
def test_each_gene_that_asks_for_something_is_a_part(genes, count):
    assert parts(Genome(CROWDED, NEVER, NEVER, NEVER, RiskGenes(**genes))) == 4 + count


def test_evidence_is_half_the_squared_t_less_what_the_rule_costs_to_say():
    """A Sharpe ratio of 2 over three years is a t of 2 sqrt(3); 4 x 3 / 2 = 6."""
    assert evidence_of(2.0, 4, 3.0) == pytest.approx(6.0 - 4.0 * NATS_PER_PART)
    assert evidence_of(-2.0, 4, 3.0) == pytest.approx(-6.0 - 4.0 * NATS_PER_PART)
    assert evidence_of(0.0, 0, 3.0) == 0.0


def test_the_same_sharpe_speaks_for_the_shorter_rule_and_the_longer_history():
    assert evidence_of(2.0, 4, 3.0) > evidence_of(2.0, 5, 3.0)
    assert evidence_of(2.0, 4, 4.0) > evidence_of(2.0, 4, 3.0)
    needed = math.sqrt(2.0 * NATS_PER_PART / 3.0)
    assert evidence_of(needed, 1, 3.0) == pytest.approx(0.0, abs=1e-12)
