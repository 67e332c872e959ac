"""Contexts and quotes in the lake: by month, each once, and whatever is changed is refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from data.errors import DataError
from data.hyperliquid.wire import AssetContext, BestBidOffer, Candle, Level
from data.lake import Lake
from data.recording.quotes import keep_quotes, read_quotes
from data.recording.records import Record
from data.recording.sampled import keep_contexts

FEB_MS = 1_706_745_600_000  # 2024-02-01 00:00 UTC
JAN_MS = FEB_MS - 1
CONTEXT = AssetContext("BTC", 1e-5, 5.0, 100.0, None, 101.0, None, 7.0)
CANDLE = Candle(FEB_MS, FEB_MS + 59_999, "BTC", "1m", 1.0, 1.0, 1.0, 1.0, 1.0, 1)


def quote(time_ms: int, bid: float | None = 99.0, coin: str = "BTC") -> BestBidOffer:
    return BestBidOffer(coin, time_ms, None if bid is None else Level(bid, 2.0), Level(100.0, 3.0))


def keep(root: Path, *quotes: BestBidOffer) -> int:
    return keep_quotes(root, "hyperliquid", quotes, "test")


def rows(root: Path) -> list[dict[str, float]]:
    found: list[dict[str, float]] = read_quotes(root, "hyperliquid", "BTC").to_pylist()
    return found


def test_a_quote_is_what_was_told_and_lies_in_its_month(tmp_path: Path) -> None:
    assert keep(tmp_path, quote(FEB_MS), quote(JAN_MS, None)) == 2
    assert sorted(path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.parquet")) == [
        "quotes/venue=hyperliquid/coin=BTC/month=2024-01",
        "quotes/venue=hyperliquid/coin=BTC/month=2024-02",
    ]
    empty, full = rows(tmp_path)
    assert full == {"time_ms": FEB_MS, "bid_price": 99.0, "bid_size": 2.0, "ask_price": 100.0, "ask_size": 3.0}
    assert empty["time_ms"] == JAN_MS
    assert math.isnan(empty["bid_price"])
    # The histories beside them are as they were.
    assert list(Lake(tmp_path).list()) == []


def test_the_same_quotes_again_make_no_row_and_no_file_more(tmp_path: Path) -> None:
    for _ in range(2):
        keep(tmp_path, *(quote(FEB_MS + number) for number in range(5)))
    assert len(list(tmp_path.rglob("*.parquet"))) == 1
    assert len(rows(tmp_path)) == 5


def test_a_quote_that_is_told_again_after_a_reconnect_is_one_row(tmp_path: Path) -> None:
    keep(tmp_path, quote(FEB_MS), quote(FEB_MS + 1))
    keep(tmp_path, quote(FEB_MS + 1), quote(FEB_MS + 2))
    assert [row["time_ms"] - FEB_MS for row in rows(tmp_path)] == [0, 1, 2]
    # Another price at the same time is another row.
    keep(tmp_path, quote(FEB_MS + 1, 98.0))
    assert [row["bid_price"] for row in rows(tmp_path)] == [99.0, 98.0, 99.0, 99.0]


def test_quotes_that_came_out_of_order_are_read_in_order(tmp_path: Path) -> None:
    keep(tmp_path, quote(FEB_MS + 2), quote(FEB_MS))
    keep(tmp_path, quote(FEB_MS + 1), quote(FEB_MS, coin="ETH"))
    assert [row["time_ms"] - FEB_MS for row in rows(tmp_path)] == [0, 1, 2]
    assert read_quotes(tmp_path, "hyperliquid", "DOGE") is None


def test_a_changed_bit_is_refused(tmp_path: Path) -> None:
    keep(tmp_path, quote(FEB_MS))
    [path] = tmp_path.rglob("*.parquet")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="is damaged"):
        rows(tmp_path)


def test_a_coin_whose_name_is_no_name_of_the_lake_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a name"):
        keep(tmp_path, quote(FEB_MS, coin="xyz:TSLA"))
    assert not list(tmp_path.rglob("*.parquet"))


def test_contexts_are_a_history_of_the_lake_in_order_of_their_coming(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    later = AssetContext("BTC", 2e-5, 5.0, 102.0, 101.5, 101.0, -1e-3, 7.0)
    records = [Record(FEB_MS + 9, later), Record(FEB_MS + 7, CONTEXT), Record(FEB_MS + 9, CANDLE)]
    assert keep_contexts(lake, "hyperliquid", records, "test") == (2, [])
    assert keep_contexts(lake, "hyperliquid", records, "test") == (2, [])
    contexts = lake.read_contexts("hyperliquid", "BTC")
    assert contexts is not None
    assert contexts.time_ms.tolist() == [FEB_MS + 7, FEB_MS + 9]
    assert contexts.funding_rate.tolist() == [1e-5, 2e-5]
    assert contexts.mark_price.tolist() == [100.0, 102.0]
    assert np.isnan(contexts.mid_price).tolist() == [True, False]
    [entry] = lake.list()
    assert (entry.n_rows, entry.n_corrections) == (2, 0)


def test_a_context_that_no_venue_can_have_said_is_told_and_leaves_the_other_coins_alone(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    # Mark in dollars, oracle in cents.
    wrong = AssetContext("BTC", 1e-5, 5.0, 100.0, None, 10_100.0, None, 7.0)
    fine = AssetContext("ETH", 1e-5, 5.0, 100.0, None, 101.0, None, 7.0)
    count, problems = keep_contexts(lake, "hyperliquid", [Record(FEB_MS, wrong), Record(FEB_MS, fine)], "test")
    assert count == 1
    assert "mixed units" in problems[0]
    assert lake.read_contexts("hyperliquid", "BTC") is None
