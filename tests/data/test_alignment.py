"""One calendar, holes that stay holes, and funding that is known exactly where it is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.alignment import align, cut, refuse_strangers, settle
from data.bars import Funding
from data.errors import DataError
from data.intervals import HOUR_MS
from data.market import Market

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
Make = Callable[..., Any]
NAN = np.nan


def rates_on(hours: range | list[int], funding: Funding, bar_hours: int = 1) -> list[float]:
    """Return funding rates in hundredths of a percent on a calendar that opens at the given hours."""
    calendar = MIDNIGHT_MS + HOUR_MS * np.array(hours, dtype=np.int64)
    rates, _ = settle(funding, calendar, np.full(len(hours), 100.0), bar_hours * HOUR_MS)
    return [float(value) for value in np.round(rates * 10_000, 6)]


def test_the_calendar_is_the_union_of_the_bars(make_bars: Make) -> None:
    histories = {"B": (make_bars([2, 3, 5]), None), "A": (make_bars([1, 2, 3]), None)}
    a, b = align(histories, venue="venue", interval_ms=HOUR_MS)
    assert (a.coin, b.coin) == ("A", "B")
    assert ((a.time_ms - MIDNIGHT_MS) // HOUR_MS).tolist() == [1, 2, 3, 4, 5]
    assert a.is_available.tolist() == [True, True, True, False, False]
    assert b.is_available.tolist() == [False, True, True, False, True]
    np.testing.assert_array_equal(b.close, [NAN, 100.0, 100.0, NAN, 100.0])
    np.testing.assert_array_equal(b.volume, [NAN, 5.0, 5.0, NAN, 5.0])


def test_instruments_know_listing_and_funding_period(make_bars: Make, make_funding: Make) -> None:
    histories = {"BTC": (make_bars([3, 4, 5]), make_funding([0, 8, 16]))}
    (market,) = align(histories, venue="venue", interval_ms=HOUR_MS)
    assert market.instrument.listed_ms == MIDNIGHT_MS + 3 * HOUR_MS
    assert market.instrument.funding_period_ms == 8 * HOUR_MS
    assert (market.instrument.venue, market.instrument.lot_size) == ("venue", 1e-5)


def test_without_funding_all_of_it_is_unknown(make_bars: Make) -> None:
    (market,) = align({"BTC": (make_bars([0, 1]), None)}, venue="venue", interval_ms=HOUR_MS)
    assert np.isnan(market.funding_rate).all()
    assert np.isnan(market.funding_cost).all()


def test_a_settlement_belongs_to_the_bar_that_opens_with_it(make_funding: Make) -> None:
    # Eight-hourly, known from the settlement at hour 1 until the next would be due at hour 17.
    known = rates_on(range(20), make_funding([1, 9], [0.0001, 0.0002]))
    assert known == pytest.approx([NAN, 1, *[0] * 7, 2, *[0] * 7, NAN, NAN, NAN], nan_ok=True)


def test_a_settlement_between_opens_belongs_to_the_next_bar(make_funding: Make) -> None:
    known = rates_on([0, 1, 2, 3, 4], make_funding([0.5, 1.5, 2.5, 3.5], [0.0001, 0.0002, 0.0003, 0.0004]))
    assert known == pytest.approx([NAN, 1, 2, 3, 4], nan_ok=True)


def test_settlements_inside_a_long_bar_add_up(make_funding: Make) -> None:
    # Four-hour bars: the bar that opens at hour 4 gets hours 1, 2, 3, 4; hours 13 to 16 are not all known.
    hours = list(range(15))
    known = rates_on([0, 4, 8, 12, 16], make_funding(hours, [0.0001 * hour for hour in hours]), bar_hours=4)
    assert known == pytest.approx([NAN, 10, 26, 42, NAN], nan_ok=True)


def test_a_gap_in_the_settlements_is_unknown_until_the_next(make_funding: Make) -> None:
    # Eight-hourly without hour 16: nothing is known from the missed settlement to the one at 24.
    known = rates_on(range(30), make_funding([0, 8, 24, 32]))
    assert known[8:16] == [1.0] + [0.0] * 7
    assert np.isnan(known[16:24]).all()
    assert known[24:] == [1.0] + [0.0] * 5


def test_a_late_settlement_is_no_gap(make_funding: Make) -> None:
    # 12 hours is exactly 1.5 times the usual spacing, and not more.
    assert rates_on(range(8, 21), make_funding([0, 8, 20, 28])) == [1.0, *[0.0] * 11, 1.0]


def test_on_long_bars_a_gap_is_unknown_where_a_settlement_is_missing(make_funding: Make) -> None:
    # Daily bars; hour 56 of 0, 8, 16, ... is missing. It belongs to the bar that opens at hour 72.
    hours = [hour for hour in range(0, 121, 8) if hour != 56]
    known = rates_on([24, 48, 72, 96, 120], make_funding(hours), bar_hours=24)
    assert known == pytest.approx([3, 3, NAN, 3, 3], nan_ok=True)


def test_a_missing_settlement_at_midnight_belongs_to_the_day_that_ends_there(make_funding: Make) -> None:
    hours = [hour for hour in range(0, 121, 8) if hour != 72]
    known = rates_on([24, 48, 72, 96, 120], make_funding(hours), bar_hours=24)
    assert known == pytest.approx([3, 3, NAN, 3, 3], nan_ok=True)


def test_cost_is_paid_at_the_oracle_price_or_at_the_open(make_funding: Make) -> None:
    rates = [0.0, 0.0, 0.001, 0.002, 0.003, -0.004]
    funding = make_funding([-2, -1, 0, 0.5, 1, 2], rates, [NAN, NAN, 50.0, 60.0, NAN, NAN])
    calendar = MIDNIGHT_MS + HOUR_MS * np.arange(3)
    opens = np.array([100.0, 200.0, 300.0])
    _, costs = settle(funding, calendar, opens, HOUR_MS)
    # 0.001 x 50; 0.002 x 60 + 0.003 x 200; -0.004 x 300
    np.testing.assert_allclose(costs, [0.05, 0.72, -1.2], rtol=1e-12)


def test_cost_without_oracle_is_unknown_in_a_hole_only_where_something_settles(make_funding: Make) -> None:
    calendar = MIDNIGHT_MS + HOUR_MS * np.arange(3)
    rates, costs = settle(make_funding([0, 2]), calendar, np.array([100.0, NAN, NAN]), HOUR_MS)
    np.testing.assert_allclose(rates, [0.0001, 0.0, 0.0001])
    np.testing.assert_allclose(costs, [0.01, 0.0, NAN])


@given(st.sets(st.integers(0, 60), min_size=3), st.integers(0, 20), st.integers(1, 40))
def test_known_rates_add_up_to_the_settlements_between_them(hours: set[int], first: int, n_bars: int) -> None:
    stamps = MIDNIGHT_MS + HOUR_MS * np.array(sorted(hours), dtype=np.int64)
    calendar = MIDNIGHT_MS + HOUR_MS * (first + np.arange(n_bars))
    rates, _ = settle(Funding(stamps, np.ones(stamps.size)), calendar, np.ones(n_bars), HOUR_MS)
    for hour, rate in zip(range(first, first + n_bars), rates, strict=True):
        if hour in hours:
            # A bar as long as the shortest spacing holds one settlement, which is there.
            assert rate == 1.0
        else:
            assert np.isnan(rate) or rate == 0.0


def coins(make_bars: Make, hours: dict[str, list[int]]) -> tuple[Market, ...]:
    histories = {coin: (make_bars(list_of_hours), None) for coin, list_of_hours in hours.items()}
    return align(histories, venue="venue", interval_ms=HOUR_MS)


def test_coins_that_do_not_overlap_are_refused(make_bars: Make) -> None:
    with pytest.raises(DataError, match=r"do not overlap: A shares no bar .* 2024-01-01 00:00 to 2024-01-01 01:00"):
        refuse_strangers(coins(make_bars, {"A": [0, 1], "B": [2, 3]}))
    with pytest.raises(DataError, match="do not overlap: C shares no bar with any other of A, B, C"):
        refuse_strangers(coins(make_bars, {"A": [0, 1], "B": [1, 2], "C": [5, 6]}))


def test_one_coin_and_coins_that_meet_in_a_chain_are_accepted(make_bars: Make) -> None:
    refuse_strangers(coins(make_bars, {"A": [0, 1]}))
    refuse_strangers(coins(make_bars, {"A": [0, 1], "B": [1, 2], "C": [2, 3]}))
    with pytest.raises(DataError, match="coins do not overlap"):
        refuse_strangers(coins(make_bars, {"A": [0, 1], "C": [2, 3]}))


def test_a_cut_holds_bars_that_open_after_the_start_and_close_before_the_end(make_bars: Make) -> None:
    markets = coins(make_bars, {"A": [0, 1, 2, 3, 4, 5]})
    (market,) = cut(markets, start_ms=MIDNIGHT_MS + HOUR_MS, end_ms=MIDNIGHT_MS + 4 * HOUR_MS)
    assert ((market.time_ms - MIDNIGHT_MS) // HOUR_MS).tolist() == [1, 2, 3]
    (market,) = cut(markets, start_ms=MIDNIGHT_MS + 1, end_ms=MIDNIGHT_MS + 4 * HOUR_MS - 1)
    assert ((market.time_ms - MIDNIGHT_MS) // HOUR_MS).tolist() == [1, 2]


def test_a_cut_forgets_what_was_not_yet_known(make_bars: Make) -> None:
    a, b = cut(coins(make_bars, {"A": [0, 1, 2, 3], "B": [2, 3]}), end_ms=MIDNIGHT_MS + 2 * HOUR_MS)
    assert a.instrument.listed_ms == MIDNIGHT_MS
    assert b.instrument.listed_ms is None
    assert not b.is_available.any()


def test_a_cut_to_less_than_two_bars_is_refused(make_bars: Make) -> None:
    markets = coins(make_bars, {"A": [0, 1, 2]})
    with pytest.raises(DataError, match="1 bars lie between the border of the history and 2024-01-01 01:00"):
        cut(markets, end_ms=MIDNIGHT_MS + HOUR_MS)
    with pytest.raises(DataError, match="0 bars lie between 2024-01-02 00:00 and the border"):
        cut(markets, start_ms=MIDNIGHT_MS + 24 * HOUR_MS)
