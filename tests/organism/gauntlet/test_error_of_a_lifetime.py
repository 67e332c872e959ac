"""Holm's correction begins anew with each batch: what that sums to over all openings of one calendar time."""

from __future__ import annotations

import pytest

from data.code_version import ROOT
from data.settings import load_settings
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.registration import joined_stage
from organism.gauntlet.verdict import Verdict

POLICY = load_settings(GauntletPolicy, ROOT / "configs/gauntlet.toml")
ALPHA = POLICY.held_out.maximum_joined_p_value
BUDGET = POLICY.vault.openings_per_calendar_time


def chance_of_a_batch(size: int, n_earlier: int) -> float:
    """Return the largest chance of a false graduate in a batch: its size times what its smallest p must be below."""
    return size * ALPHA / (size + n_earlier)


def chance_of_a_lifetime(size: int) -> float:
    """Return the sum over batches of one size until the budget of openings is used up."""
    return sum(chance_of_a_batch(size, n_earlier) for n_earlier in range(0, BUDGET, size))


@pytest.mark.parametrize(("size", "n_earlier"), [(1, 0), (1, 19), (2, 18), (5, 0), (5, 15)])
def test_the_smallest_p_value_of_a_batch_is_asked_at_alpha_over_all_questions(size: int, n_earlier: int) -> None:
    border = ALPHA / (size + n_earlier)
    for p_value, verdict in ((0.999 * border, Verdict.PASS), (1.001 * border, Verdict.KILL)):
        p_values = {f"{i:064x}": p_value if i == 0 else 1.0 for i in range(size)}
        assert joined_stage(f"{0:064x}", p_values, n_earlier, POLICY).verdict is verdict


@pytest.mark.parametrize(("size", "percent"), [(5, 2.08), (2, 2.93), (1, 3.60)])
def test_the_sums_that_the_documents_tell(size: int, percent: float) -> None:
    """0.01 x (1 + 1/2 + ... + 1/4), to 1/10, and to 1/20."""
    assert 100 * chance_of_a_lifetime(size) == pytest.approx(percent, abs=0.005)


def test_the_worst_order_of_openings_stays_below_five_percent() -> None:
    """Batches of one are the worst: s / (n + s) is at most 1 / (n + 1) + ... + 1 / (n + s)."""
    sizes = range(1, POLICY.vault.promotions_per_run + 1)
    assert all(
        chance_of_a_batch(size, n) <= sum(chance_of_a_batch(1, n + i) for i in range(size)) + 1e-15
        for size in sizes
        for n in range(BUDGET)
    )
    assert chance_of_a_lifetime(1) < 0.05
