"""Who is asked is fixed first, and the more are asked, the more an answer must say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organism.gauntlet.policy import GauntletPolicy, VaultPolicy
from organism.gauntlet.registration import candidates_allowed, joined_stage
from organism.gauntlet.verdict import Verdict

A, B, C = ("a" * 64, "b" * 64, "c" * 64)
POLICY = GauntletPolicy.model_validate({"held_out": {"maximum_joined_p_value": 0.05}})


@pytest.mark.parametrize(
    ("years", "allowed"), [(0.5, 0), (1.99, 0), (2.0, 2), (2.9, 2), (3.0, 3), (4.99, 4), (5.0, 5), (9.0, 5)]
)
def test_one_candidate_for_each_whole_year_within_the_budget(years: float, allowed: int) -> None:
    assert candidates_allowed(years, VaultPolicy()) == allowed


def test_a_policy_that_needs_less_history_still_asks_one() -> None:
    assert candidates_allowed(0.6, VaultPolicy(minimum_years=0.5)) == 1


def measured(p_values: dict[str, float], n_earlier: int = 0, genotype: str = A) -> float:
    found = joined_stage(genotype, p_values, n_earlier, POLICY).measured
    assert found is not None
    return found


def test_holm_by_hand() -> None:
    """0.01, 0.04 and one that was not asked: 3 x 0.01, 2 x 0.04, 1 x 1."""
    p_values = {A: 0.01, B: 0.04, C: 1.0}
    assert measured(p_values) == pytest.approx(0.03)
    assert measured(p_values, genotype=B) == pytest.approx(0.08)
    assert measured(p_values, genotype=C) == 1.0
    assert joined_stage(A, p_values, 0, POLICY).verdict is Verdict.PASS
    assert joined_stage(B, p_values, 0, POLICY).verdict is Verdict.KILL


def test_those_who_saw_the_time_before_are_questions_too() -> None:
    assert measured({A: 0.01}, n_earlier=0) == pytest.approx(0.01)
    assert measured({A: 0.01}, n_earlier=4) == pytest.approx(0.05)
    # At the threshold is not below it.
    assert joined_stage(A, {A: 0.01}, 4, POLICY).verdict is Verdict.KILL


@given(
    p_values=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6),
    n_earlier=st.integers(0, 20),
)
def test_company_never_makes_an_answer_stronger(p_values: list[float], n_earlier: int) -> None:
    table = {f"{i:064x}": p for i, p in enumerate(p_values)}
    for genotype, p_value in table.items():
        alone = measured({genotype: p_value}, 0, genotype)
        together = measured(table, n_earlier, genotype)
        assert together >= alone - 1e-12
        assert together <= 1.0
