"""A folder for each month, appends that touch no other, lakes of the first format, and of one to come."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from data.bars import Bars, Funding
from data.canonical import sha256_hex
from data.errors import DataError
from data.intervals import HOUR_MS
from data.lake import Lake
from data.lake_entries import LakeEntry
from data.lake_files import to_table
from data.lake_layout import BARS

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
DAY = 24
FEBRUARY, MARCH = 31 * DAY, 60 * DAY  # hours after midnight of 2024-01-01; 2024 is a leap year
BAR_COLUMNS = ("time_ms", "open", "high", "low", "close", "volume")
ROOT = Path(__file__).parents[2]
Make = Callable[..., Any]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake [1] *")


def same(a: Bars, b: Bars) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in Bars.__dataclass_fields__)


def places(lake: Lake) -> list[str]:
    """Return the folders of all files below that of the hourly bars of BTC, each as often as it has files."""
    folder = lake.root / "bars" / "venue=venue" / "coin=BTC" / "interval=1h"
    return sorted(str(path.parent.relative_to(folder)) for path in folder.rglob("*.parquet"))


def write_as_format_1(folder: Path, history: Bars | Funding, columns: tuple[str, ...], source: str) -> Path:
    """Write a file as the first version of the lake did."""
    sink = pa.BufferOutputStream()
    table = to_table(history, columns).replace_schema_metadata({"source": source})
    pa_parquet.write_table(table, sink, compression="zstd", write_page_checksum=True)
    content = sink.getvalue().to_pybytes()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{sha256_hex(content)}.parquet"
    path.write_bytes(content)
    return path


def test_every_bar_lies_in_the_month_in_which_it_opens(lake: Lake, make_bars: Make) -> None:
    bars = make_bars([0, FEBRUARY - 1, FEBRUARY, MARCH - 1, MARCH])
    files = lake.import_bars("venue", "BTC", "1h", bars, source="a").appended.files
    assert [file.parent.name for file in files] == ["month=2024-01", "month=2024-02", "month=2024-03"]
    assert [pa_parquet.read_table(file).num_rows for file in files] == [2, 2, 1]
    assert same(lake.read_bars("venue", "BTC", "1h"), bars)


def test_funding_lies_in_the_year_of_its_settlement(lake: Lake, make_funding: Make) -> None:
    funding = make_funding([-8, 0, 8])
    files = lake.import_funding("venue", "BTC", funding, source="f").appended.files
    assert [str(file.parent.relative_to(lake.root)) for file in files] == [
        "funding/venue=venue/coin=BTC/year=2023",
        "funding/venue=venue/coin=BTC/year=2024",
    ]
    read = lake.read_funding("venue", "BTC")
    assert read is not None
    assert read.time_ms.tolist() == funding.time_ms.tolist()


def test_an_append_reads_and_writes_only_the_months_that_it_touches(lake: Lake, make_bars: Make) -> None:
    january, february = lake.import_bars("venue", "BTC", "1h", make_bars([0, 1, FEBRUARY]), source="a").appended.files
    january.write_bytes(b"damaged")
    before = february.read_bytes()
    [added] = lake.import_bars("venue", "BTC", "1h", make_bars([FEBRUARY, FEBRUARY + 1]), source="a").appended.files
    assert (added.parent, february.read_bytes()) == (february.parent, before)
    with pytest.raises(DataError, match=f"{january.name} is damaged"):
        lake.import_bars("venue", "BTC", "1h", make_bars([2, 3]), source="a")
    with pytest.raises(DataError, match=f"{january.name} is damaged"):
        lake.read_bars("venue", "BTC", "1h")


def test_a_part_of_a_history_is_read_from_its_months_alone(lake: Lake, make_bars: Make) -> None:
    bars = make_bars([0, 1, FEBRUARY - 1, FEBRUARY, MARCH - 1, MARCH])
    january, *_ = lake.import_bars("venue", "BTC", "1h", bars, source="a").appended.files
    # Whoever reads it is refused.
    january.write_bytes(b"no Parquet")
    first_ms, end_ms = MIDNIGHT_MS + FEBRUARY * HOUR_MS, MIDNIGHT_MS + (MARCH - 1) * HOUR_MS
    found = lake.read_bars_between("venue", "BTC", "1h", first_ms, end_ms + 1)
    assert found.time_ms.tolist() == [first_ms, end_ms]
    assert lake.read_bars_between("venue", "BTC", "1h", first_ms, end_ms).time_ms.tolist() == [first_ms]
    assert found.close.tolist() == bars.close[3:5].tolist()
    times = lake.read_times(BARS, "venue", "BTC", "1h", between=(first_ms, end_ms))
    assert times.tolist() == [first_ms, end_ms]
    with pytest.raises(DataError, match="is damaged"):
        lake.read_times(BARS, "venue", "BTC", "1h", between=(first_ms - 1, end_ms))
    assert len(lake.read_bars_between("venue", "BTC", "1h", first_ms + 1, first_ms + 2)) == 0
    assert len(lake.read_bars_between("venue", "ETH", "1h", first_ms, end_ms)) == 0


def test_a_part_of_a_history_of_the_first_format_is_read_too(lake: Lake, make_bars: Make) -> None:
    bars = make_bars([0, FEBRUARY])
    write_as_format_1(lake.root / "bars/venue=venue/coin=BTC/interval=1h", bars, BAR_COLUMNS, "old")
    found = lake.read_bars_between("venue", "BTC", "1h", MIDNIGHT_MS + 1, MIDNIGHT_MS + FEBRUARY * HOUR_MS + 1)
    assert found.time_ms.tolist() == [MIDNIGHT_MS + FEBRUARY * HOUR_MS]


def test_rows_that_are_refused_in_one_month_are_kept_in_none(lake: Lake, make_bars: Make) -> None:
    lake.import_bars("venue", "BTC", "1h", make_bars([FEBRUARY, FEBRUARY + 1]), source="a")
    with pytest.raises(DataError, match=r"1 rows disagree .* first at 2024-02-01 01:00"):
        lake.import_bars("venue", "BTC", "1h", make_bars([0, FEBRUARY + 1], [100.0, 101.0]), source="b")
    assert places(lake) == ["month=2024-02"]


def test_a_lake_of_the_first_format_is_read_listed_and_moved_by_the_first_append(lake: Lake, make_bars: Make) -> None:
    folder = lake.root / "bars" / "venue=venue" / "coin=BTC" / "interval=1h"
    old = [
        write_as_format_1(folder, make_bars([0, FEBRUARY], [50.0, 51.0]), BAR_COLUMNS, "first.csv"),
        write_as_format_1(folder, make_bars([1, MARCH], [60.0, 61.0]), BAR_COLUMNS, "second.csv"),
    ]
    all_of_it = make_bars([0, 1, FEBRUARY, MARCH], [50.0, 60.0, 51.0, 61.0])
    entry = LakeEntry(BARS, "venue", "BTC", "1h", 4, MIDNIGHT_MS, MIDNIGHT_MS + MARCH * HOUR_MS)
    assert same(lake.read_bars("venue", "BTC", "1h"), all_of_it)
    assert lake.list() == [entry]
    assert all(path.exists() for path in old)

    report = lake.import_bars("venue", "BTC", "1h", make_bars([1, MARCH], [60.0, 61.0]), source="third.csv")
    assert (report.appended.n_added, report.appended.n_known) == (0, 2)
    assert not any(path.exists() for path in old)
    assert places(lake) == ["month=2024-01", "month=2024-01", "month=2024-02", "month=2024-03"]
    assert same(lake.read_bars("venue", "BTC", "1h"), all_of_it)
    assert lake.list() == [entry]
    sources = {pa_parquet.read_schema(path).metadata[b"source"] for path in folder.rglob("month=2024-01/*.parquet")}
    assert sources == {b"first.csv", b"second.csv"}


def test_funding_of_the_first_format_is_moved_too(lake: Lake, make_funding: Make) -> None:
    folder = lake.root / "funding" / "venue=venue" / "coin=BTC"
    old = write_as_format_1(folder, make_funding([0, 8]), ("time_ms", "rate", "oracle_price"), "f")
    assert lake.import_funding("venue", "BTC", make_funding([8, 16]), source="g").appended.n_added == 1
    assert not old.exists()
    funding = lake.read_funding("venue", "BTC")
    assert funding is not None
    assert ((funding.time_ms - MIDNIGHT_MS) // HOUR_MS).tolist() == [0, 8, 16]


def test_a_move_that_was_killed_half_way_shows_no_row_twice(lake: Lake, make_bars: Make) -> None:
    bars = make_bars([0, 1, FEBRUARY])
    old = write_as_format_1(
        lake.root / "bars" / "venue=venue" / "coin=BTC" / "interval=1h", bars, BAR_COLUMNS, "first.csv"
    )
    content = old.read_bytes()
    lake.import_bars("venue", "BTC", "1h", make_bars([0, 1]), source="a")
    moved = places(lake)
    old.write_bytes(content)  # as if the process had died just before it removed the old file
    assert same(lake.read_bars("venue", "BTC", "1h"), bars)
    assert [entry.n_rows for entry in lake.list()] == [3]
    assert lake.import_bars("venue", "BTC", "1h", bars, source="a").appended.n_added == 0
    assert places(lake) == moved == ["month=2024-01", "month=2024-02"]


def test_whoever_reads_while_the_first_format_is_moved_sees_every_row_once(lake: Lake, make_bars: Make) -> None:
    folder = lake.root / "bars" / "venue=venue" / "coin=BTC" / "interval=1h"
    for day in range(40):
        write_as_format_1(folder, make_bars(list(range(day * DAY, day * DAY + DAY))), BAR_COLUMNS, f"day {day}")
    expected = make_bars(list(range(40 * DAY)))
    mover = threading.Thread(target=lambda: lake.import_bars("venue", "BTC", "1h", make_bars([0, 1]), source="a"))
    mover.start()
    n_looks = 0
    while mover.is_alive() or not n_looks:
        assert same(lake.read_bars("venue", "BTC", "1h"), expected)
        assert [entry.n_rows for entry in lake.list()] == [40 * DAY]
        n_looks += 1
    mover.join()
    assert set(places(lake)) == {"month=2024-01", "month=2024-02"}
    assert same(lake.read_bars("venue", "BTC", "1h"), expected)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"format":3}', "has format 3, made by a newer version; this one reads up to format 2"),
        ('{"format":"2"}', "does not say which format the lake has: received"),
        ('{"format":true}', "does not say which format"),
        ("[" * 100_000, "does not say which format"),
        ("", "does not say which format"),
    ],
)
def test_a_lake_of_another_version_is_refused_and_left_alone(
    lake: Lake, make_bars: Make, content: str, said: str
) -> None:
    lake.import_bars("venue", "BTC", "1h", make_bars([0, 1]), source="a")
    (lake.root / "lake.json").write_text(content)
    before = sorted(lake.root.rglob("*"))
    for call in (
        lambda: lake.read_bars("venue", "BTC", "1h"),
        lambda: lake.read_funding("venue", "BTC"),
        lake.list,
        lambda: lake.import_bars("venue", "BTC", "1h", make_bars([2, 3]), source="a"),
    ):
        with pytest.raises(DataError, match=said):
            call()
    assert sorted(lake.root.rglob("*")) == before


def test_a_file_in_no_place_of_the_layout_is_named(lake: Lake, make_bars: Make) -> None:
    [file] = lake.import_bars("venue", "BTC", "1h", make_bars([0, 1]), source="a").appended.files
    for place in ("old", "year=2024", "month=2024-01/x", "month=2024-01/version=0"):
        stray = file.parents[1] / place / file.name
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.write_bytes(file.read_bytes())
        with pytest.raises(DataError, match="is not where the lake puts a file: allowed are month="):
            lake.read_bars("venue", "BTC", "1h")
        stray.unlink()
    assert len(lake.read_bars("venue", "BTC", "1h")) == 2


def test_a_damaged_end_of_a_file_is_named_by_the_list(lake: Lake, make_bars: Make) -> None:
    [file] = lake.import_bars("venue", "BTC", "1h", make_bars([0, 1]), source="a").appended.files
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(DataError, match=f"{file.name} is damaged: "):
        lake.list()


WRITER = """
import sys
from pathlib import Path
import numpy as np
from data.bars import Bars
from data.lake import Lake
remainder = int(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for batch in range(12):
    hours = np.arange(batch * 120, batch * 120 + 130)  # the last ten are the next batch's too
    hours = hours[(hours % 3 == remainder) | (hours % 3 == 2)]
    price = 100.0 + hours % 17
    bars = Bars(1_704_067_200_000 + 3_600_000 * hours, price, price + 1, price - 1, price, price)
    Lake(Path(sys.argv[1])).import_bars("venue", "BTC", "1h", bars, source=f"writer {remainder}")
"""


def test_two_writers_at_once_lose_nothing_and_write_nothing_twice(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "lake")]
    writers = [
        subprocess.Popen([*command, str(one)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for one in (0, 1)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    lake = Lake(tmp_path / "lake")
    hours = (lake.read_bars("venue", "BTC", "1h").time_ms - MIDNIGHT_MS) // HOUR_MS
    assert hours.tolist() == list(range(11 * 120 + 130))
    n_written = sum(pa_parquet.read_metadata(path).num_rows for path in lake.root.rglob("*.parquet"))
    assert n_written == hours.size
