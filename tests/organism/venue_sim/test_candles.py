"""Candles worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from data.market import Market, Universe
from organism.venue_sim.candles import CandleBook

START_MS = 1_704_067_200_000
HOUR_MS = 3_600_000


def book(market: Market, backfilled_until_ms: int = 0) -> CandleBook:
    return CandleBook(market, 1, backfilled_until_ms)


def test_a_candle_has_the_venues_fields(four_hours: Universe) -> None:
    (candle,) = book(four_hours["BTC"]).between("1h", START_MS, START_MS, START_MS + HOUR_MS)
    n_trades = candle.pop("n")
    assert candle == {
        "t": START_MS, "T": START_MS + HOUR_MS - 1, "s": "BTC", "i": "1h",
        "o": "100.0", "c": "103.0", "h": "104.0", "l": "99.0", "v": "60.0",
    }  # fmt: skip
    assert 1 <= n_trades <= 500


def test_start_and_end_are_inclusive_and_find_the_candles_they_lie_in(four_hours: Universe) -> None:
    now_ms = START_MS + 4 * HOUR_MS
    inside = book(four_hours["BTC"]).between("1h", START_MS + 2 * HOUR_MS - 1, START_MS + 3 * HOUR_MS, now_ms)
    assert [row["c"] for row in inside] == ["102.0", "106.0", "106.0"]
    assert len(book(four_hours["BTC"]).between("1h", START_MS + HOUR_MS, START_MS + HOUR_MS, now_ms)) == 1
    assert book(four_hours["BTC"]).between("1h", START_MS + HOUR_MS, START_MS, now_ms) == []


def test_hours_make_longer_candles(four_hours: Universe) -> None:
    two, other = book(four_hours["BTC"]).between("2h", START_MS, START_MS + 4 * HOUR_MS, START_MS + 4 * HOUR_MS)
    assert [two[key] for key in "ohlcv"] == ["100.0", "104.0", "99.0", "102.0", "120.0"]
    assert [other[key] for key in "ohlcv"] == ["102.0", "107.0", "101.0", "106.0", "120.0"]
    hours = book(four_hours["BTC"]).between("1h", START_MS, START_MS + 2 * HOUR_MS - 1, START_MS + 4 * HOUR_MS)
    assert two["n"] == sum(row["n"] for row in hours)


@pytest.mark.parametrize(
    ("minutes", "values"),
    [
        # A bar from 100 to 103 between 99 and 104 goes to 99 for 20 minutes, to 104 for 20, to 103 for 20.
        (10, ["100.0", "100.0", "99.5", "99.5", "10.0"]),
        (30, ["100.0", "101.5", "99.0", "101.5", "30.0"]),
        (45, ["100.0", "104.0", "99.0", "103.75", "45.0"]),
    ],
)
def test_the_candle_in_progress_is_what_has_passed_of_it(four_hours: Universe, minutes: int, values: list[str]) -> None:
    (candle,) = book(four_hours["BTC"]).between("1h", START_MS, START_MS + HOUR_MS, START_MS + minutes * 60_000)
    assert [candle[key] for key in "ohlcv"] == values
    assert candle["T"] == START_MS + HOUR_MS - 1
    assert candle["n"] >= 1


def test_a_longer_candle_in_progress_holds_its_bars_so_far(four_hours: Universe) -> None:
    # The second hour falls from 103 to 102 between 101 and 104: after 10 of its minutes, half way up to 104.
    now_ms = START_MS + HOUR_MS + 10 * 60_000
    (candle,) = book(four_hours["BTC"]).between("4h", 0, now_ms, now_ms)
    assert [candle[key] for key in "ohlcv"] == ["100.0", "104.0", "99.0", "103.5", "70.0"]


def test_nothing_of_a_bar_is_told_before_it_begins(four_hours: Universe) -> None:
    candles = book(four_hours["BTC"])
    assert candles.between("1h", 0, START_MS + 9 * HOUR_MS, START_MS) == []
    assert len(candles.between("1h", 0, START_MS + 9 * HOUR_MS, START_MS + HOUR_MS)) == 1


def test_only_the_newest_five_thousand_are_left(make_coin: Callable[..., Market]) -> None:
    market = make_coin([100.0 + index % 7 for index in range(5003)])
    after = START_MS + 5003 * HOUR_MS
    rows = book(market).between("1h", 0, after, after)
    assert [len(rows), rows[0]["t"], rows[-1]["t"]] == [5000, START_MS + 3 * HOUR_MS, START_MS + 5002 * HOUR_MS]
    # The one in progress is one of them.
    rows = book(market).between("1h", 0, after, after - 1)
    assert [len(rows), rows[0]["t"], rows[-1]["t"]] == [5000, START_MS + 3 * HOUR_MS, START_MS + 5002 * HOUR_MS]
    assert book(market).between("1h", 0, START_MS + 2 * HOUR_MS, after) == []


def test_a_gap_has_no_candle_and_no_longer_one_either(make_coin: Callable[..., Market]) -> None:
    market = make_coin([101.0, 102.0, 103.0, 104.0], available=[True, False, True, True])
    after = START_MS + 4 * HOUR_MS
    assert [row["t"] for row in book(market).between("1h", 0, after, after)] == [
        START_MS, START_MS + 2 * HOUR_MS, START_MS + 3 * HOUR_MS,
    ]  # fmt: skip
    assert [row["t"] for row in book(market).between("2h", 0, after, after)] == [START_MS + 2 * HOUR_MS]
    assert book(market).between("1h", START_MS + HOUR_MS, after, START_MS + HOUR_MS + 1) == []


def test_what_was_filled_in_later_has_no_trades(four_hours: Universe) -> None:
    rows = book(four_hours["BTC"], START_MS + HOUR_MS).between("1h", 0, START_MS + HOUR_MS, START_MS + 4 * HOUR_MS)
    assert [(row["v"], row["n"] > 0) for row in rows] == [("0.0", False), ("60.0", True)]


def test_candles_shorter_than_the_bars_are_none(four_hours: Universe) -> None:
    assert book(four_hours["BTC"]).between("15m", 0, START_MS + 4 * HOUR_MS, START_MS + 4 * HOUR_MS) == []


def test_months_follow_the_calendar(make_coin: Callable[..., Market]) -> None:
    market = make_coin([100.0] * 61, interval_ms=24 * HOUR_MS)
    after = START_MS + 61 * 24 * HOUR_MS
    january, february, march = book(market).between("1M", 0, after, after)
    assert (january["T"] + 1 - january["t"]) // (24 * HOUR_MS) == 31
    assert (february["T"] + 1 - february["t"]) // (24 * HOUR_MS) == 29  # 2024
    assert march["v"] == "60.0"  # one day of it


def test_the_same_moment_gives_the_same_candles_in_any_order(make_coin: Callable[..., Market]) -> None:
    market = make_coin([100.0 + index % 5 for index in range(50)])
    moments = np.random.default_rng(1).integers(START_MS + 1, START_MS + 50 * HOUR_MS, 20).tolist()
    forward, backward = book(market), book(market)
    told = {moment: forward.between("4h", 0, moment, moment) for moment in moments}
    assert {moment: backward.between("4h", 0, moment, moment) for moment in moments[::-1]} == told
    other = CandleBook(market, 2, 0)
    assert [row["n"] for row in other.between("1h", 0, moments[0], moments[0])] != [
        row["n"] for row in forward.between("1h", 0, moments[0], moments[0])
    ]
