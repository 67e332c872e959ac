"""Channels, candles and days on a few bars, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from data.intervals import INTERVALS_MS
from data.market import FloatArray, Market
from evolution.genome.node import Node, level, threshold, window
from evolution.opcodes.catalogue import CATALOGUE
from tests.evolution.mirrored import mirrored

NAN = float("nan")
MakeMarket = Callable[..., Market]


def of_market(name: str, market: Market, *windows: int) -> FloatArray:
    values: FloatArray = CATALOGUE[name](market, *windows)
    return values


def text(name: str, market: Market, *windows: int) -> str:
    """Return one letter a bar: T, F or ? for unknown."""
    true, known = CATALOGUE[name](market, *windows).to_bools(market.n_bars)
    return "".join("?" if not k else "T" if t else "F" for t, k in zip(true, known, strict=True))


def test_squeeze_is_two_deviations_over_one_and_a_half_ranges(make_market: MakeMarket) -> None:
    # Closes 10, 12, 14: deviation 2. True ranges of the last three bars, from 10: 11 - 9, 13 - 10, 15 - 12.
    market = make_market(
        [10.0, 10.0, 12.0, 14.0],
        high=[10.0, 11.0, 13.0, 15.0],
        low=[10.0, 9.0, 11.0, 13.0],
        close=[10.0, 10.0, 12.0, 14.0],
    )
    expected = 2 * 2 / (1.5 * (2 + 3 + 3) / 3)
    np.testing.assert_allclose(of_market("squeeze", market, 3), [NAN, NAN, NAN, expected], rtol=1e-14)
    # The last two closes lie 2 apart: deviation sqrt(2), mean range 3.
    assert of_market("squeeze", market, 2)[3] == pytest.approx(2 * sqrt(2) / 4.5, rel=1e-14)


def test_squeeze_of_bars_that_stand_still_is_unknown_and_of_closes_that_do_is_0(make_market: MakeMarket) -> None:
    assert np.isnan(of_market("squeeze", make_market([5.0] * 20), 3)).all()
    wide = make_market([5.0] * 5, high=[6.0] * 5, low=[4.0] * 5)
    np.testing.assert_array_equal(of_market("squeeze", wide, 3), [NAN, NAN, NAN, 0.0, 0.0])


def test_a_break_is_beyond_the_bars_before_and_never_beyond_the_bar_itself(make_market: MakeMarket) -> None:
    market = make_market(
        [5.0, 5.0, 6.0, 7.0, 4.0, 3.0, NAN, 9.0, 9.0, 9.5],
        high=[5.0, 6.0, 6.5, 9.0, 7.0, 4.0, NAN, 9.0, 9.0, 9.5],
        low=[4.0, 5.0, 5.5, 6.0, 4.0, 3.0, NAN, 9.0, 8.0, 9.0],
        available=[True] * 6 + [False] + [True] * 3,
    )
    # Bar 2 closes at the highest high of bars 0 and 1, bar 3 above that of 1 and 2; bar 4 below 5.5, bar 5 below 4.
    assert text("breaks_above", market, 2) == "??FTFF???T"
    assert text("breaks_below", market, 2) == "??FFTT???F"


def test_a_candle_is_body_and_two_wicks(make_market: MakeMarket) -> None:
    # From 2 to 6 in a range of 1 to 11; from 8 down to 3 in one of 2 to 10; without range; missing.
    market = make_market(
        [2.0, 8.0, 5.0, 1.0],
        high=[11.0, 10.0, 5.0, 1.0],
        low=[1.0, 2.0, 5.0, 1.0],
        close=[6.0, 3.0, 5.0, 1.0],
        available=[True, True, True, False],
    )
    np.testing.assert_allclose(of_market("body", market), [70.0, 50 - 50 * 5 / 8, NAN, NAN], rtol=1e-14)
    np.testing.assert_allclose(of_market("upper_wick", market), [50.0, 25.0, NAN, NAN], rtol=1e-14)
    np.testing.assert_allclose(of_market("lower_wick", market), [10.0, 12.5, NAN, NAN], rtol=1e-14)


def test_a_range_is_measured_against_its_mean_from_the_close_before(make_market: MakeMarket) -> None:
    # True ranges from bar 1 on: 12 - 10, 13 - 11, and 16 - 12.
    market = make_market(
        [10.0, 11.0, 12.0, 15.0],
        high=[10.0, 12.0, 13.0, 16.0],
        low=[10.0, 11.0, 11.0, 14.0],
        close=[10.0, 11.0, 12.0, 15.0],
    )
    np.testing.assert_allclose(of_market("range_ratio", market, 2), [NAN, NAN, 1.0, 4 / 3], rtol=1e-14)


def eight_hours(make_market: MakeMarket, first_bar: int, available: list[bool] | None = None) -> Market:
    """Return bars of 8 hours, three a day, that begin with a bar of 1 January; prices count the bars from there."""
    n = 12 - first_bar
    count = first_bar + np.arange(n, dtype=np.float64)
    market = make_market(count, high=count + 0.5, low=count - 0.5, close=count + 0.25, available=available)
    step = INTERVALS_MS["8h"]
    return replace(market, interval_ms=step, time_ms=market.time_ms[0] + step * (first_bar + np.arange(n)))


def test_a_day_is_known_when_it_has_been_seen_whole(make_market: MakeMarket) -> None:
    market = eight_hours(make_market, 1)
    # The history begins with the second bar of a day: that day is never whole.
    np.testing.assert_array_equal(of_market("day_open", market), [NAN, NAN, 3, 3, 3, 6, 6, 6, 9, 9, 9])
    np.testing.assert_array_equal(of_market("previous_day_high", market), [NAN] * 5 + [5.5] * 3 + [8.5] * 3)
    np.testing.assert_array_equal(of_market("previous_day_low", market), [NAN] * 5 + [2.5] * 3 + [5.5] * 3)
    np.testing.assert_array_equal(of_market("previous_day_close", market), [NAN] * 5 + [5.25] * 3 + [8.25] * 3)


def test_a_missing_bar_silences_its_day_from_then_on_and_the_day_after_it(make_market: MakeMarket) -> None:
    market = eight_hours(make_market, 0, [True] * 4 + [False] + [True] * 7)
    np.testing.assert_array_equal(of_market("day_open", market), [0, 0, 0, 3, NAN, NAN, 6, 6, 6, 9, 9, 9])
    before = [NAN, NAN, NAN, 2.5, NAN, NAN, NAN, NAN, NAN, 8.5, 8.5, 8.5]
    np.testing.assert_array_equal(of_market("previous_day_high", market), before)


def test_on_daily_bars_the_day_before_is_the_bar_before(make_market: MakeMarket) -> None:
    market = make_market([3.0, 4.0, 5.0], high=[6.0, 7.0, 8.0], low=[1.0, 2.0, 3.0])
    step = INTERVALS_MS["1d"]
    daily = replace(market, interval_ms=step, time_ms=market.time_ms[0] + step * np.arange(3))
    np.testing.assert_array_equal(of_market("day_open", daily), [3.0, 4.0, 5.0])
    np.testing.assert_array_equal(of_market("previous_day_low", daily), [NAN, 1.0, 2.0])


def test_a_day_of_bars_of_a_minute_is_too_long(make_market: MakeMarket) -> None:
    market = make_market(np.arange(1.0, 4_001.0))
    for interval, is_known in (("1m", False), ("5m", True)):
        step = INTERVALS_MS[interval]
        short = replace(market, interval_ms=step, time_ms=market.time_ms[0] + step * np.arange(4_000))
        assert np.isfinite(of_market("previous_day_close", short)[-1]) == is_known
        assert np.isfinite(of_market("day_open", short)[-1]) == is_known


def test_funding_is_due_at_whole_multiples_of_the_coins_period(make_market: MakeMarket) -> None:
    market = make_market([1.0] * 9, available=[False] * 9, funding_period_ms=INTERVALS_MS["8h"])
    np.testing.assert_array_equal(of_market("funding_due", market), [12.5, 25, 37.5, 50, 62.5, 75, 87.5, 0, 12.5])
    np.testing.assert_array_equal(of_market("funding_due", make_market([1.0] * 3)), [0.0] * 3)


def test_rank_of_a_measure_is_its_rolling_quantile(make_market: MakeMarket) -> None:
    values = np.array([-1.0, 0.5, 0.25, NAN, 3.0, 2.0, 1.0])
    values.setflags(write=False)
    market = make_market([1.0] * 7)
    np.testing.assert_array_equal(CATALOGUE["rank"](market, values, 3), [NAN, NAN, 50.0, NAN, NAN, NAN, 0.0])
    np.testing.assert_array_equal(CATALOGUE["rank"](market, 0.5, 3), [NAN, NAN] + [50.0] * 5)


def test_the_other_side_of_a_break_a_wick_and_a_day() -> None:
    assert mirrored(Node("breaks_above", (window(48),))) == Node("breaks_below", (window(48),))
    rejected = Node("above", (Node("upper_wick"), level(60)))
    assert mirrored(rejected) == Node("above", (Node("lower_wick"), level(60)))
    assert mirrored(mirrored(rejected)) == rejected
    assert mirrored(Node("above", (Node("body"), level(80)))) == Node("below", (Node("body"), level(20)))
    over = Node("above", (Node("close"), Node("previous_day_high")))
    assert mirrored(over) == Node("below", (Node("close"), Node("previous_day_low")))


def test_momentum_after_a_squeeze_is_a_rule_whose_other_side_keeps_the_squeeze() -> None:
    squeezed = Node("within", (Node("below", (Node("squeeze", (window(24),)), threshold(1.0))), window(12)))
    risen = Node("above", (Node("returns", (window(5),)), threshold(1.0)))
    fallen = Node("below", (Node("returns", (window(5),)), threshold(-1.0)))
    assert mirrored(Node("and", (squeezed, risen))) == Node("and", (squeezed, fallen))
