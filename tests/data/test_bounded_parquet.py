"""Parquet files of ours: one file, no more rows than there can be, the columns that are asked for."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from data.bounded_parquet import read_bounded

ROWS = 2_000_000


def written(path: Path, n_rows: int) -> Path:
    pa_parquet.write_table(pa.table({"a": pa.repeat("x" * 64, n_rows), "b": pa.nulls(n_rows, pa.int32())}), path)
    return path


def test_a_few_bytes_that_claim_to_be_many_rows_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", ROWS)
    assert path.stat().st_size < ROWS // 50
    for source in (path, path.read_bytes()):
        with pytest.raises(ValueError, match="it has 2,000,000 rows, allowed are at most 1,999,999"):
            read_bounded(source, ROWS - 1)
    assert read_bounded(path, ROWS, ("b",)).num_rows == ROWS


def test_only_what_is_asked_for_is_read_and_has_to_be_there(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", 3)
    assert read_bounded(path, 3).column_names == ["a", "b"]
    assert read_bounded(path, 3, ("b",)).column_names == ["b"]
    with pytest.raises(KeyError, match="c"):
        read_bounded(path, 3, ("a", "c"))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    written(tmp_path / "inside.parquet", 3)
    with pytest.raises(OSError, match="directory"):
        read_bounded(tmp_path, 3)
