"""Ticks of a time axis."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.intervals import DAY_MS, HOUR_MS, MINUTE_MS
from organism.report.time_axis import time_ticks

START_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC


@pytest.mark.parametrize(
    ("span", "most", "labels"),
    [
        (10 * MINUTE_MS, 5, ["01-01 00:00", "01-01 00:02", "01-01 00:04", "01-01 00:06", "01-01 00:08", "01-01 00:10"]),
        (DAY_MS, 2, ["01-01 00:00", "01-01 12:00", "01-02 00:00"]),
        (3 * DAY_MS, 3, ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"]),
        (100 * DAY_MS, 4, ["2024-02", "2024-03", "2024-04"]),
        (3 * 366 * DAY_MS, 4, ["2025", "2026", "2027"]),
    ],
)
def test_ticks_are_round_moments(span: int, most: int, labels: list[str]) -> None:
    assert [label for _, label in time_ticks(START_MS, START_MS + span, most)] == labels


@given(st.integers(0, 4 * 10**12), st.integers(HOUR_MS, 40 * 366 * DAY_MS), st.integers(2, 12))
def test_ticks_are_few_ordered_and_inside(first: int, span: int, most: int) -> None:
    ticks = time_ticks(first, first + span, most)
    times = [time for time, _ in ticks]
    assert times == sorted(times)
    # Months are of unequal length, so that one more may fit than of the mean month.
    assert len(ticks) <= most + 2
    assert all(first <= time <= first + span for time in times)
    assert all(len(label) <= 11 for _, label in ticks)
