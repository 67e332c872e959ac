"""Equity, months, rolling Sharpe, spread, fan and luck of single days, by numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.intervals import DAY_MS, HOUR_MS
from organism.views.chapters.chance import best_by_luck, chance
from organism.views.chapters.distribution import spreads
from organism.views.chapters.equity import equity_lines, longest_below_peak
from organism.views.chapters.fan import fans, stationary_places
from organism.views.chapters.months import Month, year_rows
from organism.views.chapters.rolling import rolling_lines, rolling_sharpe
from organism.views.chapters.slices import JudgedSlice

MIDNIGHT_MS = 1_704_067_200_000
"""2024-01-01 00:00 UTC."""


def by_day(returns: list[float], name: str = "IS", first_day: int = 0) -> JudgedSlice:
    """Return a slice of bars of a day."""
    time_ms = MIDNIGHT_MS + DAY_MS * (first_day + np.arange(len(returns), dtype=np.int64))
    return JudgedSlice(name, int(time_ms[0]), int(time_ms[-1]) + DAY_MS, time_ms, np.array(returns), 1.0)


def by_hour(returns: list[float]) -> JudgedSlice:
    time_ms = MIDNIGHT_MS + HOUR_MS * np.arange(len(returns), dtype=np.int64)
    return JudgedSlice("IS", int(time_ms[0]), int(time_ms[-1]) + HOUR_MS, time_ms, np.array(returns), 1.0)


def test_equity_begins_at_the_first_open_and_is_known_at_closes() -> None:
    [line] = equity_lines([by_day([0.10, -0.20, 0.25])])
    assert line.time_ms.tolist() == [MIDNIGHT_MS + DAY_MS * day for day in range(4)]
    assert line.net_return.tolist() == pytest.approx([0.0, 0.10, -0.12, 0.10])
    assert line.fall.tolist() == pytest.approx([0.0, 0.0, -0.20, 0.0])
    assert (line.final, line.worst) == pytest.approx((0.10, -0.20))


def test_the_capital_is_the_first_peak() -> None:
    [line] = equity_lines([by_day([-0.05, 0.01])])
    assert line.worst == pytest.approx(-0.05)
    assert line.longest_days == 2.0


def test_time_below_a_peak_ends_where_equity_is_as_high_again() -> None:
    fall = np.array([0.0, -0.1, -0.1, 0.0, 0.0, -0.2])
    assert longest_below_peak(fall, np.arange(6) * 10) == 30
    assert longest_below_peak(np.zeros(5), np.arange(5)) == 0
    assert longest_below_peak(np.array([0.0, -0.1, -0.1]), np.arange(3)) == 2


def test_a_ruined_slice_has_no_equity_to_show() -> None:
    ruined = by_day([0.1, math.nan])
    assert equity_lines([ruined]) == year_rows([ruined]) == rolling_lines([ruined], 2) == fans([ruined]) == ()
    assert spreads([ruined]) is None
    assert chance([ruined], 10) is None


def test_months_compound_their_days_and_stay_within_their_slice() -> None:
    # 30 January to 2 February, then another slice from 5 February on.
    first = by_day([0.10, 0.10, -0.50, 1.0], "IS", first_day=29)
    second = by_day([0.5], "OOS", first_day=35)
    rows = year_rows([first, second])
    assert [(row.slice, row.year) for row in rows] == [("IS", 2024), ("OOS", 2024)]
    january, february = rows[0].months
    assert (january.month, january.n_days, february.month, february.n_days) == (1, 2, 2, 2)
    assert (january.net_return, february.net_return, rows[0].net_return) == pytest.approx((0.21, 0.0, 0.21))
    assert rows[1].months == (Month(2, pytest.approx(0.5), 1),)


def test_a_year_is_not_joined_with_the_next() -> None:
    rows = year_rows([by_day([0.1, 0.1], first_day=365)])
    assert [(row.year, row.months[0].month) for row in rows] == [(2024, 12), (2025, 1)]


def test_hours_become_the_day_on_which_they_open() -> None:
    days = by_hour([0.0] * 23 + [0.10, 0.20]).days()
    assert days.day_ms.tolist() == [MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS]
    assert days.returns.tolist() == pytest.approx([0.10, 0.20])


def test_a_rolling_sharpe_ratio_is_that_of_each_full_window() -> None:
    # Mean 0.02, deviation sqrt(2) * 0.01; then mean 0.01 with deviation sqrt(2) * 0.02.
    found = rolling_sharpe(np.array([0.01, 0.03, -0.01]), 2)
    assert found.tolist() == pytest.approx([math.sqrt(2.0) * math.sqrt(365.0), math.sqrt(0.125) * math.sqrt(365.0)])


def test_a_window_without_a_spread_has_no_sharpe_ratio_and_a_short_slice_no_window() -> None:
    assert np.isnan(rolling_sharpe(np.full(3, 0.01), 3)).all()
    assert rolling_sharpe(np.array([0.01]), 2).size == 0
    assert rolling_lines([by_day([0.01, 0.02])], 3) == ()


def test_windows_that_lost_are_counted_and_stamped_with_their_last_day() -> None:
    [line] = rolling_lines([by_day([0.02, 0.01, -0.05, 0.01])], 2)
    assert line.day_ms.tolist() == [MIDNIGHT_MS + DAY_MS * day for day in (1, 2, 3)]
    assert line.share_negative == pytest.approx(2 / 3)


def test_the_spread_of_four_days() -> None:
    found = spreads([by_day([-0.03, 0.01, 0.01, 0.01])])
    assert found is not None
    [spread] = found.slices
    assert (spread.n_days, spread.best, spread.worst, spread.share_positive) == (4, 0.01, pytest.approx(-0.03), 0.75)
    assert (spread.mean, spread.deviation) == (pytest.approx(0.0, abs=1e-15), pytest.approx(0.02))
    # Deviations from the mean: -3, 1, 1, 1 hundredths; third moment -6, fourth 21, second 3.
    assert spread.skew == pytest.approx(-6.0 / 3.0**1.5)
    assert spread.excess_kurtosis == pytest.approx(21.0 / 9.0 - 3.0)
    # Between the lowest two of four days, 0.15 of the way.
    assert spread.value_at_risk == pytest.approx(-0.03 + 0.15 * 0.04)
    assert spread.expected_shortfall == pytest.approx(-0.03)
    assert (spread.density[0], spread.density[-1], spread.density.sum()) == (0.25, 0.75, 1.0)


def test_days_that_are_all_alike_have_a_spread_of_nothing() -> None:
    found = spreads([by_day([0.0, 0.0, 0.0])])
    assert found is not None
    assert math.isnan(found.slices[0].skew)
    assert found.slices[0].density.sum() == 1.0


@given(st.integers(1, 60), st.floats(1.0, 20.0), st.integers(0, 2**32 - 1))
def test_blocks_go_on_day_by_day_and_round_the_end(n: int, length: float, seed: int) -> None:
    places = stationary_places(n, length, 5, np.random.default_rng(seed))
    assert places.shape == (5, n)
    assert ((places >= 0) & (places < n)).all()
    again = stationary_places(n, length, 5, np.random.default_rng(seed))
    assert (places == again).all()


def test_blocks_are_as_long_as_asked_for_in_the_mean() -> None:
    places = stationary_places(1_000, 5.0, 200, np.random.default_rng(3))
    goes_on = (places[:, 1:] - places[:, :-1]) % 1_000 == 1
    # One step in five begins a new block, and of those one in a thousand goes on by chance.
    assert goes_on.mean() == pytest.approx(0.8, abs=0.005)
    assert (stationary_places(40, 1e12, 3, np.random.default_rng(1))[:, 1:] != 0).sum() >= 3 * 38


def test_the_fan_begins_at_nothing_and_holds_the_real_path_and_its_order() -> None:
    returns = np.random.default_rng(4).normal(0.001, 0.01, 300)
    [fan] = fans([by_day(returns.tolist())], n_paths=200)
    assert fan.quantiles.shape == (5, 301)
    assert (fan.quantiles[:, 0] == 0.0).all()
    assert (np.diff(fan.quantiles, axis=0) >= 0.0).all()
    assert fan.real[-1] == pytest.approx(np.prod(1.0 + returns) - 1.0)
    assert (fan.time_ms[0], fan.time_ms[-1]) == (MIDNIGHT_MS, MIDNIGHT_MS + 300 * DAY_MS)
    assert 0.0 < fan.real_drawdown < 1.0
    assert fan.median_drawdown < fan.bad_drawdown


def test_days_of_nothing_have_no_fan() -> None:
    assert fans([by_day([0.0] * 50)]) == ()
    assert fans([by_day([0.01] * 5)]) == ()


def test_luck_of_one_trial_expects_nothing_and_is_rare_as_a_normal_variable_is() -> None:
    one = best_by_luck(1, 365)
    assert one.expected == 0.0
    # The 95 % quantile of a standard normal variable, one year of days: a standard error of 1 a year.
    assert one.rare == pytest.approx(1.6448536, abs=1e-6)
    assert best_by_luck(1, 4 * 365).rare == pytest.approx(one.rare / 2.0)


def test_the_best_of_many_by_luck_is_above_the_best_of_few() -> None:
    returns = np.random.default_rng(5).normal(0.001, 0.01, 730)
    found = chance([by_day(returns.tolist())], 5_000)
    assert found is not None
    assert found.own == pytest.approx(returns.mean() / returns.std(ddof=1) * math.sqrt(365.0))
    assert [point.n_tried for point in found.curve] == sorted({point.n_tried for point in found.curve})
    expected = [point.expected for point in found.curve]
    assert expected == sorted(expected)
    assert all(point.rare > point.expected for point in found.curve)
    [here] = [point for point in found.curve if point.n_tried == 5_000]
    assert (found.expected, found.rare) == (here.expected, here.rare)


def test_without_trials_or_days_in_sample_nothing_is_said_of_luck() -> None:
    assert chance([by_day([0.1, 0.2])], 0) is None
    assert chance([by_day([0.1, 0.2], "OOS")], 5) is None
