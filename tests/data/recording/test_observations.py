"""Contexts and quotes in the lake: by month, each once, and whatever is changed is refused."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from data.errors import DataError
from data.hyperliquid.wire import AssetContext, BestBidOffer, Candle, Level
from data.lake import Lake
from data.recording.observations import keep_observations, read_observations
from data.recording.records import Record

FEB_MS = 1_706_745_600_000  # 2024-02-01 00:00 UTC
JAN_MS = FEB_MS - 1
CONTEXT = AssetContext("BTC", 1e-5, 5.0, 100.0, None, 101.0, None, 7.0)
CANDLE = Candle(FEB_MS, FEB_MS + 59_999, "BTC", "1m", 1.0, 1.0, 1.0, 1.0, 1.0, 1)


def quote(time_ms: int, bid: float | None = 99.0, received_ms: int | None = None, coin: str = "BTC") -> Record:
    told = BestBidOffer(coin, time_ms, None if bid is None else Level(bid, 2.0), Level(100.0, 3.0))
    return Record(time_ms + 50 if received_ms is None else received_ms, told)


def rows(root: Path, kind: str = "quotes", coin: str = "BTC") -> list[dict[str, float]]:
    found: list[dict[str, float]] = read_observations(root, kind, "hyperliquid", coin).to_pylist()  # type: ignore[arg-type]
    return found


def test_a_row_is_what_was_told_and_lies_in_its_month(tmp_path: Path) -> None:
    records = [quote(FEB_MS), quote(JAN_MS, None), Record(FEB_MS + 9, CONTEXT), Record(FEB_MS + 9, CANDLE)]
    assert keep_observations(tmp_path, "hyperliquid", records, "s") == {"contexts": 1, "quotes": 2}
    assert sorted(path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.parquet")) == [
        "contexts/venue=hyperliquid/coin=BTC/month=2024-02",
        "quotes/venue=hyperliquid/coin=BTC/month=2024-01",
        "quotes/venue=hyperliquid/coin=BTC/month=2024-02",
    ]
    empty, full = rows(tmp_path)
    assert full == {
        "time_ms": FEB_MS,
        "received_ms": FEB_MS + 50,
        "bid_price": 99.0,
        "bid_size": 2.0,
        "ask_price": 100.0,
        "ask_size": 3.0,
    }
    assert empty["time_ms"] == JAN_MS
    assert math.isnan(empty["bid_price"])
    [context] = rows(tmp_path, "contexts")
    assert (context["time_ms"], context["funding"], context["oracle_price"]) == (FEB_MS + 9, 1e-5, 101.0)
    assert math.isnan(context["mid_price"])
    # The lake beside them is as it was: no history of bars.
    assert list(Lake(tmp_path).list()) == []


def test_the_same_again_makes_no_row_and_no_file_more(tmp_path: Path) -> None:
    records = [quote(FEB_MS + number) for number in range(5)]
    for _ in range(2):
        keep_observations(tmp_path, "hyperliquid", records, "one segment")
    assert len(list(tmp_path.rglob("*.parquet"))) == 1
    assert len(rows(tmp_path)) == 5


def test_a_quote_that_is_told_again_after_a_reconnect_is_one_row(tmp_path: Path) -> None:
    keep_observations(tmp_path, "hyperliquid", [quote(FEB_MS), quote(FEB_MS + 1)], "one")
    keep_observations(tmp_path, "hyperliquid", [quote(FEB_MS + 1, received_ms=FEB_MS + 9_000)], "two")
    assert [row["time_ms"] for row in rows(tmp_path)] == [FEB_MS, FEB_MS + 1]
    # Another price at the same time is another row.
    keep_observations(tmp_path, "hyperliquid", [quote(FEB_MS + 1, 98.0)], "three")
    assert [row["bid_price"] for row in rows(tmp_path)] == [99.0, 98.0, 99.0]


def test_quotes_that_came_out_of_order_are_read_in_order(tmp_path: Path) -> None:
    keep_observations(tmp_path, "hyperliquid", [quote(FEB_MS + 2), quote(FEB_MS)], "one")
    keep_observations(tmp_path, "hyperliquid", [quote(FEB_MS + 1), quote(FEB_MS, coin="ETH")], "two")
    assert [row["time_ms"] - FEB_MS for row in rows(tmp_path)] == [0, 1, 2]
    assert read_observations(tmp_path, "quotes", "hyperliquid", "DOGE") is None


def test_a_changed_bit_is_refused(tmp_path: Path) -> None:
    keep_observations(tmp_path, "hyperliquid", [quote(FEB_MS)], "one")
    [path] = tmp_path.rglob("*.parquet")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="is damaged"):
        rows(tmp_path)


def test_a_coin_whose_name_is_no_name_of_the_lake_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a name"):
        keep_observations(tmp_path, "hyperliquid", [quote(FEB_MS, coin="xyz:TSLA")], "one")
    assert not list(tmp_path.rglob("*.parquet"))
