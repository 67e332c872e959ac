"""The Parquet files of the lake: written once, named by their own bytes, checked on every reading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from data.bars import Bars, Funding
from data.canonical import sha256_hex
from data.durable import write_atomically
from data.errors import DataError
from data.intervals import utc_text


def to_table(history: Bars | Funding, columns: Sequence[str]) -> Any:
    """Return the named arrays as an Arrow table; an array that is None becomes NaN."""
    missing = np.full(len(history), np.nan)
    arrays = {}
    for name in columns:
        values = getattr(history, name)
        # NaN, not null, so that one value stands for "unknown" whatever the source had.
        arrays[name] = pa.array(missing if values is None else values, from_pandas=False)
    return pa.table(arrays)


def column(table: Any, name: str) -> Any:
    """Return a copy of a column, so that no array keeps a file's buffer alive."""
    return np.array(table.column(name).to_numpy())


def write_file(folder: Path, table: Any, source: str) -> Path:
    """Write a table as one Parquet file, named by the sha256 of its bytes, and return its path."""
    content = _encode(table.replace_schema_metadata({"source": source}))
    file = folder / f"{sha256_hex(content)}.parquet"
    write_atomically(file, content)
    return file


def read_folder(folder: Path, columns: Sequence[str]) -> Any:
    """Return the verified rows of every file in a folder, sorted by time; None if there is no file.

    Raises
    ------
    DataError
        If a file is damaged (the message names it), or two files have the same time.
    """
    files = sorted(folder.glob("*.parquet"))
    if not files:
        return None
    table = pa.concat_tables([_read_verified(file, columns) for file in files]).sort_by("time_ms")
    times = table.column("time_ms").to_numpy()
    again = np.flatnonzero(np.diff(times) == 0)
    if again.size:
        raise DataError(f"{folder} has the time {utc_text(int(times[again[0]]))} in two files: keep one of them")
    return table


def _read_verified(file: Path, columns: Sequence[str]) -> Any:
    content = file.read_bytes()
    advice = "delete it and import its history again"
    if sha256_hex(content) != file.stem:
        raise DataError(f"lake file {file} is damaged: its sha256 is not its name; {advice}")
    try:
        reader = pa_parquet.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        return reader.read(columns=list(columns)).replace_schema_metadata(None)
    except (pa.ArrowException, OSError, KeyError) as error:
        raise DataError(f"lake file {file} is damaged: {str(error).splitlines()[0]}; {advice}") from None


def _encode(table: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pa_parquet.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return bytes(sink.getvalue().to_pybytes())
