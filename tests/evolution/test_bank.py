"""What a bank of truths leaves out is never missed."""

from __future__ import annotations

import numpy as np
import pytest

from data.market import Universe
from evolution.evaluator.bank import TruthBank
from evolution.evaluator.evaluate import fill_levels, look_up
from evolution.evaluator.task import task_of
from evolution.evaluator.values import compute_value
from evolution.genome.genome import Genome
from evolution.genome.node import Node, level, window
from evolution.genome.program import program_of
from evolution.opcodes.truth import Truth

UP = Node("above", (Node("close"), Node("open")))
DOWN = Node("below", (Node("close"), Node("open")))
NEVER = Node("never")
UNKNOWN = Node("above", (Node("position", (level(50), window(2))), level(50)))
"""A constant has no place among its last values."""


def both(left: Node, right: Node) -> Node:
    return Node("and", (left, right))


def either(left: Node, right: Node) -> Node:
    return Node("or", (left, right))


def contrary(node: Node) -> Node:
    return Node("not", (node,))


RULES = (
    both(NEVER, UP),
    both(UP, NEVER),
    either(NEVER, UP),
    either(NEVER, NEVER),
    contrary(both(UP, contrary(NEVER))),
    contrary(either(UP, contrary(NEVER))),
    contrary(both(contrary(NEVER), contrary(UP))),
    either(both(UP, UNKNOWN), contrary(both(UNKNOWN, NEVER))),
    both(contrary(UNKNOWN), either(UP, DOWN)),
    both(either(UP, UNKNOWN), contrary(UNKNOWN)),
)


@pytest.fixture
def universe(make_market):
    return Universe("bank", (make_market([1.0, 2.0, 3.0, 2.0, 2.0, 1.0], close=[2.0, 3.0, 2.0, 2.0, 1.0, 5.0]),))


def levels_of(bank: TruthBank, genome: Genome) -> np.ndarray:
    levels = np.empty((1, 1, 4, 1), dtype=np.uint64)
    fill_levels(bank, [look_up(task_of(genome), bank, 6)], [0], levels)
    return levels[0, 0, :, 0]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: program_of(rule).replace("\x1d", " "))
def test_a_root_is_true_where_all_of_it_says_so(rule, universe):
    truth = compute_value(rule, universe, 0, None)
    assert isinstance(truth, Truth)
    levels = levels_of(TruthBank(universe, None, 0), Genome(UP, rule, rule, UP))
    assert levels[1] == levels[2] == truth.true[0]


def test_the_exit_of_a_side_that_is_never_entered_is_not_computed(universe):
    bank = TruthBank(universe, None, 0)
    # Neither part is never True, but both together are.
    levels = levels_of(bank, Genome(both(UP, DOWN), UNKNOWN, UP, DOWN))
    assert levels[:2].tolist() == [0, 0]
    assert levels[2] != 0
    assert levels[3] != 0
    assert [bank.has(program_of(node)) for node in (UNKNOWN, DOWN)] == [False, True]


def test_programs_that_are_forgotten_come_to_the_same_again(universe, monkeypatch):
    genomes = [Genome(rule, contrary(rule), DOWN, UP) for rule in RULES]
    bank = TruthBank(universe, None, 0)
    expected = [levels_of(bank, genome).tolist() for genome in genomes]
    monkeypatch.setattr("evolution.evaluator.bank.REMEMBERED_PROGRAMS", 1)
    forgetful = TruthBank(universe, None, 0)
    assert [levels_of(forgetful, genome).tolist() for genome in genomes] == expected
    assert len(forgetful._programs) == 1
