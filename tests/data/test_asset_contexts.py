"""A day of the archive, read strictly: what is a day, what is left out, what is refused."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import lz4.frame
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from data.errors import DataError
from data.hyperliquid import asset_contexts
from data.hyperliquid.asset_contexts import Day, read_day
from data.hyperliquid.kept_days import KeptDays
from data.sources.archive_days import midnight_ms
from tests.support.asset_ctxs import HEADER, made_up_day, packed, row

DAY = date(2025, 1, 2)
OLD = date(2023, 5, 21)
START_MS = midnight_ms(DAY)
MINUTE_MS = 60_000


def read(content: bytes, day: date = DAY) -> Day:
    return read_day(io.BytesIO(content), day)


def test_a_day_is_read_by_coin_in_order_of_time() -> None:
    lines = [
        "2025-01-02T00:01:00Z,ETH,-0.00002,7.5,3000,99.5,-0.0004,3001,3002,3003,3002.5,3003.5",
        "2025-01-02T00:00:00Z,kPEPE,0.0000125,1,0.02,3,,0.021,0.022,,,",
        "2025-01-02T00:00:00Z,ETH,0.0000125,7,3000,99,0.0005,3001,3002,0,null,0.0",
    ]
    day = read(packed(lines))
    assert sorted(day.coins) == ["ETH", "kPEPE"]
    ether = day.coins["ETH"]
    assert (ether.time_ms - START_MS).tolist() == [0, MINUTE_MS]
    assert ether.funding_rate.tolist() == [1.25e-5, -2e-5]
    assert ether.open_interest.tolist() == [7.0, 7.5]
    assert ether.day_notional_volume.tolist() == [99.0, 99.5]
    assert ether.premium.tolist() == [5e-4, -4e-4]
    assert (ether.oracle_price.tolist(), ether.mark_price.tolist()) == ([3001.0, 3001.0], [3002.0, 3002.0])
    # An empty book is nothing, null or zero.
    np.testing.assert_array_equal(ether.mid_price, [np.nan, 3003.0])
    np.testing.assert_array_equal(ether.bid_price, [np.nan, 3002.5])
    np.testing.assert_array_equal(ether.ask_price, [np.nan, 3003.5])
    pepe = day.coins["kPEPE"]
    assert np.isnan([pepe.mid_price[0], pepe.premium[0], pepe.bid_price[0], pepe.ask_price[0]]).all()
    assert day.notes == ()


def test_rows_that_cannot_be_are_left_out_and_counted() -> None:
    lines = [row(START_MS + MINUTE_MS * minute, "BTC", 100.0) for minute in range(20)]
    lines[7] = row(START_MS + MINUTE_MS * 7, "BTC", 0.0)
    day = read(packed(lines))
    assert len(day.coins["BTC"]) == 19
    assert "1 of 20 rows left out" in day.notes[0]
    again, odd = row(START_MS, "BTC", 101.0), row(START_MS, "B;rm", 100.0)
    more = read(packed([*lines, again, odd]))
    assert (list(more.coins), more.coins["BTC"].mark_price.tolist()) == (["BTC"], [100.0] * 19)
    assert "3 of 22 rows left out" in more.notes[0]
    lines[:10] = [row(START_MS + MINUTE_MS * minute, "BTC", 0.0) for minute in range(10)]
    assert len(read(packed(lines)).coins["BTC"]) == 10
    lines[10] = row(START_MS + MINUTE_MS * 10, "BTC", 0.0)
    with pytest.raises(DataError, match="11 of 20 rows are impossible; the day is left out"):
        read(packed(lines))


def day_of(rate: str, n_rows: int = 30, start_ms: int = START_MS) -> list[str]:
    return [row(start_ms + MINUTE_MS * minute, "BTC", 100.0, funding=rate) for minute in range(n_rows)]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (day_of("0.0001"), "funding is for 8 hours, as a fraction; allowed is an hour, as a fraction"),
        (day_of("0.00125"), "funding is for an hour, in percent"),
        (day_of("0.01"), "funding is for 8 hours, in percent"),
        (day_of("0.0000125", 20) + day_of("0.0001", 30)[20:], "mixed units, an hour, as a fraction and 8 hours, as"),
        ([], "it has no rows"),
        (day_of("0.0000125", start_ms=START_MS - MINUTE_MS), "1 rows of another day, first at '2025-01-01 23:59"),
        ([row(START_MS, "B;rm", 100.0)], "1 of 1 rows are impossible"),
        ([row(START_MS, "BTC", 100.0).replace("1000.5", "inf")], "open_interest has values that are no numbers"),
        ([row(START_MS, "BTC", 100.0).replace("1000.5", "nan")], "open_interest has values that are no numbers"),
        ([row(START_MS, "BTC", 100.0).replace("1000.5", "1,000")], "CSV parse error: Expected 12 columns, got 13"),
        ([row(START_MS, "BTC", 100.0).replace("Z", "")], "allowed is CSV with the columns time, coin"),
        ([row(START_MS, "BTC", 100.0).replace("100.0", "dear")], "conversion error"),
    ],
)
def test_what_is_no_day_of_contexts_is_refused(lines: list[str], said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(packed(lines))


def test_a_column_less_is_refused_and_one_more_is_not() -> None:
    line = row(START_MS, "BTC", 100.0)
    with pytest.raises(DataError, match="mark_px"):
        read(packed([line], HEADER.replace("mark_px", "markPx")))
    more = [f"{row(START_MS + MINUTE_MS * minute, 'BTC', 100.0)},7" for minute in range(3)]
    assert len(read(packed(more, f"{HEADER},day_base_vlm")).coins["BTC"]) == 3


def test_before_june_2023_the_unit_is_told_by_the_rates() -> None:
    start_ms = midnight_ms(OLD)
    eighth = read(packed(day_of("0.0001", start_ms=start_ms)), OLD)
    assert eighth.coins["BTC"].funding_rate[0] == pytest.approx(1.25e-5)
    hourly = read(packed(day_of("0.0000125", start_ms=start_ms)), OLD)
    assert hourly.coins["BTC"].funding_rate[0] == 1.25e-5
    untold = read(packed(day_of("0.00003", start_ms=start_ms)), OLD)
    assert np.isnan(untold.coins["BTC"].funding_rate).all()
    assert "cannot be told; it is unknown" in untold.notes[0]
    assert read(packed(day_of("0.00003"))).coins["BTC"].funding_rate[0] == 3e-5


def test_a_file_that_is_cut_damaged_or_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = made_up_day(DAY, 2)
    half = len(whole) // 2
    with pytest.raises(DataError, match="cut short after"):
        read(whole[:half])
    with pytest.raises(DataError, match="not packed as an LZ4 frame"):
        read(b"<html>no file</html>" * 9)
    with pytest.raises(DataError, match="cut short after 0 bytes"):
        read(b"")
    flipped = bytearray(whole)
    flipped[half] ^= 0xFF
    with pytest.raises(DataError, match="the day is left out"):
        read(bytes(flipped))
    two_frames = packed(day_of("0.0000125")[:9]) + lz4.frame.compress("\n".join(day_of("0.0000125")[9:]).encode())
    assert len(read(two_frames).coins["BTC"]) == 30
    monkeypatch.setattr(asset_contexts, "MOST_BYTES", 1 << 20)
    with pytest.raises(DataError, match="more than 1 MiB unpacked"):
        read(lz4.frame.compress(bytes(1 << 24)))


def test_a_kept_day_gives_back_each_coin_alone(tmp_path: Path) -> None:
    found = read(made_up_day(DAY, 14))
    days = KeptDays(tmp_path / "days")
    assert days.find(DAY) is None
    kept = days.keep(DAY, "tag", Day(found.coins, ("a note",)))
    for opened in (kept, days.find(DAY)):
        assert opened is not None
        assert (opened.tag, opened.notes, sorted(opened.rows)) == ("tag", ("a note",), sorted(found.coins))
        for coin, contexts in found.coins.items():
            read_back = opened.read(coin)
            assert read_back is not None
            for name in ("time_ms", "mid_price", "funding_rate", "ask_price"):
                np.testing.assert_array_equal(getattr(read_back, name), getattr(contexts, name))
        assert opened.read("NONE") is None
        opened.verify()
    days.keep(OLD, "tag", Day({}, ("why",))).verify()
    content = kept.path.read_bytes()
    kept.path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=r"is damaged: .*; delete it, and its day is fetched and paid for again"):
        days.find(DAY)
    flipped = bytearray(content)
    flipped[len(content) // 3] ^= 1
    kept.path.write_bytes(bytes(flipped))
    with pytest.raises(DataError, match="is damaged"):
        kept.verify()


def test_one_flipped_bit_never_gives_a_coin_the_prices_of_another(tmp_path: Path) -> None:
    """What says whose rows are whose stands where Parquet has no checksum: of 1,440 rows it once gave 1,376, or a
    neighbour's.
    """
    coins = ("BTC", "ETH", "SOL")
    lines = [
        row(START_MS + MINUTE_MS * n, coin, 100.0 * place + n) for n in range(9) for place, coin in enumerate(coins, 1)
    ]
    found = read(packed(lines))
    days = KeptDays(tmp_path)
    path = days.keep(DAY, "tag", found).path
    whole = path.read_bytes()
    n_refused = 0
    for place in range(len(whole) - int.from_bytes(whole[-8:-4], "little") - 8, len(whole), 5):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(bytes(damaged))
        try:
            kept = days.find(DAY)
            assert kept is not None
            assert kept.tag == "tag"
            read_back = {coin: kept.read(coin) for coin in kept.rows}
        except DataError:
            n_refused += 1
            continue
        for coin in coins:
            assert read_back[coin].mark_price.tolist() == found.coins[coin].mark_price.tolist(), place
    assert n_refused > 200


def test_days_of_a_version_without_a_hash_are_fetched_again(tmp_path: Path) -> None:
    table = pa.table({"time_ms": [START_MS]})
    said = {"version": "1", "tag": "tag", "rows": {"BTC": [0, 1]}, "notes": []}
    pa_parquet.write_table(table.replace_schema_metadata({"day": json.dumps(said)}), tmp_path / f"{DAY:%Y%m%d}.parquet")
    assert KeptDays(tmp_path).find(DAY) is None


def test_a_coin_without_a_name_costs_nobody_else_their_day() -> None:
    lines = [row(START_MS + MINUTE_MS * minute, "BTC", 100.0) for minute in range(20)]
    for name in ("", "null", "NULL", "nan"):
        day = read(packed([*lines, row(START_MS, name, 100.0)]))
        assert len(day.coins["BTC"]) == 20
