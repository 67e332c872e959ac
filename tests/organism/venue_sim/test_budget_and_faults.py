"""Weights, budgets and plans of faults, without a network."""

from __future__ import annotations

import pytest

from data.errors import ConfigError
from organism.venue_sim import Fault, FaultKind, FaultPlan
from organism.venue_sim.faults import REQUEST_FAULTS, STREAM_FAULTS, FaultDesk
from organism.venue_sim.limits import MinuteBudget, weight_of

MINUTE_MS = 60_000


@pytest.mark.parametrize(
    ("kind", "n_rows", "weight"),
    [
        ("meta", 0, 20),
        ("allMids", 0, 2),
        ("l2Book", 0, 2),
        ("candleSnapshot", 0, 20),
        ("candleSnapshot", 60, 21),
        ("candleSnapshot", 61, 22),
        ("candleSnapshot", 5000, 104),
        ("fundingHistory", 500, 45),
        ("", 0, 20),
    ],
)
def test_a_request_weighs_what_the_venue_says(kind: str, n_rows: int, weight: int) -> None:
    assert weight_of(kind, n_rows) == weight


def test_a_budget_counts_every_window_of_a_minute() -> None:
    budget = MinuteBudget(100)
    assert budget.spend(60, 0)
    assert budget.spend(40, 30_000)
    assert not budget.spend(1, 59_999)
    assert budget.spend(60, 60_000)
    assert not budget.spend(1, 89_999)
    assert budget.spend(40, 90_000)
    assert (budget.largest, budget.refused) == (101, 2)


def test_listed_faults_strike_once_and_wait_for_their_moment() -> None:
    plan = FaultPlan((Fault(2_000, FaultKind.HTML), Fault(1_000, FaultKind.TIMEOUT), Fault(1_500, FaultKind.LATE)))
    desk = FaultDesk(plan, 0)
    assert desk.for_request(999) is None
    assert desk.for_request(5_000) is FaultKind.TIMEOUT
    assert desk.for_request(5_000) is FaultKind.HTML
    assert desk.for_request(5_000) is None
    assert desk.for_stream(5_000) is FaultKind.LATE
    assert desk.struck == {FaultKind.TIMEOUT: 1, FaultKind.HTML: 1, FaultKind.LATE: 1}


def drawn_from(plan: FaultPlan) -> list[Fault]:
    """Return the faults of three thousand minutes."""
    return [fault for minute in range(3_000) if (fault := plan.drawn_in(minute))]


def test_drawn_faults_come_at_their_rate_and_are_the_same_for_a_seed() -> None:
    found = drawn_from(FaultPlan(rate=0.1, seed=3))
    # Three hundred expected, with a standard deviation of 16.
    assert 240 < len(found) < 360
    assert {fault.kind for fault in found} == set(FaultKind)
    assert found == drawn_from(FaultPlan(rate=0.1, seed=3))
    assert found != drawn_from(FaultPlan(rate=0.1, seed=4))


def test_a_rate_of_one_is_a_fault_every_minute() -> None:
    plan = FaultPlan(rate=1.0, kinds=(FaultKind.HTML,))
    assert all(plan.drawn_in(minute) is not None for minute in range(1000))


def test_a_drawn_fault_that_meets_nobody_is_replaced_by_the_next() -> None:
    plan = FaultPlan(rate=1.0, kinds=REQUEST_FAULTS)
    desk = FaultDesk(plan, 0)
    hour = [plan.drawn_in(minute) for minute in range(60)]
    assert desk.for_request(60 * MINUTE_MS - 1) is (hour[-1].kind if hour[-1] else None)
    assert desk.for_request(60 * MINUTE_MS - 1) is None
    assert desk.for_stream(60 * MINUTE_MS - 1) is None


def test_every_kind_is_of_a_request_or_of_a_stream() -> None:
    assert sorted(REQUEST_FAULTS + STREAM_FAULTS) == sorted(FaultKind)


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_a_rate_that_is_no_chance_is_refused(rate: float) -> None:
    with pytest.raises(ConfigError, match="allowed is 0 to 1"):
        FaultPlan(rate=rate)
    with pytest.raises(ConfigError, match="from no kinds"):
        FaultPlan(rate=0.5, kinds=())
