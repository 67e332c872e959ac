"""The lake only ever grows, gives back what it got, and notices every changed bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.bars import Bars
from data.canonical import sha256_hex
from data.errors import ConfigError, DataError
from data.intervals import HOUR_MS
from data.lake import Lake
from data.lake_entries import LakeEntry
from data.lake_layout import BARS, FUNDING

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
Make = Callable[..., Any]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake [1] *")


def files_of(lake: Lake) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in lake.root.rglob("*.parquet")}


def same(a: Bars, b: Bars) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in Bars.__dataclass_fields__)


def test_bars_come_back_as_they_went_in(lake: Lake, make_bars: Make) -> None:
    bars = make_bars([0, 1, 5], [100.1, 1 / 3 + 2, 1e-7 + 2])
    report = lake.import_bars("venue", "BTC", "1h", bars, source="file.csv")
    assert same(lake.read_bars("venue", "BTC", "1h"), bars)
    assert (report.appended.n_added, report.appended.n_known, report.quality.n_rows) == (3, 0, 3)


def test_a_file_lies_in_its_partition_under_the_hash_of_its_bytes(lake: Lake, make_bars: Make) -> None:
    report = lake.import_bars("venue", "BTC", "1h", make_bars([0, 1]), source="file.csv")
    [file] = report.appended.files
    assert file.parent == lake.root / "bars" / "venue=venue" / "coin=BTC" / "interval=1h" / "month=2024-01"
    assert file.name == f"{sha256_hex(file.read_bytes())}.parquet"
    assert pa_parquet.read_schema(file).metadata[b"source"] == b"file.csv"


def test_the_same_bars_again_change_nothing(lake: Lake, make_bars: Make) -> None:
    lake.import_bars("venue", "BTC", "1h", make_bars([0, 1, 2]), source="a")
    before = files_of(lake)
    report = lake.import_bars("venue", "BTC", "1h", make_bars([0, 1, 2]), source="b")
    assert (report.appended.n_added, report.appended.n_known, report.appended.files) == (0, 3, ())
    assert files_of(lake) == before


def test_new_bars_are_added_in_a_new_file(lake: Lake, make_bars: Make) -> None:
    lake.import_bars("venue", "BTC", "1h", make_bars([1, 2, 6]), source="a")
    before = files_of(lake)
    report = lake.import_bars("venue", "BTC", "1h", make_bars([0, 1, 2, 3]), source="b")
    assert (report.appended.n_added, report.appended.n_known) == (2, 2)
    assert files_of(lake).items() >= before.items()
    assert len(files_of(lake)) == 2
    hours = (lake.read_bars("venue", "BTC", "1h").time_ms - MIDNIGHT_MS) // HOUR_MS
    assert hours.tolist() == [0, 1, 2, 3, 6]


@pytest.mark.parametrize("field", ["open", "volume"])
def test_bars_that_disagree_are_refused_with_the_first_time(lake: Lake, make_bars: Make, field: str) -> None:
    bars = make_bars([0, 1, 2, 3])
    lake.import_bars("venue", "BTC", "1h", bars, source="a")
    before = files_of(lake)
    values = getattr(bars, field).copy()
    values[2:] += 1e-9
    with pytest.raises(DataError, match=r"2 rows disagree .* first at 2024-01-01 02:00 \(1704074400000 ms\)"):
        lake.import_bars("venue", "BTC", "1h", replace(bars, **{field: values}), source="b")
    assert files_of(lake) == before


def test_bad_bars_never_reach_the_lake(lake: Lake, make_bars: Make) -> None:
    bars = make_bars([0, 1, 2], [100.0, np.nan, 100.0])
    with pytest.raises(DataError, match=r"venue BTC 1h from x\.csv: 1 of 3 rows with NaN"):
        lake.import_bars("venue", "BTC", "1h", bars, source="x.csv")
    assert not lake.root.exists()


def test_funding_comes_back_rounded_and_with_its_oracle(lake: Lake, make_funding: Make) -> None:
    report = lake.import_funding("venue", "BTC", make_funding([0.001, 8, 16], oracle=[10.0, np.nan, 12.0]), source="f")
    funding = lake.read_funding("venue", "BTC")
    assert funding is not None
    assert ((funding.time_ms - MIDNIGHT_MS) // HOUR_MS).tolist() == [0, 8, 16]
    np.testing.assert_array_equal(funding.oracle_price, [10.0, np.nan, 12.0])
    assert (report.interval, report.appended.n_added) == (None, 3)


def test_the_same_funding_again_changes_nothing_though_its_oracle_is_unknown(lake: Lake, make_funding: Make) -> None:
    lake.import_funding("venue", "BTC", make_funding([0, 8, 16]), source="f")
    assert lake.import_funding("venue", "BTC", make_funding([0, 8, 16]), source="f").appended.n_added == 0
    funding = lake.read_funding("venue", "BTC")
    assert funding is not None
    assert funding.oracle_price is None


def test_funding_that_disagrees_is_refused(lake: Lake, make_funding: Make) -> None:
    lake.import_funding("venue", "BTC", make_funding([0, 8, 16]), source="f")
    with pytest.raises(DataError, match=r"1 rows disagree .* first at 2024-01-01 16:00"):
        lake.import_funding("venue", "BTC", make_funding([0, 8, 16], [0.0001, 0.0001, 0.0002]), source="f")


def test_funding_that_was_never_imported_is_none(lake: Lake) -> None:
    assert lake.read_funding("venue", "BTC") is None


def test_bars_that_were_never_imported_are_refused_with_what_is_there(lake: Lake, make_bars: Make) -> None:
    with pytest.raises(DataError, match="no bars of venue ETH 1h: it has nothing"):
        lake.read_bars("venue", "ETH", "1h")
    lake.import_bars("venue", "BTC", "1h", make_bars([0, 1]), source="a")
    with pytest.raises(DataError, match="it has venue BTC 1h; import them first"):
        lake.read_bars("venue", "ETH", "1h")


def test_an_unknown_interval_is_refused(lake: Lake, make_bars: Make) -> None:
    with pytest.raises(ConfigError, match="interval '7h' is unknown: choose one of 1m"):
        lake.import_bars("venue", "BTC", "7h", make_bars([0, 1]), source="a")


@pytest.mark.parametrize("name", ["", "..", "a/b", "BTC USD", "coin=x", "a" * 21, "BTC\n", "ÄTH"])
def test_a_name_that_could_leave_its_folder_is_refused(lake: Lake, make_bars: Make, name: str) -> None:
    with pytest.raises(DataError, match="allowed are 1 to 20 letters, digits and hyphens"):
        lake.import_bars("venue", name, "1h", make_bars([0, 1]), source="a")
    with pytest.raises(DataError, match=r"venue .* is not a name"):
        lake.read_funding(name, "BTC")


def test_the_list_names_every_history(lake: Lake, make_bars: Make, make_funding: Make) -> None:
    assert lake.list() == []
    lake.import_funding("venue", "BTC", make_funding([0, 8]), source="f")
    lake.import_bars("venue", "BTC", "1h", make_bars([1, 2]), source="a")
    lake.import_bars("venue", "BTC", "1h", make_bars([2, 3]), source="a")
    lake.import_bars("venue", "007", "1h", make_bars([0, 1]), source="a")
    assert lake.list() == [
        LakeEntry(BARS, "venue", "007", "1h", 2, MIDNIGHT_MS, MIDNIGHT_MS + HOUR_MS),
        LakeEntry(BARS, "venue", "BTC", "1h", 3, MIDNIGHT_MS + HOUR_MS, MIDNIGHT_MS + 3 * HOUR_MS),
        LakeEntry(FUNDING, "venue", "BTC", None, 2, MIDNIGHT_MS, MIDNIGHT_MS + 8 * HOUR_MS),
    ]


def test_every_flipped_bit_is_refused(lake: Lake, make_bars: Make) -> None:
    [file] = lake.import_bars("venue", "BTC", "1h", make_bars([0, 1, 2]), source="a").appended.files
    content = file.read_bytes()
    for position in range(0, len(content), 7):
        changed = bytearray(content)
        changed[position] ^= 1 << position % 8
        file.write_bytes(changed)
        with pytest.raises(DataError, match=f"{file.name} is damaged: its sha256"):
            lake.read_bars("venue", "BTC", "1h")


def test_page_checksums_refuse_a_flipped_bit_that_would_read_as_another_price(lake: Lake, make_bars: Make) -> None:
    [file] = lake.import_bars(
        "venue", "BTC", "1h", make_bars([0, 1, 2], [100.1, 200.2, 300.3]), source="a"
    ).appended.files
    content = file.read_bytes()
    file.unlink()
    column = pa_parquet.ParquetFile(pa.BufferReader(content)).metadata.row_group(0).column(1)
    end = column.dictionary_page_offset + column.total_compressed_size
    n_silent = 0
    for position in range(column.dictionary_page_offset, end):
        changed = bytearray(content)
        changed[position] ^= 1
        if not reads_as_other_prices(bytes(changed)):
            continue
        n_silent += 1
        forged = file.with_name(f"{sha256_hex(bytes(changed))}.parquet")
        forged.write_bytes(changed)
        with pytest.raises(DataError, match=f"{forged.name} is damaged: (?!its sha256).*CRC"):
            lake.read_bars("venue", "BTC", "1h")
        forged.unlink()
    assert n_silent >= 8


def reads_as_other_prices(content: bytes) -> bool:
    """Return whether a reader that ignores checksums takes the file without a word, with other prices in it."""
    try:
        opens = pa_parquet.read_table(pa.BufferReader(content)).column("open").to_pylist()
    except (pa.ArrowException, OSError):
        return False
    return opens != [100.1, 200.2, 300.3]


def test_a_time_in_two_files_is_refused(lake: Lake, make_bars: Make, tmp_path: Path) -> None:
    lake.import_bars("venue", "BTC", "1h", make_bars([0, 1]), source="a")
    other = Lake(tmp_path / "other")
    [file] = other.import_bars("venue", "BTC", "1h", make_bars([1, 2], [7.0, 7.0]), source="b").appended.files
    target = next(lake.root.rglob("*.parquet")).with_name(file.name)
    target.write_bytes(file.read_bytes())
    with pytest.raises(DataError, match="has the time 2024-01-01 01:00 in two files with different values"):
        lake.read_bars("venue", "BTC", "1h")


@settings(max_examples=15, deadline=None)
@given(parts=st.lists(st.sets(st.integers(0, 30), min_size=2), min_size=1, max_size=4))
def test_any_parts_in_any_order_make_the_same_history(
    tmp_path_factory: pytest.TempPathFactory, make_bars: Make, parts: list[set[int]]
) -> None:
    lake = Lake(tmp_path_factory.mktemp("lake"))
    for part in parts:
        hours = sorted(part)
        lake.import_bars("venue", "BTC", "1h", make_bars(hours, [50.0 + hour for hour in hours]), source="a")
    hours = sorted(set().union(*parts))
    assert same(lake.read_bars("venue", "BTC", "1h"), make_bars(hours, [50.0 + hour for hour in hours]))
