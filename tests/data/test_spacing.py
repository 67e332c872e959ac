"""When the next settlement is due, in hours worked out by hand: a run of equal distances, not one for all time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.alignment import settle
from data.bars import Funding
from data.intervals import HOUR_MS
from data.quality import Policy, check_funding
from data.spacing import due_after, modal_spacing

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
Make = Callable[..., Any]


def hours_from(distances: list[int]) -> list[int]:
    return list(accumulate(distances, initial=0))


def unknown_hours(funding: Funding, end_hour: int) -> list[int]:
    """Return the hours whose bar, opening with them, has unknown funding, up to `end_hour`."""
    calendar = MIDNIGHT_MS + HOUR_MS * np.arange(end_hour + 1)
    rates, _ = settle(funding, calendar, np.ones(calendar.size), HOUR_MS)
    return np.flatnonzero(np.isnan(rates)).tolist()


@pytest.mark.parametrize(
    ("distances", "due"),
    [
        # More often: it counts from the third equal distance on, the last settlement is as the one before.
        ([8, 8, 8, 1, 1, 1, 1], [8, 8, 8, 8, 8, 1, 1, 1]),
        # Less often: the first two long distances are gaps, with the third they are what is usual.
        ([1, 1, 1, 8, 8, 8, 8], [1, 1, 1, 1, 1, 8, 8, 8]),
        # Lone ones, and two in a row, change nothing.
        ([1, 1, 1, 8, 1, 1, 8, 8, 1], [1] * 10),
        ([8, 8, 8, 4, 8, 4, 4, 8], [8] * 9),
        # Before anything has repeated itself, whatever does first.
        ([3, 16, 8, 8, 8], [8] * 6),
        # Nothing ever does: the most frequent, of equally frequent ones the shortest.
        ([8, 24, 16, 9, 8], [8] * 6),
        ([5, 2], [2] * 3),
        ([7], [7] * 2),
    ],
)
def test_the_next_is_due_by_the_run_that_was_seen_last(distances: list[int], due: list[int]) -> None:
    assert due_after(np.array(hours_from(distances), dtype=np.int64)).tolist() == due


@given(
    st.lists(st.tuples(st.sampled_from([1, 4, 8]), st.integers(1, 6)), min_size=1, max_size=8),
    st.integers(1, 40),
)
def test_later_settlements_change_nothing_of_what_was_known_up_to_the_last_one(
    regimes: list[tuple[int, int]], n_seen: int
) -> None:
    distances = [1, 1, 1] + [length for length, count in regimes for _ in range(count)]
    hours = hours_from(distances)
    seen = hours[: max(4, min(n_seen, len(hours)))]
    whole, early = (
        Funding(MIDNIGHT_MS + HOUR_MS * np.array(part, dtype=np.int64), np.full(len(part), 1e-4))
        for part in (hours, seen)
    )
    calendar = MIDNIGHT_MS + HOUR_MS * np.arange(hours[-1] + 1)
    later, before = (settle(funding, calendar, np.ones(calendar.size), HOUR_MS)[0] for funding in (whole, early))
    # Behind the last settlement that is there, nothing is said before the next has come.
    np.testing.assert_array_equal(later[: seen[-1] + 1], before[: seen[-1] + 1])


def test_eight_hourly_weeks_before_hourly_years_are_known(make_funding: Make) -> None:
    hours = [*range(0, 80, 8), *range(80, 400)]
    assert unknown_hours(make_funding(hours), 399) == []
    _, report = check_funding(make_funding(hours))
    assert (report.findings, report.coverage) == ((), 1.0)


@pytest.mark.parametrize("n_later", [10, 2000])
def test_newer_settlements_every_four_hours_do_not_make_older_ones_unknown(make_funding: Make, n_later: int) -> None:
    hours = [*range(0, 8000, 8), *range(8000, 8000 + 4 * n_later, 4)]
    assert unknown_hours(make_funding(hours), hours[-1]) == []


def test_hourly_settlements_that_are_missing_after_eight_hourly_years_are_unknown(make_funding: Make) -> None:
    missing = [*range(8020, 8030)]
    hours = [*range(0, 8000, 8), *(hour for hour in range(8000, 8100) if hour not in missing)]
    assert unknown_hours(make_funding(hours), 8099) == missing
    _, report = check_funding(make_funding(hours))
    (gap,) = report.findings
    assert (gap.policy, gap.count) == (Policy.FUNDING_GAP_UNKNOWN, 10)
    assert gap.first_ms == MIDNIGHT_MS + 8020 * HOUR_MS
    assert "10 settlements missing in 1 gaps; the longest is of 11 h, where one is due each hour" in gap.detail


def test_where_a_venue_comes_to_settle_less_often_two_distances_are_unknown(make_funding: Make) -> None:
    hours = [*range(24), *range(31, 95, 8)]
    assert unknown_hours(make_funding(hours), 87) == [*range(24, 31), *range(32, 39)]


def test_modal_spacing_is_the_most_frequent_and_then_the_shortest() -> None:
    assert modal_spacing(np.array([0, 8, 16, 17, 25])) == 8
    assert modal_spacing(np.array([0, 8, 9])) == 1
