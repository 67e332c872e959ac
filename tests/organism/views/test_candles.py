"""Bars put together to candles, by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.bars import Bars, Funding
from data.errors import DataError
from data.intervals import DAY_MS, HOUR_MS
from organism.views.candles import (
    LENGTHS_MS,
    Candles,
    candle_length,
    candles,
    candles_json,
    price_line,
    span_line,
    stretch,
)

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
Build = Callable[..., Bars]


def at(hour: float) -> int:
    return MIDNIGHT_MS + round(HOUR_MS * hour)


def drawn(bars: Bars, places: int, funding: Funding | None = None) -> Candles:
    return candles(bars, funding, HOUR_MS, places, venue="test", coin="BTC", interval="1h")


def paid(hours: list[float], rates: list[float]) -> Funding:
    return Funding(np.array([at(hour) for hour in hours], dtype=np.int64), np.array(rates))


def test_bars_that_fit_are_candles_as_they_are(make_bars: Build) -> None:
    shown = drawn(make_bars([1, 2, 4], [10, 11, 12]), 4)
    assert (shown.candle_ms, shown.first_ms, shown.n_places, shown.end_ms) == (HOUR_MS, at(1), 4, at(5))
    assert shown.place.tolist() == [0, 1, 3]
    assert [shown.open.tolist(), shown.close.tolist()] == [[9, 10, 11], [10, 11, 12]]
    assert [shown.high.tolist(), shown.low.tolist()] == [[12, 13, 14], [8, 9, 10]]
    assert np.isnan(shown.funding).all()


def test_bars_that_do_not_fit_are_put_together_on_a_round_grid(make_bars: Build) -> None:
    # From 01:00 to 06:00 in at most four places: candles of two hours from 00:00 on.
    shown = drawn(make_bars([1, 2, 3, 6], [10, 20, 15, 30]), 4)
    assert (shown.candle_ms, shown.first_ms, shown.n_places, shown.n_bars) == (2 * HOUR_MS, at(0), 4, 4)
    assert shown.place.tolist() == [0, 1, 3]
    assert shown.open.tolist() == [9, 19, 29]
    assert shown.high.tolist() == [12, 22, 32]
    assert shown.low.tolist() == [8, 13, 28]
    assert shown.close.tolist() == [10, 15, 30]
    assert shown.volume.tolist() == [5, 10, 5]
    assert shown.change == pytest.approx(30 / 9 - 1)
    # What is said is the time of the bars, not that of the candles.
    assert span_line(shown) == "2024-01-01 01:00 to 2024-01-01 07:00 UTC, 4 bars, 2 h a candle"


def test_a_settlement_pays_for_the_time_before_it(make_bars: Build) -> None:
    # Every two hours 0.01 %: 12 a day, 365 days; what 06:00 pays began at 04:00, and what follows is unknown.
    shown = drawn(make_bars(range(8)), 8, paid([2, 4, 6], [0.0001, -0.0002, 0.0]))
    yearly = 12 * 365 * 0.0001
    assert shown.funding.tolist() == [
        pytest.approx(value, nan_ok=True) for value in [yearly] * 2 + [-2 * yearly] * 2 + [0.0] * 2 + [np.nan] * 2
    ]


def test_funding_of_a_candle_is_the_mean_of_what_is_known(make_bars: Build) -> None:
    shown = drawn(make_bars(range(8)), 2, paid([2, 4, 6], [0.0001, 0.0003, 0.0002]))
    yearly = 12 * 365 * 0.0001
    assert shown.candle_ms == 4 * HOUR_MS
    assert shown.funding.tolist() == [pytest.approx(2 * yearly), pytest.approx(2 * yearly)]


def test_funding_is_unknown_where_settlements_are_missing(make_bars: Build) -> None:
    # Hourly but for 03:00 to 05:00: what 06:00 pays is the hour before it alone.
    shown = drawn(make_bars(range(7)), 7, paid([1, 2, 6, 7], [0.0] * 4))
    assert np.isnan(shown.funding).tolist() == [False, False, True, True, True, False, False]


def test_funding_is_known_before_a_venue_came_to_settle_more_often(make_bars: Build) -> None:
    # Every eight hours up to midnight, every hour from then on.
    shown = drawn(make_bars(range(27)), 27, paid([0, 8, 16, 24, 25, 26, 27], [0.0008] * 4 + [0.0001] * 3))
    yearly = 24 * 365 * 0.0001
    assert shown.funding.tolist() == [pytest.approx(yearly)] * 27


def test_a_stretch_is_cut_by_time_and_by_number(make_bars: Build) -> None:
    bars = make_bars(range(10))

    def hours(cut: Bars) -> list[int]:
        return [int(time - MIDNIGHT_MS) // HOUR_MS for time in cut.time_ms]

    assert hours(stretch(bars)) == list(range(10))
    assert hours(stretch(bars, first_ms=at(2.5), end_ms=at(6))) == [3, 4, 5]
    assert hours(stretch(bars, end_ms=at(6), last=2)) == [4, 5]
    assert hours(stretch(bars, last=99)) == list(range(10))


@pytest.mark.parametrize(
    ("first", "end", "asked"),
    [
        (10, None, "from 2024-01-01 10:00 to the border of the history"),
        (None, 0, "from the border of the history to 2024-01-01 00:00"),
        (5, 5, "from 2024-01-01 05:00 to 2024-01-01 05:00"),
        (7, 3, "from 2024-01-01 07:00 to 2024-01-01 03:00"),
    ],
)
def test_a_stretch_without_bars_is_refused_with_what_there_is(
    first: int | None, end: int | None, asked: str, make_bars: Build
) -> None:
    bounds = {"first_ms": None if first is None else at(first), "end_ms": None if end is None else at(end)}
    with pytest.raises(DataError, match=f"no bars {asked}: there are bars from 2024-01-01 00:00 to 2024-01-01 09:00"):
        stretch(make_bars(range(10)), **bounds)


def test_json_and_headlines_say_what_is_drawn(make_bars: Build) -> None:
    shown = drawn(make_bars([0, 1, 3], [10, 11, 12]), 9, paid([0, 1, 2, 3], [0.0001] * 4))
    assert price_line(shown) == "BTC 1h of test: 12, +33.33 %"
    assert span_line(shown) == "2024-01-01 00:00 to 2024-01-01 04:00 UTC, 3 bars, 1 h a candle"
    value: dict[str, Any] = candles_json(shown)
    assert (value["bars"], value["candle_ms"], len(value["candles"])) == (3, HOUR_MS, 3)
    assert value["candles"][1] == {
        "time": "2024-01-01 01:00",
        "open": 10.0,
        "high": 13.0,
        "low": 9.0,
        "close": 11.0,
        "volume": 5.0,
        "funding_a_year": pytest.approx(0.876),
    }
    assert value["candles"][2]["funding_a_year"] is None


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.sampled_from([60_000, HOUR_MS, 8 * HOUR_MS, DAY_MS]), st.data())
def test_candles_always_fit_and_are_whole_bars(first: int, n_more: int, interval: int, data: st.DataObject) -> None:
    places = data.draw(st.integers(2, 300))
    first_ms = first * interval
    last_ms = first_ms + n_more * interval
    length = candle_length(first_ms, last_ms, interval, places)
    assert length % interval == 0
    assert last_ms // length - first_ms // length < places
    shorter = [size for size in LENGTHS_MS if size < length and size % interval == 0]
    assert all(last_ms // size - first_ms // size >= places for size in shorter)
