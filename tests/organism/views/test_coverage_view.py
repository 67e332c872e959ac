"""What a check says of a history: verdict, JSON, lines and tables."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from data.agreement import agreement
from data.bars import Bars, Funding
from data.coverage import coverage
from data.intervals import HOUR_MS
from organism.views.coverage import Check, check_json, verdict
from organism.views.coverage_tables import check_lines, check_page

MIDNIGHT_MS = 1_704_067_200_000
LEAP = [100.0] * 6 + [110.0] + [100.0] * 5
Build = Callable[..., Bars]


def checked(bars: Bars, other: Bars | None = None, funding: Funding | None = None) -> Check:
    found = coverage(bars, HOUR_MS, funding)
    agreed = None if other is None else agreement(bars, other, HOUR_MS)
    return Check("here", "BTC", "1h", found, None if other is None else "there", agreed)


def test_a_whole_history_is_clean(make_bars: Build) -> None:
    check = checked(make_bars(range(12)), make_bars(range(12)))
    assert check.is_clean
    assert verdict(check) == "clean: no gaps, no outliers, agrees with there"
    assert verdict(checked(make_bars(range(12)))) == "clean: no gaps, no outliers"
    assert check_page(check).listings == ()


def test_gaps_outliers_and_disagreements_are_counted(make_bars: Build) -> None:
    check = checked(make_bars([*range(12), 15, 17], [*LEAP, 100, 100]), make_bars(range(12)))
    assert not check.is_clean
    assert verdict(check) == "not clean: 2 gaps of 4 bars together, 1 outlier, 1 disagreement with there"
    assert [(one.title, one.rows) for one in check_page(check).listings] == [
        (
            "Gaps",
            (("2024-01-01 12:00", "2024-01-01 14:00", "3"), ("2024-01-01 16:00", "2024-01-01 16:00", "1")),
        ),
        ("Outliers", (("2024-01-01 06:00", "+10.00 %", "0.000 %"),)),
        ("Disagreements with there", (("2024-01-01 06:00", "110", "100", "+10.00 %"),)),
    ]


def test_an_outlier_that_the_other_venue_had_as_well_is_the_market(make_bars: Build) -> None:
    check = checked(make_bars(range(12), LEAP), make_bars(range(12), LEAP))
    assert (check.outliers, check.n_confirmed, check.is_clean) == ((), 1, True)
    assert dict(check_page(check).figures)["outliers"] == "none, and 1 that there had as well"


def test_an_outlier_that_the_other_venue_did_not_trade_is_kept(make_bars: Build) -> None:
    hours = [hour for hour in range(12) if hour != 6]
    check = checked(make_bars(range(12), LEAP), make_bars(hours))
    assert (len(check.outliers), check.n_confirmed) == (1, 0)


def test_json_has_every_figure_and_only_plain_values(make_bars: Build) -> None:
    hours = [*range(12), 14]
    funding = Funding(MIDNIGHT_MS + HOUR_MS * np.arange(13), np.full(13, 0.0001))
    value = check_json(checked(make_bars(hours, [*LEAP, 100]), make_bars(hours), funding))
    assert json.loads(json.dumps(value, allow_nan=False)) == value
    assert (value["bars"], value["bars_expected"], value["coverage"]) == (13, 15, 13 / 15)
    assert value["gaps"] == [{"from": "2024-01-01 12:00", "to": "2024-01-01 13:00", "bars": 2}]
    assert value["funding"] == {
        "share_known": pytest.approx(13 / 15),
        "longest_unknown": {"from": "2024-01-01 13:00", "to": "2024-01-01 14:00", "bars": 2},
    }
    assert (value["against"]["venue"], value["against"]["bars_common"]) == ("there", 13)
    assert value["against"]["disagreements"] == [{"time": "2024-01-01 06:00", "close": 110.0, "other_close": 100.0}]
    assert not value["is_clean"]


def test_lines_show_the_worst_and_count_the_rest(make_bars: Build) -> None:
    check = checked(make_bars([hour for hour in range(60) if hour % 5 != 3 and hour not in {7, 58}]))
    lines = check_lines(check)
    assert lines[0] == "BTC 1h of here: not clean: 12 gaps of 13 bars together"
    assert lines.index("Gaps, first bar, last bar, bars:") + 1 == lines.index("  2024-01-01 07:00  2024-01-01 08:00  2")
    assert lines[-1] == "  and 4 more, all of them with --json"


def test_only_the_whole_is_a_hundred_percent(make_bars: Build) -> None:
    hours = [hour for hour in range(50_000) if hour != 7]
    bars = dict(check_page(checked(make_bars(hours))).figures)["bars"]
    assert bars == "49,999 of 50,000 expected, 99.99 %"
    figures = dict(check_page(checked(make_bars(range(9)))).figures)
    assert (figures["bars"], figures["gaps"]) == ("9 of 9 expected, 100.00 %", "none")


def test_a_page_has_a_calendar_of_bars_and_one_of_funding(make_bars: Build) -> None:
    bars = make_bars([*range(24), 36])
    assert [calendar.title for calendar in check_page(checked(bars)).calendars] == ["bars"]
    funding = Funding(MIDNIGHT_MS + HOUR_MS * np.arange(24), np.full(24, 0.0001))
    calendars = check_page(checked(bars, None, funding)).calendars
    assert [(one.title, one.shares.tolist()) for one in calendars] == [
        ("bars", [1.0, 1 / 13]),
        ("funding", [1.0, 0.0]),
    ]
