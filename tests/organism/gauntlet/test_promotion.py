"""Who stands for whom: families of strategies that move alike, the best first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.splits import Slice
from organism.gauntlet.benchmark import DailyReturns
from organism.gauntlet.examination import Examination, SliceRecord
from organism.gauntlet.promotion import Contender, families
from tests.support.strategies import strategy_in_testing

# Pairwise uncorrelated, and one that is the first plus a little of the second.
A = [1.0, 1.0, -1.0, -1.0]
B = [1.0, -1.0, 1.0, -1.0]
C = [1.0, -1.0, -1.0, 1.0]
NEAR_A = [1.5, 0.5, -0.5, -1.5]  # A + B / 2: correlation with A is 1 / sqrt(1.25) = 0.894


def contender(name: str, sharpe: float | None, returns: Sequence[float]) -> Contender:
    strategy = strategy_in_testing(name, name * 64)
    part = Slice("IS", 0, len(returns), 0, len(returns))
    daily = DailyReturns(np.empty(0), np.empty(0), np.empty(0))
    record = SliceRecord(part, np.array(returns), np.arange(len(returns)), {"sharpe": sharpe}, daily, ())
    return Contender(strategy, Examination(1.0, 1, (), (record,)))


def grouped(contenders: Sequence[Contender], correlation: float = 0.8) -> list[tuple[str, list[str]]]:
    """Return each family as the one that stands for it and all its members."""
    found = families(contenders, maximum_correlation=correlation)
    return [(family.medoid.strategy.id, [member.strategy.id for member in family.members]) for family in found]


def test_nobody_has_no_family() -> None:
    assert families([], maximum_correlation=0.8) == []


def test_those_that_move_each_in_their_own_way_stand_for_themselves_the_best_first() -> None:
    found = grouped([contender("a", 2.0, A), contender("b", 4.0, B), contender("c", 3.0, C)])
    assert found == [("b", ["b"]), ("c", ["c"]), ("a", ["a"])]


def test_two_that_move_alike_are_one_family_for_which_the_better_stands() -> None:
    found = grouped([contender("a", 2.5, NEAR_A), contender("b", 3.0, A), contender("c", 2.0, B)])
    assert found == [("b", ["b", "a"]), ("c", ["c"])]


def test_the_one_in_the_middle_stands_for_its_family_not_the_best() -> None:
    """A + B / 2 and A - B / 2 are 0.894 from A and 0.6 from each other: A is the medoid, whatever its Sharpe ratio."""
    other_side = [0.5, 1.5, -1.5, -0.5]
    found = grouped(
        [contender("a", 3.0, NEAR_A), contender("b", 2.0, A), contender("c", 2.5, other_side)], correlation=0.5
    )
    assert found == [("b", ["a", "c", "b"])]


def test_two_that_move_like_their_leader_may_not_move_alike() -> None:
    """Both are 0.894 from A, and 0.6 from each other."""
    near, leader, other = (
        contender("a", 1.0, NEAR_A),
        contender("b", 3.0, A),
        contender("c", 2.0, [0.5, 1.5, -1.5, -0.5]),
    )
    [family] = families([near, leader, other], maximum_correlation=0.8)
    assert family.moves_alike(near, leader)
    assert family.moves_alike(leader, other)
    assert not family.moves_alike(near, other)


@pytest.mark.parametrize(("maximum", "n_families"), [(0.89, 1), (0.90, 2), (1.0, 2)])
def test_the_correlation_of_the_policy_decides(maximum: float, n_families: int) -> None:
    assert len(grouped([contender("a", 3.0, A), contender("b", 2.0, NEAR_A)], maximum)) == n_families


def test_moving_against_a_better_one_is_another_idea() -> None:
    assert len(grouped([contender("a", 3.0, A), contender("b", 2.0, [-r for r in A])])) == 2


def test_a_family_is_what_moves_with_its_best() -> None:
    """b is like a, c is like b but not like a: c has a family of its own."""
    c = [1.0, 0.0, 0.0, -1.0]  # A + B, correlation with A 0.707, with NEAR_A 0.949
    found = grouped([contender("a", 3.0, A), contender("b", 2.5, NEAR_A), contender("c", 2.0, c)])
    assert found == [("a", ["a", "b"]), ("c", ["c"])]


def test_a_contender_without_a_sharpe_ratio_is_last() -> None:
    assert [head for head, _ in grouped([contender("a", None, A), contender("b", -1.0, B)])] == ["b", "a"]


EVERYONE = [contender("a", 2.0, A), contender("b", 2.0, NEAR_A), contender("c", 3.0, B), contender("d", 2.0, C)]


@given(st.permutations(EVERYONE))
def test_the_order_of_asking_changes_nothing(everyone: list[Contender]) -> None:
    """Equal Sharpe ratios are ranked by genotype."""
    assert grouped(everyone) == [("c", ["c"]), ("a", ["a", "b"]), ("d", ["d"])]


def test_everybody_is_in_exactly_one_family() -> None:
    rng = np.random.default_rng(3)
    crowd = [contender(name, float(rng.normal()), list(rng.normal(size=6))) for name in "0123456789abcdef"]
    members = [name for _, names in grouped(crowd, 0.3) for name in names]
    assert sorted(members) == sorted(one.strategy.id for one in crowd)
