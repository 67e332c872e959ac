"""Opcodes where a denominator is 0, a value sits on an edge, or two equal ones compete: worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from data.intervals import INTERVALS_MS
from data.market import FloatArray, Market
from evolution.genome.node import Node, level, threshold, window
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.truth import Truth
from tests.evolution.mirrored import mirrored

NAN = float("nan")
MakeMarket = Callable[..., Market]


def of_market(name: str, market: Market, *windows: int) -> FloatArray:
    values: FloatArray = CATALOGUE[name](market, *windows)
    return values


@pytest.mark.parametrize("name", ["stochastic", "cci", "mfi", "volume_correlation", "autocorrelation", "skewness"])
def test_a_market_that_stands_still_says_nothing(name: str, make_market: MakeMarket) -> None:
    assert np.isnan(of_market(name, make_market([0.1] * 60), 5)).all()


@pytest.mark.parametrize("name", ["cmo", "efficiency", "position"])
def test_a_series_that_stands_still_says_nothing(name: str, make_market: MakeMarket) -> None:
    market = make_market([0.1] * 60)
    assert np.isnan(CATALOGUE[name](market, market.close, 5)).all()


def test_a_constant_has_no_place_among_its_last_values(make_market: MakeMarket) -> None:
    values = CATALOGUE["position"](make_market([1.0, 2.0, 3.0]), 50.0, 2)
    assert values.shape == (3,)
    assert np.isnan(values).all()


@pytest.mark.parametrize("name", ["volume_ratio", "mfi", "cmf", "obv"])
def test_where_nothing_is_traded_volume_says_nothing(name: str, make_market: MakeMarket) -> None:
    market = make_market([1.0, 2.0, 1.0, 3.0, 2.0], volume=[1.0, 0.0, 0.0, 0.0, 5.0])
    np.testing.assert_array_equal(np.isfinite(of_market(name, market, 2)[2:]), [False, False, True])


def test_an_average_weighted_by_no_volume_is_unknown(make_market: MakeMarket) -> None:
    market = make_market([1.0, 2.0, 4.0, 8.0], volume=[1.0, 3.0, 0.0, 0.0])
    np.testing.assert_allclose(CATALOGUE["vwma"](market, market.close, 2), [NAN, 1.75, 2.0, NAN], rtol=1e-15)


def test_money_flow_of_a_bar_without_range_is_even(make_market: MakeMarket) -> None:
    # The first bar closes at its high, the second has no range, the third closes a quarter above its low.
    market = make_market(
        [1.0, 2.0, 2.0], high=[2.0, 2.0, 5.0], low=[1.0, 2.0, 1.0], close=[2.0, 2.0, 2.0], volume=[4.0] * 3
    )
    np.testing.assert_allclose(of_market("cmf", market, 2), [NAN, 75.0, 37.5], rtol=1e-15)


def test_on_balance_volume_counts_an_unchanged_close_for_neither_side(make_market: MakeMarket) -> None:
    market = make_market([1.0, 2.0, 2.0, 1.0], volume=[9.0, 6.0, 2.0, 3.0])
    np.testing.assert_allclose(of_market("obv", market, 2), [NAN, NAN, 87.5, 20.0], rtol=1e-15)


def test_the_latest_of_equal_highs_and_lows_counts(make_market: MakeMarket) -> None:
    # Highs 3 1 3, lows 1 1 2: the high is 0 bars old, the low 1 bar; then 1 bar and 2 bars old.
    market = make_market([2.0, 1.0, 2.0, 2.0], high=[3.0, 1.0, 3.0, 2.0], low=[1.0, 1.0, 2.0, 2.0])
    np.testing.assert_array_equal(of_market("aroon", market, 2), [NAN, NAN, 75.0, 75.0])


def test_a_streak_ends_with_an_unchanged_close_and_is_as_long_as_its_window_at_most(make_market: MakeMarket) -> None:
    market = make_market(
        [1.0, 2.0, 3.0, 4.0, 4.0, 3.0, 5.0, NAN, 6.0, 5.0, 4.0], available=[True] * 7 + [False] + [True] * 3
    )
    np.testing.assert_array_equal(of_market("streak", market, 2), [NAN, NAN, 2, 2, 0, -1, 1, NAN, NAN, NAN, -2])


def test_adx_is_100_where_price_only_rises_and_unknown_where_it_never_moves(make_market: MakeMarket) -> None:
    values = of_market("adx", make_market(np.arange(1.0, 21.0)), 3)
    np.testing.assert_array_equal(values, [NAN] * 5 + [100.0] * 15)
    assert np.isnan(of_market("adx", make_market([5.0] * 20), 3)).all()


def test_volatility_alike_in_both_spans_has_a_ratio_near_1(make_market: MakeMarket) -> None:
    close = np.where(np.arange(60) % 2, 1.01, 1.0)
    # Deviations of 3 and of 12 returns of one size: sqrt(9 - 1) / 3 / sqrt(3 - 1) and 1 / sqrt(12 - 1) of it.
    expected = np.sqrt((3 - 1 / 3) / 2) / np.sqrt(12 / 11)
    np.testing.assert_allclose(of_market("volatility_ratio", make_market(close), 3)[12:], expected, rtol=1e-12)


def test_times_are_those_of_the_close_in_utc(make_market: MakeMarket) -> None:
    # 2024-01-01 was a Monday. The bar that opens at 23:00 closes as Tuesday begins.
    market = make_market([1.0] * 168, available=[False] * 168)
    np.testing.assert_allclose(of_market("time_of_day", market)[[0, 11, 22, 23]], [100 / 24, 50.0, 100 * 23 / 24, 0.0])
    np.testing.assert_allclose(of_market("time_of_week", market)[[0, 23, 83, 167]], [100 / 168, 100 / 7, 50.0, 0.0])
    daily = replace(market, interval_ms=INTERVALS_MS["1d"])
    assert of_market("time_of_day", daily)[23] == pytest.approx(100 * 23 / 24)


def test_funding_persists_by_its_sign_alone(make_market: MakeMarket) -> None:
    rates = [0.0] * 8 + [1e-4] + [0.0] * 7 + [-3e-4] + [0.0] * 7
    market = make_market([1.0] * 24, funding_rate=rates)
    # Sums over 8 hours: 0 at bar 7, above 0 until bar 15, below 0 from bar 16.
    expected = [NAN] * 8 + [75.0] + [100.0] * 7 + [50.0] + [0.0] * 7
    np.testing.assert_array_equal(of_market("funding_persistence", market, 2), expected)
    np.testing.assert_allclose(of_market("funding_carry", market, 12)[[15, 16, 19]], [0.01, -0.02, -0.02], rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("within", "??TTTTTF???F"), ("mostly", "??TTTFFF???F"), ("throughout", "??TFFFFF???F")],
)
def test_persistence_over_three_bars_needs_all_of_them(name: str, expected: str, make_market: MakeMarket) -> None:
    letters = "TTTFTFFF?FFF"
    n = len(letters)
    true, known = np.array([c == "T" for c in letters]), np.array([c != "?" for c in letters])
    value = CATALOGUE[name](make_market([1.0] * n), Truth.from_bools(true, known), 3)
    is_true, is_known = value.to_bools(n)
    text = "".join("?" if not k else "T" if t else "F" for t, k in zip(is_true, is_known, strict=True))
    assert text == expected


def test_bars_since_begins_at_the_bar_itself_and_needs_all_of_them(make_market: MakeMarket) -> None:
    letters = "TTTFTFFF?FFFFT"
    n = len(letters)
    true, known = np.array([c == "T" for c in letters]), np.array([c != "?" for c in letters])
    value = CATALOGUE["bars_since"](make_market([1.0] * n), Truth.from_bools(true, known), 4)
    expected = [NAN, NAN, NAN, 25.0, 0.0, 25.0, 50.0, 75.0, NAN, NAN, NAN, NAN, 100.0, 0.0]
    np.testing.assert_array_equal(value, expected)


def test_what_is_counted_since_has_a_side_though_the_count_has_none() -> None:
    rose = Node("above", (Node("returns", (window(24),)), threshold(5.0)))
    fell = Node("below", (Node("returns", (window(24),)), threshold(-5.0)))

    def recently(happened: Node) -> Node:
        return Node("below", (Node("bars_since", (happened, window(48))), level(25)))

    assert mirrored(recently(rose)) == recently(fell)
    assert mirrored(recently(fell)) == recently(rose)


def test_what_has_no_side_is_not_mirrored_and_the_rest_of_the_rule_is() -> None:
    trending = Node("above", (Node("adx", (window(24),)), level(30)))
    rising = Node("throughout", (Node("above", (Node("streak", (window(5),)), threshold(1.0))), window(3)))
    falling = Node("throughout", (Node("below", (Node("streak", (window(5),)), threshold(-1.0))), window(3)))
    assert mirrored(Node("and", (trending, rising))) == Node("and", (trending, falling))
