"""Files in three formats say the same, and whatever could be read in two ways is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.feather as pa_feather
import pyarrow.parquet as pa_parquet
import pytest

from data.errors import DataError
from data.sources.files import read_bars, read_funding

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
HOUR_MS = 3_600_000
TIMES = [MIDNIGHT_MS, MIDNIGHT_MS + HOUR_MS, MIDNIGHT_MS + 2 * HOUR_MS]
SERIES = {
    "open": [100.0, 101.0, 102.0],
    "high": [103.0, 104.0, 105.0],
    "low": [99.0, 98.0, 97.0],
    "close": [101.0, 102.0, 103.0],
    "volume": [1.0, 0.0, 2.5],
}


def bars_table(times: Any, name: str = "ts", **changes: Any) -> Any:
    return pa.table({name: times, **SERIES, **changes})


def zoned(unit: str = "ms", zone: str | None = "UTC") -> Any:
    return pa.array(TIMES, pa.timestamp("ms", zone)).cast(pa.timestamp(unit, zone))


def write(path: Path, table: Any) -> Path:
    if path.suffix == ".parquet":
        pa_parquet.write_table(table, path)
    elif path.suffix == ".feather":
        pa_feather.write_feather(table, path)
    else:
        pa_csv.write_csv(table, path)
    return path


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".feather"])
@pytest.mark.parametrize("name", ["ts", "date", "timestamp", "time", "Date"])
def test_every_format_and_name_of_the_time_column_gives_the_same_bars(tmp_path: Path, suffix: str, name: str) -> None:
    bars = read_bars(write(tmp_path / f"x{suffix}", bars_table(zoned(), name)))
    assert bars.time_ms.tolist() == TIMES
    assert bars.time_ms.dtype == np.int64
    for field, values in SERIES.items():
        assert getattr(bars, field).tolist() == values
        assert getattr(bars, field).dtype == np.float64


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_zoned_timestamps_of_any_unit_are_milliseconds(tmp_path: Path, unit: str) -> None:
    assert read_bars(write(tmp_path / "x.parquet", bars_table(zoned(unit)))).time_ms.tolist() == TIMES


def test_another_zone_is_the_same_moment(tmp_path: Path) -> None:
    table = bars_table(zoned(zone="America/New_York"))
    assert read_bars(write(tmp_path / "x.parquet", table)).time_ms.tolist() == TIMES


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_whole_milliseconds_are_accepted(tmp_path: Path, suffix: str) -> None:
    assert read_bars(write(tmp_path / f"x{suffix}", bars_table(TIMES))).time_ms.tolist() == TIMES


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_text_with_a_zone_is_accepted_and_an_offset_is_subtracted(tmp_path: Path, suffix: str) -> None:
    texts = ["2024-01-01T00:00:00Z", "2024-01-01 01:00:00+00:00", "2024-01-01T07:30:00+05:30"]
    assert read_bars(write(tmp_path / f"x{suffix}", bars_table(texts))).time_ms.tolist() == TIMES


def test_a_missing_number_is_nan(tmp_path: Path) -> None:
    bars = read_bars(write(tmp_path / "x.parquet", bars_table(TIMES, close=[1.0, None, 2.0])))
    assert np.isnan(bars.close).tolist() == [False, True, False]


def test_arrays_are_read_only(tmp_path: Path) -> None:
    bars = read_bars(write(tmp_path / "x.parquet", bars_table(TIMES)))
    with pytest.raises(ValueError, match="read-only"):
        bars.close[0] = 1.0


@pytest.mark.parametrize("name", ["funding_rate", "fundingRate", "rate"])
def test_funding_is_read_under_each_name(tmp_path: Path, name: str) -> None:
    table = pa.table({"ts": zoned(), name: [1e-4, -2e-4, 0.0], "premium": [None, 1.0, 2.0]})
    funding = read_funding(write(tmp_path / "x.parquet", table))
    assert funding.time_ms.tolist() == TIMES
    assert funding.rate.tolist() == [1e-4, -2e-4, 0.0]
    assert funding.oracle_price is None


def test_funding_keeps_the_oracle_price(tmp_path: Path) -> None:
    table = pa.table({"ts": TIMES, "rate": [0.0, 0.0, 0.0], "oracle_price": [10.0, None, 12.0]})
    oracle = read_funding(write(tmp_path / "x.parquet", table)).oracle_price
    assert oracle is not None
    np.testing.assert_array_equal(oracle, [10.0, np.nan, 12.0])


def test_freqtrade_funding_carries_the_rate_in_open(tmp_path: Path) -> None:
    zeros = [0.0, 0.0, 0.0]
    table = bars_table(zoned(), "date", open=[1e-4, 2e-4, 3e-4], high=zeros, low=zeros, close=zeros, volume=zeros)
    assert read_funding(write(tmp_path / "x.feather", table)).rate.tolist() == [1e-4, 2e-4, 3e-4]


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (zoned(zone=None), "without a zone"),
        (["2024-01-01 00:00:00"] * 3, "not a time with a zone, first '2024-01-01 00:00:00'|without a zone"),
        (["2024-01-01T00:00:00Z", "2024-01-01 01:00:00", "x"], "with a zone, first '2024-01-01 01:00:00'"),
        (["2024-01-01T00:00:00Z", "yesterdayZ", "2024-01-01T00:00:00Z"], "not a time with a zone"),
        ([time // 1000 for time in TIMES], "whole seconds .first 1704067200.*multiply by 1000"),
        ([time * 1000 for time in TIMES], "whole microseconds .*divide by 1000$"),
        ([time * 10**6 for time in TIMES], "whole nanoseconds .*divide by 1000000$"),
        ([TIMES[0], TIMES[1] // 1000, TIMES[2]], "mixed units .1 in seconds, 2 in milliseconds"),
        ([TIMES[0], TIMES[1] * 1000, TIMES[2]], "mixed units .2 in milliseconds, 1 in microseconds"),
        ([TIMES[0], 20240101, TIMES[2]], "20240101 is not a time between 2000 and 2100"),
        ([0, 1, 2], "0 is not a time between 2000 and 2100"),
        ([float(time) for time in TIMES], "type double; allowed are timestamps with a zone"),
        ([TIMES[0], None, TIMES[2]], "1 of 3 times are missing"),
        (pa.array([0, 1, 2], pa.date32()), "dates without a time of day"),
        (pa.array([time * 1000 + 1 for time in TIMES], pa.timestamp("us", "UTC")), "finer than a millisecond"),
    ],
)
@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
def test_times_that_could_be_read_in_two_ways_are_refused(
    tmp_path: Path, suffix: str, times: Any, message: str
) -> None:
    path = write(tmp_path / f"x{suffix}", bars_table(times))
    with pytest.raises(DataError, match=message) as caught:
        read_bars(path)
    assert str(path) in str(caught.value)


def test_csv_times_without_a_zone_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("ts,open,high,low,close,volume\n2024-01-01 00:00:00,1,1,1,1,1\n")
    with pytest.raises(DataError, match="without a zone"):
        read_bars(path)


@pytest.mark.parametrize("reader", [read_bars, read_funding])
def test_a_missing_file_is_named(tmp_path: Path, reader: Any) -> None:
    with pytest.raises(DataError, match=r"nothing.parquet does not exist"):
        reader(tmp_path / "nothing.parquet")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a file"):
        read_bars(tmp_path)


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"1")
    with pytest.raises(DataError, match=r"ends in '.xlsx': allowed endings are .parquet or .csv or .feather"):
        read_bars(path)


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.95])
def test_a_truncated_file_is_refused(tmp_path: Path, suffix: str, share: float) -> None:
    path = write(tmp_path / f"x{suffix}", bars_table(zoned()))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(DataError, match="truncated, damaged"):
        read_bars(path)


@pytest.mark.parametrize("content", [b"", b"ts,open\n1,2,3\n", b"\xff\xfe\x00\x00"])
def test_a_csv_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"truncated, damaged|no column"):
        read_bars(path)


def test_a_csv_with_a_header_alone_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("ts,open,high,low,close,volume\n")
    with pytest.raises(DataError, match="is empty: it has no rows"):
        read_bars(path)


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    path = write(tmp_path / "x.parquet", bars_table(TIMES).drop_columns(["low"]))
    with pytest.raises(DataError, match="no column low: its columns are ts, open, high, close, volume"):
        read_bars(path)


def test_two_columns_of_times_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.parquet", bars_table(TIMES, date=TIMES))
    with pytest.raises(DataError, match="columns ts or date, which mean the same"):
        read_bars(path)


def test_columns_that_differ_in_case_alone_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.parquet", bars_table(TIMES, Close=[1.0, 2.0, 3.0]))
    with pytest.raises(DataError, match="more than one column close"):
        read_bars(path)


def test_text_among_prices_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", bars_table(TIMES, open=["1", "two", "3"]))
    with pytest.raises(DataError, match="column open has type string"):
        read_bars(path)
