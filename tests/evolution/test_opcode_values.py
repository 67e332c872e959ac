"""Numeric opcodes on a few bars, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
import pytest

from data.intervals import INTERVALS_MS
from data.market import FloatArray, Market
from data.rolling import first_anchor
from evolution.opcodes.catalogue import CATALOGUE

NAN = float("nan")
MakeMarket = Callable[..., Market]


def on_close(make_market: MakeMarket, name: str, close: list[float], *windows: int) -> FloatArray:
    market = make_market(close, available=~np.isnan(close))
    values: FloatArray = CATALOGUE[name](market, market.close, *windows)
    return values


def test_terminals_are_the_markets_own_arrays(make_market: MakeMarket) -> None:
    market = make_market([1.0, 2.0])
    for name in ("open", "high", "low", "close", "volume"):
        assert CATALOGUE[name](market) is getattr(market, name)


def test_returns_are_in_percent_and_never_across_a_hole(make_market: MakeMarket) -> None:
    close = [100.0, 110.0, 121.0, NAN, 100.0, 50.0, 25.0]
    market = make_market(close, available=~np.isnan(close))
    expected = [NAN, NAN, 21.0, NAN, NAN, NAN, -75.0]
    np.testing.assert_allclose(CATALOGUE["returns"](market, 2), expected, rtol=1e-14)


def test_sma_of_three(make_market: MakeMarket) -> None:
    values = on_close(make_market, "sma", [1.0, 2.0, 6.0, 7.0, NAN, 1.0, 1.0, 4.0], 3)
    np.testing.assert_array_equal(values, [NAN, NAN, 3.0, 5.0, NAN, NAN, NAN, 2.0])


def test_sma_of_a_constant_is_that_constant_to_the_bit(make_market: MakeMarket) -> None:
    values = on_close(make_market, "sma", [0.1] * 100, 24)
    assert set(values[23:]) == {0.1}


def test_ema_is_seeded_by_the_simple_mean_and_begins_afresh_after_a_hole(make_market: MakeMarket) -> None:
    # alpha = 2 / 4: 2, then 2 + (6 - 2) / 2 = 4; after the hole the mean of 3, 3, 9 and again half way to 1.
    values = on_close(make_market, "ema", [1.0, 2.0, 3.0, 6.0, NAN, 3.0, 3.0, 9.0, 1.0], 3)
    np.testing.assert_array_equal(values, [NAN, NAN, 2.0, 4.0, NAN, NAN, NAN, 5.0, 3.0])


def test_ema_waits_for_the_first_values_of_what_it_averages(make_market: MakeMarket) -> None:
    market = make_market([1.0, 3.0, 5.0, 9.0])
    # The simple averages are NaN, 2, 4, 7: their seed is 3, then two thirds of the way to 7.
    values = CATALOGUE["ema"](market, CATALOGUE["sma"](market, market.close, 2), 2)
    np.testing.assert_allclose(values, [NAN, NAN, 3.0, 3 + 4 * 2 / 3], rtol=1e-14)


def test_a_step_into_an_ema_weighs_under_1e_12_after_its_warm_up(make_market: MakeMarket) -> None:
    warm_up = CATALOGUE["ema"].warm_up_bars((8,))
    close = [2.0] * 8 + [1.0] * warm_up
    values = on_close(make_market, "ema", close, 8)
    assert abs(values[warm_up] - 1.0) < 1e-12 < abs(values[warm_up - 2] - 1.0)


def test_rsi_smooths_gains_and_losses_by_wilder(make_market: MakeMarket) -> None:
    # Changes +2, -1: gain 1, loss 0.5. Then +1: gain (1 + 1) / 2 = 1, loss 0.25. Then 0: 0.5, 0.125.
    values = on_close(make_market, "rsi", [10.0, 12.0, 11.0, 12.0, 12.0], 2)
    np.testing.assert_allclose(values, [NAN, NAN, 100 / 1.5, 80.0, 80.0], rtol=1e-14)


def test_rsi_is_unknown_where_price_never_moved_or_stood_still_for_seven_windows(make_market: MakeMarket) -> None:
    assert np.isnan(on_close(make_market, "rsi", [5.0] * 20, 2)).all()
    values = on_close(make_market, "rsi", [5.0, 6.0, 5.5] + [5.5] * 14 + [5.6], 2)
    known = np.flatnonzero(~np.isnan(values))
    np.testing.assert_array_equal(known, [*range(2, 16), 17])


def test_rsi_begins_afresh_after_a_hole(make_market: MakeMarket) -> None:
    values = on_close(make_market, "rsi", [1.0, 2.0, 3.0, NAN, 9.0, 8.0, 9.0], 2)
    np.testing.assert_allclose(values, [NAN, NAN, 100.0, NAN, NAN, NAN, 50.0], rtol=1e-14)


def test_atr_is_a_percentage_of_the_close_and_sees_gaps(make_market: MakeMarket) -> None:
    # True ranges, each from the close before: 13 - 10 = 3, 12 - 11 = 1, 20 - 11 = 9; averages 2, then (2 + 9) / 2.
    market = make_market(
        [10.0, 12.0, 11.0, 20.0],
        high=[11.0, 13.0, 11.5, 20.0],
        low=[9.0, 12.0, 11.0, 18.0],
        close=[10.0, 12.0, 11.0, 20.0],
    )
    np.testing.assert_allclose(CATALOGUE["atr"](market, 2), [NAN, NAN, 200 / 11, 27.5], rtol=1e-14)


def test_zscore_of_three(make_market: MakeMarket) -> None:
    # 1, 2, 6: mean 3, squares 4 + 1 + 9, deviation sqrt(7). 2, 6, 7: mean 5, squares 9 + 1 + 4.
    values = on_close(make_market, "zscore", [1.0, 2.0, 6.0, 7.0], 3)
    np.testing.assert_allclose(values, [NAN, NAN, 3 / sqrt(7), 2 / sqrt(7)], rtol=1e-14)


def test_zscore_is_unknown_where_nothing_varies(make_market: MakeMarket) -> None:
    assert np.isnan(on_close(make_market, "zscore", [0.1] * 50, 24)).all()
    # A ten-thousand-millionth of the price is rounding, a millionth is a tick.
    assert np.isnan(on_close(make_market, "zscore", [1.0, 1.0 + 1e-10], 2)).all()
    assert on_close(make_market, "zscore", [1.0, 1.0 + 1e-6], 2)[1] == pytest.approx(sqrt(0.5), rel=1e-9)


def test_rank_is_from_0_to_100_and_shares_ties(make_market: MakeMarket) -> None:
    values = on_close(make_market, "rank", [1.0, 2.0, 3.0, 3.0, 0.0, 3.0, 3.0, 3.0], 3)
    # 3 over 1, 2; 3 level with a 3 over 2; 0 under all; 3 level with one, over 0, twice; then all level.
    np.testing.assert_array_equal(values, [NAN, NAN, 100.0, 75.0, 0.0, 75.0, 75.0, 50.0])


def test_lowest_and_highest_of_two(make_market: MakeMarket) -> None:
    close = [3.0, 1.0, 2.0, NAN, 5.0, 4.0, 7.0]
    lowest = [NAN, 1.0, 1.0, NAN, NAN, 4.0, 4.0]
    highest = [NAN, 3.0, 2.0, NAN, NAN, 5.0, 7.0]
    np.testing.assert_array_equal(on_close(make_market, "rolling_min", close, 2), lowest)
    np.testing.assert_array_equal(on_close(make_market, "rolling_max", close, 2), highest)


def test_gap_is_in_percent(make_market: MakeMarket) -> None:
    market = make_market([100.0, 50.0], close=[101.0, 25.0])
    np.testing.assert_allclose(CATALOGUE["gap"](market, market.close, market.open), [1.0, -50.0], rtol=1e-12)


def test_funding_rate_is_in_basis_points_an_hour(make_market: MakeMarket) -> None:
    rates = [0.0, 0.0, 3e-4, 0.0, -1e-4, NAN, 0.0, 1e-4]
    market = make_market([1.0] * 8, funding_rate=rates)
    np.testing.assert_allclose(
        CATALOGUE["funding_rate"](market, 2), [NAN, 0.0, 1.5, 1.5, -0.5, NAN, NAN, 0.5], rtol=1e-12, atol=1e-15
    )
    four_hours = replace(market, interval_ms=INTERVALS_MS["4h"])
    assert CATALOGUE["funding_rate"](four_hours, 2)[2] == pytest.approx(1.5 / 4)


def test_funding_of_a_bar_without_trading_is_unknown(make_market: MakeMarket) -> None:
    market = make_market([1.0] * 4, funding_rate=[1e-4] * 4, available=[True, False, True, True])
    np.testing.assert_allclose(CATALOGUE["funding_rate"](market, 2), [NAN, NAN, NAN, 1.0], rtol=1e-12)


@pytest.mark.parametrize(("interval", "bars"), [("1m", 480), ("1h", 8), ("4h", 2), ("8h", 1), ("1d", 1)])
def test_funding_zscore_compares_sums_over_eight_hours(interval: str, bars: int, make_market: MakeMarket) -> None:
    # One settlement of 1 as the last bar: the last two sums are 0 and 1, whose z-score is sqrt(1 / 2).
    rates = [0.0] * bars + [1.0]
    market = replace(make_market([1.0] * (bars + 1), funding_rate=rates), interval_ms=INTERVALS_MS[interval])
    values = CATALOGUE["funding_zscore"](market, 2)
    assert np.isnan(values[:-1]).all()
    assert values[-1] == pytest.approx(sqrt(0.5))
    assert CATALOGUE["funding_zscore"].warm_up_bars((2,)) >= bars


def test_funding_at_its_floor_is_no_signal(make_market: MakeMarket) -> None:
    rates = [2e-5] * 20 + [1.25e-5] * 60
    market = make_market([1.0] * 80, funding_rate=rates)
    known = ~np.isnan(CATALOGUE["funding_zscore"](market, 24))
    # The first window is full at bar 7 + 23; the last sum with a higher rate ends at bar 26, and is seen until bar 49.
    np.testing.assert_array_equal(np.flatnonzero(known), range(30, 50))


def test_overflow_is_unknown_and_passes(make_market: MakeMarket) -> None:
    market = make_market([5e-324, 1.7e308, 1.7e308, 5e-324, *[1.0, 2.0] * 20])
    cases: list[tuple[str, list[Any]]] = [
        ("returns", [3]), ("rsi", [market.close, 3]), ("atr", [3]), ("ema", [market.close, 3]),
        ("sma", [market.close, 3]), ("zscore", [market.close, 3]), ("gap", [market.close, market.close]),
    ]  # fmt: skip
    for name, arguments in cases:
        with np.errstate(all="ignore"):  # the same code, run without compiling it, warns
            values = CATALOGUE[name](market, *arguments)
        assert not np.isinf(values).any()
        assert np.isfinite(values[-1])


def test_anchors_lie_on_the_calendar(make_market: MakeMarket) -> None:
    market = make_market([1.0] * 30)
    # 2024-01-01 00:00 is hour 473,352 since 1970: 4 hours past a multiple of 17, and a multiple of 24.
    assert [first_anchor(market, window) for window in (1, 17, 24)] == [0, 13, 0]
    later = replace(market, time_ms=market.time_ms + INTERVALS_MS["1h"])
    assert [first_anchor(later, window) for window in (1, 17, 24)] == [0, 12, 23]
