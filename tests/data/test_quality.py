"""Every defect of a history is refused by name, or counted under a named policy."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.bars import Bars, Funding
from data.errors import DataError
from data.intervals import HOUR_MS
from data.quality import Policy, check_bars, check_funding, check_over, round_stamps

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
Make = Callable[..., Any]


def changed(bars: Bars, field: str, row: int, value: float) -> Bars:
    values = getattr(bars, field).copy()
    values[row] = value
    return replace(bars, **{field: values})


def test_clean_bars_have_no_finding(make_bars: Make) -> None:
    report = check_bars(make_bars([0, 1, 2, 3]), HOUR_MS)
    assert report.findings == ()
    assert (report.n_rows, report.coverage) == (4, 1.0)
    assert (report.first_ms, report.last_ms) == (MIDNIGHT_MS, MIDNIGHT_MS + 3 * HOUR_MS)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("open", np.nan, "with NaN or infinite open"),
        ("close", np.inf, "with NaN or infinite close"),
        ("low", -np.inf, "with NaN or infinite low"),
        ("close", 0.0, "with zero or negative close"),
        ("low", -1.0, "with zero or negative low"),
        ("high", 98.0, "with high < low"),
        ("high", 99.5, "with high below open or close"),
        ("low", 100.5, "with low above open or close"),
        ("volume", np.nan, "with NaN or infinite volume"),
        ("volume", -1.0, "with negative volume"),
    ],
)
def test_an_impossible_value_is_refused_with_its_row(make_bars: Make, field: str, value: float, message: str) -> None:
    bars = changed(make_bars([0, 1, 2, 3]), field, 2, value)
    with pytest.raises(DataError, match=f"coin: 1 of 4 rows {message}; first is row 2 at 2024-01-01 02:00"):
        check_bars(bars, HOUR_MS, subject="coin")


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        ([], "empty; at least two rows"),
        ([5], "only one row, at 2024-01-01 05:00"),
        ([0, 1, 1, 2], "row 2 at 2024-01-01 01:00"),
        ([0, 1, 1, 2], "duplicate"),
        ([0, 2, 1, 3], "unsorted"),
    ],
)
def test_impossible_times_are_refused(make_bars: Make, hours: list[int], message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_bars(make_bars(hours), HOUR_MS)


def test_a_bar_off_the_grid_is_refused(make_bars: Make) -> None:
    bars = make_bars([0, 1, 2])
    shifted = replace(bars, time_ms=bars.time_ms + np.array([0, 0, 1]))
    with pytest.raises(DataError, match="1 of 3 rows off the grid of 3600000 ms"):
        check_bars(shifted, HOUR_MS)


def test_gaps_are_counted_and_kept(make_bars: Make) -> None:
    # Missing: hour 2; hours 5, 6, 7.
    report = check_bars(make_bars([0, 1, 3, 4, 8]), HOUR_MS)
    (gap,) = report.findings
    assert gap.policy is Policy.GAP_KEPT_AS_HOLE
    assert (gap.count, gap.first_ms) == (4, MIDNIGHT_MS + 2 * HOUR_MS)
    assert gap.detail == "4 bars missing in 2 gaps, the longest of 3"
    assert report.coverage == 5 / 9


def test_bars_without_volume_are_counted(make_bars: Make) -> None:
    report = check_bars(changed(make_bars([0, 1, 2]), "volume", 1, 0.0), HOUR_MS)
    assert report.count(Policy.REPORTED_ZERO_VOLUME) == 1
    assert report.findings[0].first_ms == MIDNIGHT_MS + HOUR_MS


@pytest.mark.parametrize(("length", "expected"), [(11, 0), (12, 12), (15, 15)])
def test_a_frozen_price_counts_from_twelve_bars(make_bars: Make, length: int, expected: int) -> None:
    moving = make_bars(range(20))
    price = moving.open.copy()
    high, low = moving.high.copy(), moving.low.copy()
    high[3 : 3 + length] = low[3 : 3 + length] = price[3 : 3 + length]
    report = check_bars(replace(moving, high=high, low=low), HOUR_MS)
    assert report.count(Policy.REPORTED_FROZEN_PRICE) == expected


def test_a_hole_interrupts_a_frozen_price(make_bars: Make) -> None:
    bars = make_bars([*range(8), *range(9, 17)])
    flat = replace(bars, high=bars.open, low=bars.open)
    assert check_bars(flat, HOUR_MS).count(Policy.REPORTED_FROZEN_PRICE) == 0


def test_outliers_are_moves_of_more_than_forty_percent_but_not_across_a_hole(make_bars: Make) -> None:
    # 100 -> 139 is 39 %, 139 -> 200 is 43.9 %, 200 -> 100 is -50 % but across a hole.
    report = check_bars(make_bars([0, 1, 2, 4], [100.0, 139.0, 200.0, 100.0]), HOUR_MS)
    assert report.count(Policy.REPORTED_OUTLIER_RETURN) == 1
    finding = next(item for item in report.findings if item.policy is Policy.REPORTED_OUTLIER_RETURN)
    assert finding.first_ms == MIDNIGHT_MS + 2 * HOUR_MS


def test_a_report_is_plain_json(make_bars: Make) -> None:
    report = check_bars(make_bars([0, 1, 3]), HOUR_MS)
    assert json.loads(json.dumps(report.to_json()))["findings"][0]["policy"] == "gap_kept_as_hole"


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [(0, 0), (7, 0), (-9, 0), (45_000, 0), (59_999, 0), (-59_999, 0), (60_000, 60_000), (1_800_000, 1_800_000)],
)
def test_a_stamp_less_than_a_minute_off_the_hour_is_put_on_it(stamp: int, expected: int) -> None:
    assert round_stamps(np.array([MIDNIGHT_MS + stamp]))[0] == MIDNIGHT_MS + expected


@pytest.mark.parametrize(("stamp", "expected"), [(91_000, 120_000), (89_000, 60_000), (1_829_999, 1_800_000)])
def test_another_stamp_is_put_on_the_nearest_minute(stamp: int, expected: int) -> None:
    assert round_stamps(np.array([MIDNIGHT_MS + stamp]))[0] == MIDNIGHT_MS + expected


@given(st.integers(0, 4 * 10**12))
def test_rounding_moves_a_stamp_by_less_than_a_minute_and_only_once(stamp: int) -> None:
    once = round_stamps(np.array([stamp]))
    assert abs(int(once[0]) - stamp) < 60_000
    assert round_stamps(once).tolist() == once.tolist()


def test_jittered_funding_is_cleaned_and_counted() -> None:
    stamps = np.array([MIDNIGHT_MS + 3, MIDNIGHT_MS + HOUR_MS, MIDNIGHT_MS + 2 * HOUR_MS - 40])
    cleaned, report = check_funding(Funding(stamps, np.zeros(3)))
    assert cleaned.time_ms.tolist() == [MIDNIGHT_MS + hour * HOUR_MS for hour in range(3)]
    assert report.count(Policy.STAMP_ROUNDED) == 2


def test_funding_gaps_and_coverage_are_counted(make_funding: Make) -> None:
    # Eight-hourly; 16, 24 and 40 are missing, and 57 comes an hour late.
    _, report = check_funding(make_funding([0, 8, 32, 48, 57, 65]))
    (gap,) = report.findings
    assert gap.policy is Policy.FUNDING_GAP_UNKNOWN
    assert (gap.count, gap.first_ms) == (3, MIDNIGHT_MS + 16 * HOUR_MS)
    assert report.coverage == 6 / 9


def test_an_extreme_rate_is_reported(make_funding: Make) -> None:
    _, report = check_funding(make_funding([0, 1, 2], [0.01, -0.02, 0.0]))
    assert report.count(Policy.REPORTED_EXTREME_RATE) == 1


@pytest.mark.parametrize(
    ("hours", "rates", "oracle", "message"),
    [
        ([], None, None, "empty"),
        ([0], None, None, "only one row"),
        ([0, 2, 1], None, None, "unsorted"),
        ([0, 1, 1.001], None, None, "duplicate"),
        ([0, 1], [0.0, np.nan], None, "1 of 2 rows with NaN or infinite rate"),
        ([0, 1], [0.0, np.inf], None, "with NaN or infinite rate"),
        ([0, 1], [0.0, 43000.0], None, "which is a price or a percentage"),
        ([0, 1], [0.0, 0.0], [1.0, 0.0], "oracle_price"),
        ([0, 1], [0.0, 0.0], [np.inf, 1.0], "oracle_price"),
    ],
)
def test_impossible_funding_is_refused(
    make_funding: Make, hours: list[float], rates: Any, oracle: Any, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        check_funding(make_funding(hours, rates, oracle))


def test_what_is_not_over_is_refused_with_the_time_of_this_machine() -> None:
    ends = np.array([1_704_067_200_000 + 3_600_000 * hour for hour in (1, 2, 3)])
    check_over(ends, int(ends[-1]), subject="bars")
    with pytest.raises(
        DataError, match=r"bars: 2 of 3 rows are not over at 2024-01-01 01:59 UTC.* first is row 1, over"
    ):
        check_over(ends, int(ends[1]) - 1, subject="bars")
