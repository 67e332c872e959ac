"""Who may see held-out bars: the best, no two of a kind, and not too many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.splits import Slice
from organism.gauntlet.examination import Examination, SliceRecord
from organism.gauntlet.promotion import Contender, decide
from organism.registry.rows import Strategy
from organism.registry.states import LifecycleState

# Pairwise uncorrelated, and one that is the first plus a little of the second.
A = [1.0, 1.0, -1.0, -1.0]
B = [1.0, -1.0, 1.0, -1.0]
C = [1.0, -1.0, -1.0, 1.0]
NEAR_A = [1.5, 0.5, -0.5, -1.5]  # A + B / 2: correlation with A is 1 / sqrt(1.25) = 0.894


def contender(name: str, sharpe: float | None, returns: Sequence[float]) -> Contender:
    strategy = Strategy(
        id=name,
        algorithm_type="gp",
        generation=0,
        genotype_hash=name * 64,
        genome_json="{}",
        rendered="",
        behaviour_hash="0" * 64,
        run_id="run",
        snapshot_id="5" * 64,
        parents=(),
        operator="initial",
        in_sample={},
        state=LifecycleState.TESTING,
        version=2,
        evidence_sha256=None,
        born_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    part = Slice("IS", 0, len(returns), 0, len(returns))
    record = SliceRecord(part, np.array(returns), np.arange(len(returns)), {"sharpe": sharpe}, ())
    return Contender(strategy, Examination(1.0, 1, (), (record,)))


def answers(contenders: Sequence[Contender], promotions: int = 5, correlation: float = 0.8) -> dict[str, str | None]:
    decisions = decide(contenders, promotions=promotions, maximum_correlation=correlation)
    return {decision.contender.strategy.id: decision.reason for decision in decisions}


def test_nobody_is_decided_about_when_nobody_passed() -> None:
    assert decide([], promotions=5, maximum_correlation=0.8) == []


def test_the_best_come_first_and_the_budget_ends() -> None:
    found = answers([contender("a", 2.0, A), contender("b", 4.0, B), contender("c", 3.0, C)], promotions=2)
    assert list(found) == ["b", "c", "a"]
    assert found["b"] is found["c"] is None
    assert found["a"] == "the 2 promotions of its run went to higher Sharpe ratios"


def test_whoever_moves_with_a_better_one_waits() -> None:
    found = answers([contender("a", 2.5, NEAR_A), contender("b", 3.0, A), contender("c", 2.0, B)])
    assert found == {"b": None, "a": "moves with b, which was promoted instead", "c": None}


@pytest.mark.parametrize(("maximum", "is_promoted"), [(0.89, False), (0.90, True), (1.0, True)])
def test_the_correlation_of_the_policy_decides(maximum: float, is_promoted: bool) -> None:
    found = answers([contender("a", 3.0, A), contender("b", 2.0, NEAR_A)], correlation=maximum)
    assert (found["b"] is None) is is_promoted


def test_moving_against_a_better_one_is_another_idea() -> None:
    assert answers([contender("a", 3.0, A), contender("b", 2.0, [-r for r in A])]) == {"a": None, "b": None}


def test_one_that_waits_keeps_nobody_else_waiting() -> None:
    """b is like a, c is like b but not like a: c is compared with those promoted only."""
    c = [1.0, 0.0, 0.0, -1.0]  # A + B, correlation with A 0.707, with NEAR_A 0.949
    found = answers([contender("a", 3.0, A), contender("b", 2.5, NEAR_A), contender("c", 2.0, c)])
    assert found == {"a": None, "b": "moves with a, which was promoted instead", "c": None}


def test_one_that_moves_with_another_does_not_use_up_the_budget() -> None:
    everyone = [contender("a", 3.0, A), contender("b", 2.5, NEAR_A), contender("c", 2.0, B)]
    assert answers(everyone, promotions=2)["c"] is None


def test_a_contender_without_a_sharpe_ratio_is_last() -> None:
    assert list(answers([contender("a", None, A), contender("b", -1.0, B)])) == ["b", "a"]


EVERYONE = [contender("a", 2.0, A), contender("b", 2.0, NEAR_A), contender("c", 3.0, B), contender("d", 2.0, C)]


@given(st.permutations(EVERYONE), st.integers(1, 4))
def test_the_order_of_asking_changes_nothing(everyone: list[Contender], promotions: int) -> None:
    """Equal Sharpe ratios are ranked by genotype."""
    found = answers(everyone, promotions)
    assert list(found.items()) == list(answers(EVERYONE, promotions).items())
    assert list(found) == ["c", "a", "b", "d"]
