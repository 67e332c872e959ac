"""The numbers of a rule, and the same rule with them turned."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, level, threshold, window
from evolution.search.dials import DISTANCE_STEP, LEVEL_STEP, Dial, dials_of, with_dials
from tests.evolution.mirrored import mirrored

NEVER = Node("never")
CROWDED = Node("below", (Node("funding_zscore", (window(168),)), threshold(-1.5)))
HOLDS = RiskGenes(max_hold=6)
MIRRORED = Genome(CROWDED, NEVER, mirrored(CROWDED), NEVER, HOLDS)


def test_a_rule_that_mirrors_itself_has_the_numbers_of_one_side():
    """How long it holds, the window of 168 bars (the 12th) and the threshold of -1.5."""
    found = dials_of(MIRRORED)
    assert [(dial.value, dial.step) for dial in found] == [(6, 1), (11, 1), (threshold(-1.5).index, LEVEL_STEP)]
    one_sided = dials_of(Genome(CROWDED, NEVER, NEVER, NEVER, RiskGenes(stop=9)))
    assert [(dial.value, dial.step) for dial in one_sided] == [
        (9, DISTANCE_STEP), (11, 1), (threshold(-1.5).index, LEVEL_STEP)
    ]  # fmt: skip


def test_both_sides_are_turned_alike():
    turned = with_dials(MIRRORED, dials_of(MIRRORED), (1, -1, 2))
    assert turned is not None
    entry = Node("below", (Node("funding_zscore", (window(100),)), threshold(-1.2)))
    assert turned == Genome(entry, NEVER, mirrored(entry), NEVER, RiskGenes(max_hold=7))


def test_other_sides_are_turned_each_for_itself():
    other = Genome(CROWDED, NEVER, Node("above", (Node("funding_zscore", (window(72),)), threshold(1.0))), NEVER)
    dials = dials_of(other)
    assert len(dials) == 4
    turned = with_dials(other, dials, (0, 1, 0, 0))
    assert turned is not None
    assert turned.short_entry == other.short_entry
    assert turned.long_entry != other.long_entry


def test_a_dial_is_turned_to_its_end_and_no_further():
    dial = Dial(place=0, value=5, lowest=1, highest=8, step=2)
    assert [dial.turned(steps) for steps in (-3, -1, 0, 1, 2, 9)] == [1, 3, 5, 7, 8, 8]


@given(st.integers(-4, 4))
def test_a_window_is_turned_to_the_longest_that_its_opcode_takes(steps):
    """A recursive opcode takes no window above 100 bars, the eleventh."""
    strength = Node("below", (Node("rsi", (Node("close"), window(100))), level(30)))
    genome = Genome(strength, NEVER, NEVER, NEVER)
    dials = dials_of(genome)
    assert (dials[0].value, dials[0].highest) == (10, 10)
    assert with_dials(genome, dials, (steps, 0)) is not None


def test_a_setting_that_breaks_a_limit_is_no_rule():
    slow = Node("close")
    for _ in range(6):
        slow = Node("sma", (slow, window(336)))
    genome = Genome(Node("above", (Node("close"), slow)), NEVER, NEVER, NEVER)
    assert with_dials(genome, dials_of(genome), (1,) * 6) is None


@given(data=st.data())
def test_dials_that_are_left_alone_leave_the_rule_as_it_is(genomes, data):
    genome = data.draw(genomes)
    dials = dials_of(genome)
    assert with_dials(genome, dials, (0,) * len(dials)) == genome


@given(data=st.data(), seed=st.integers(0, 2**32))
def test_turned_rules_say_the_same_with_other_numbers(genomes, data, seed):
    genome = data.draw(genomes)
    dials = dials_of(genome)
    steps = np.random.default_rng(seed).integers(-2, 3, size=len(dials)).tolist()
    turned = with_dials(genome, dials, steps)
    if turned is not None:
        assert sorted(n.opcode for n in turned.walk()) == sorted(n.opcode for n in genome.walk())
        again = dials_of(turned)
        assert len(again) == len(dials)
        assert sorted((d.lowest, d.highest, d.step) for d in again) == sorted(
            (d.lowest, d.highest, d.step) for d in dials
        )


@pytest.mark.parametrize("genome", [Genome(Node("changed", (window(24),)), NEVER, NEVER, NEVER)])
def test_truths_of_their_own_have_windows_to_turn(genome):
    assert [dial.value for dial in dials_of(genome)] == [6]
