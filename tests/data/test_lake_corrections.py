"""A source that changes its past: both versions are kept, the newer is read, and what was made of the older stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pa_parquet
import pytest

from data.bars import Bars
from data.errors import DataError
from data.intervals import HOUR_MS
from data.lake import Lake
from data.lake_entries import LakeEntry
from data.lake_layout import BARS
from data.snapshot import SnapshotStore

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
FEBRUARY = 31 * 24
Make = Callable[..., Any]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def closes(lake: Lake) -> list[float]:
    closes: list[float] = lake.read_bars("venue", "BTC", "1h").close.tolist()
    return closes


def correct(lake: Lake, bars: Bars) -> Any:
    return lake.import_bars("venue", "BTC", "1h", bars, source="again", on_conflict="correct")


def test_the_refusal_says_how_many_from_when_and_what_to_do(lake: Lake, make_bars: Make) -> None:
    lake.import_bars("venue", "BTC", "1h", make_bars([0, 1, FEBRUARY]), source="a")
    with pytest.raises(
        DataError,
        match=r"2 rows disagree .*2024-01-01 01:00 .*nothing was imported.*import it with --correct "
        r"\(on_conflict='correct'\): both versions are kept",
    ):
        lake.import_bars("venue", "BTC", "1h", make_bars([0, 1, FEBRUARY], [100.0, 101.0, 102.0]), source="b")


def test_the_corrected_value_is_read_and_the_first_is_kept(lake: Lake, make_bars: Make) -> None:
    [first] = lake.import_bars("venue", "BTC", "1h", make_bars([0, 1, 2]), source="a").appended.files
    before = first.read_bytes()
    report = correct(lake, make_bars([1, 2, 3], [100.0, 107.0, 108.0]))
    assert (report.appended.n_added, report.appended.n_known, report.appended.n_corrected) == (1, 1, 1)
    assert closes(lake) == [100.0, 100.0, 107.0, 108.0]
    assert first.read_bytes() == before
    correction = report.appended.files[1]
    assert correction.parent == first.parent / "version=2"
    table = pa_parquet.read_table(correction)
    assert table.column("time_ms").to_pylist() == [MIDNIGHT_MS + 2 * HOUR_MS]
    assert table.column("close").to_pylist() == [107.0]
    assert table.schema.metadata == {b"source": b"again", b"version": b"2"}


def test_the_highest_version_counts_even_when_the_source_goes_back(lake: Lake, make_bars: Make) -> None:
    first, second = make_bars([0, 1], [100.0, 50.0]), make_bars([0, 1], [100.0, 60.0])
    lake.import_bars("venue", "BTC", "1h", first, source="a")
    for bars, close in ((second, 60.0), (first, 50.0), (second, 60.0)):
        assert correct(lake, bars).appended.n_corrected == 1
        assert closes(lake) == [100.0, close]
    assert sorted(path.name for path in lake.root.rglob("version=*")) == ["version=2", "version=3", "version=4"]
    # Every row that was received is still there.
    assert sum(pa_parquet.read_metadata(path).num_rows for path in lake.root.rglob("*.parquet")) == 2 + 3


def test_the_same_correction_again_changes_nothing(lake: Lake, make_bars: Make) -> None:
    lake.import_bars("venue", "BTC", "1h", make_bars([0, 1]), source="a")
    corrected = make_bars([0, 1], [100.0, 60.0])
    correct(lake, corrected)
    for on_conflict in ("correct", "refuse"):
        report = lake.import_bars("venue", "BTC", "1h", corrected, source="a", on_conflict=on_conflict)  # type: ignore[arg-type]
        assert (
            report.appended.n_added,
            report.appended.n_known,
            report.appended.n_corrected,
            report.appended.files,
        ) == (0, 2, 0, ())


def test_funding_is_corrected_alike_and_an_oracle_that_became_known_is_a_correction(
    lake: Lake, make_funding: Make
) -> None:
    lake.import_funding("venue", "BTC", make_funding([0, 8]), source="f")
    known = make_funding([0, 8], oracle=[10.0, np.nan])
    with pytest.raises(DataError, match="1 rows disagree"):
        lake.import_funding("venue", "BTC", known, source="g")
    assert lake.import_funding("venue", "BTC", known, source="g", on_conflict="correct").appended.n_corrected == 1
    funding = lake.read_funding("venue", "BTC")
    assert funding is not None
    np.testing.assert_array_equal(funding.oracle_price, [10.0, np.nan])


def test_a_misspelt_way_out_is_taken_for_refuse(lake: Lake, make_bars: Make) -> None:
    lake.import_bars("venue", "BTC", "1h", make_bars([0, 1]), source="a")
    with pytest.raises(DataError, match="1 rows disagree"):
        lake.import_bars("venue", "BTC", "1h", make_bars([0, 1], [100.0, 9.0]), source="b", on_conflict="corect")  # type: ignore[arg-type]


def test_the_list_counts_times_once_and_says_how_many_were_corrected(lake: Lake, make_bars: Make) -> None:
    lake.import_bars("venue", "BTC", "1h", make_bars([0, 1, 2]), source="a")
    correct(lake, make_bars([0, 1, 2], [100.0, 60.0, 61.0]))
    assert lake.list() == [LakeEntry(BARS, "venue", "BTC", "1h", 3, MIDNIGHT_MS, MIDNIGHT_MS + 2 * HOUR_MS, 2)]


def test_a_correction_that_lies_with_another_version_is_refused(lake: Lake, make_bars: Make) -> None:
    lake.import_bars("venue", "BTC", "1h", make_bars([0, 1]), source="a")
    [file] = correct(lake, make_bars([0, 1], [100.0, 60.0])).appended.files
    wrong = file.parents[1] / "version=3" / file.name
    wrong.parent.mkdir()
    file.rename(wrong)
    with pytest.raises(DataError, match="holds version '2' and lies with version 3: move it back"):
        lake.read_bars("venue", "BTC", "1h")


def test_a_snapshot_made_before_a_correction_is_what_it_was(lake: Lake, make_bars: Make, tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path / "snapshots")
    lake.import_bars("venue", "BTC", "1h", make_bars([0, 1, 2]), source="a")
    before = store.build(lake, venue="venue", coins=["BTC"], interval="1h")
    correct(lake, make_bars([0, 1, 2], [100.0, 60.0, 100.0]))
    after = store.build(lake, venue="venue", coins=["BTC"], interval="1h")
    assert after.id != before.id
    assert store.open(before.id).load()["BTC"].close.tolist() == [100.0, 100.0, 100.0]
    assert store.open(after.id).load()["BTC"].close.tolist() == [100.0, 60.0, 100.0]
