"""Parquet files of ours, read whole: a single file, in this thread, and never more rows than there can be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pa_parquet


def read_bounded(source: Path | bytes, most_rows: int, columns: Sequence[str] | None = None) -> pa.Table:
    """Return the rows of a file, after checking the checksums of its pages.

    Not `pyarrow.parquet.read_table`: that takes a folder for a file and reads what it finds there, loads what such
    folders need, and decodes a few bytes that claim to be billions of equal rows.

    Parameters
    ----------
    source
        The file, or its bytes.
    most_rows
        More of them are refused before any is read.
    columns
        Those that are wanted; None for all.

    Raises
    ------
    ValueError
        If there are more rows, or a name is no text.
    KeyError
        If a column is missing.
    pyarrow.ArrowException, OSError
        If the file is missing or damaged.
    """
    readable = pa.BufferReader(source) if isinstance(source, bytes) else source
    with pa_parquet.ParquetFile(readable, page_checksum_verification=True) as file:
        if file.metadata.num_rows > most_rows:
            raise ValueError(f"it has {file.metadata.num_rows:,} rows, allowed are at most {most_rows:,}")
        table = file.read(columns=None if columns is None else list(columns), use_threads=False)
    return table if columns is None else table.select(list(columns))
