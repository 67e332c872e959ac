"""The Parquet files of the lake: written once, named by their own bytes, checked on every reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pa_parquet

from data.bars import Bars, Contexts, Funding
from data.canonical import sha256_hex
from data.durable import write_atomically
from data.errors import DataError
from data.intervals import utc_text
from data.lake_layout import LakeFile
from data.market import BoolArray
from data.shown import shown

SAMPLE_ROWS = 4_096
ADVICE = "delete it and import its history again"


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What a file says about itself."""

    n_rows: int
    first_ms: int
    last_ms: int


def to_table(history: Bars | Funding | Contexts, columns: Sequence[str]) -> Any:
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


def write_file(folder: Path, table: Any, *, source: str, version: int) -> Path:
    """Write a table as one Parquet file, named by the sha256 of its bytes, and return its path."""
    if version > 1:
        folder = folder / f"version={version}"
    content = _encode(table.replace_schema_metadata({"source": source, "version": str(version)}))
    file = folder / f"{sha256_hex(content)}.parquet"
    write_atomically(file, content)
    return file


def read_files(files: Sequence[LakeFile], columns: Sequence[str]) -> Any:
    """Return the verified rows of files, sorted by time, of each time the highest version; None without a file.

    Raises
    ------
    DataError
        If a file is damaged (the message names it), or two files of one version differ at a time.
    """
    if not files:
        return None
    tables = [read_verified(file, columns) for file in files]
    table = pa.concat_tables(tables)
    times = table.column("time_ms").to_numpy()
    if (np.diff(times) > 0).all():
        return table
    versions = np.repeat([file.version for file in files], [part.num_rows for part in tables])
    order = np.lexsort((versions, times))
    table, times, versions = table.take(order), times[order], versions[order]
    is_twice = (np.diff(times) == 0) & (np.diff(versions) == 0)
    _refuse_differing(table, np.flatnonzero(is_twice), files[0].path.parent)
    return table.filter(np.append(np.diff(times) != 0, True))


def differing(one: Any, other: Any) -> BoolArray:
    """Return in which rows two tables with the same columns differ; NaN equals NaN."""
    found = np.zeros(one.num_rows, dtype=np.bool_)
    for name in one.column_names:
        a, b = one.column(name).to_numpy(), other.column(name).to_numpy()
        found |= (a != b) & ~((a != a) & (b != b))
    return found


def source_of(file: LakeFile) -> str:
    """Return where the rows of a file are from."""
    source: bytes = (pa_parquet.read_schema(file.path).metadata or {}).get(b"source", b"")
    return source.decode(errors="replace")


def row_counts(file: LakeFile) -> RowCounts:
    """Return what Parquet keeps about a file at its end, without reading and checking its rows.

    Raises
    ------
    DataError
        If that end is damaged.
    FileNotFoundError
        If the file has gone.
    """
    try:
        footer = pa_parquet.read_metadata(file.path)
        times = [footer.row_group(group).column(0).statistics for group in range(footer.num_row_groups)]
        return RowCounts(footer.num_rows, min(part.min for part in times), max(part.max for part in times))
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError, AttributeError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"lake file {file.path} is damaged: {reason}; {ADVICE}") from None


def read_verified(file: LakeFile, columns: Sequence[str]) -> Any:
    """Return the rows of one file, refusing any changed byte, and a version that its folder does not have."""
    content = file.path.read_bytes()
    if sha256_hex(content) != file.path.stem:
        raise DataError(f"lake file {file.path} is damaged: its sha256 is not its name; {ADVICE}")
    try:
        reader = pa_parquet.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        table = reader.read(columns=list(columns))
    except (pa.ArrowException, OSError, KeyError) as error:
        raise DataError(f"lake file {file.path} is damaged: {str(error).splitlines()[0]}; {ADVICE}") from None
    # Files of format 1 say nothing, and are what came first.
    version = (table.schema.metadata or {}).get(b"version", b"1").decode(errors="replace")
    if version != str(file.version):
        raise DataError(
            f"lake file {file.path} holds version {shown(version)} and lies with version {file.version}: "
            "move it back to the folder of its version"
        )
    # Without what the file says of itself, which is not the same in all.
    return pa.table(table.columns, names=table.column_names)


def _refuse_differing(table: Any, rows: Any, folder: Path) -> None:
    """Refuse rows that differ from the row after them; equal ones are what an interrupted move leaves behind."""
    wrong = np.flatnonzero(differing(table.take(rows), table.take(rows + 1)))
    if wrong.size:
        when = utc_text(int(table.column("time_ms")[int(rows[wrong[0]])].as_py()))
        raise DataError(f"{folder} has the time {when} in two files with different values: keep one of them")


def _encode(table: Any) -> bytes:
    """Return a table as Parquet, in the form that is decoded fastest: an eighth of the time of daily bars by SQL.

    Measured on minutes of five years: prices repeat, and are numbers of a dictionary, packed; volumes do not, and are
    as they are, since packing a dictionary of them saves a third of their bytes and costs more than reading those.
    Whatever is never missing is said to be, so that nobody looks.
    """
    varied = [name for name in table.column_names if name != "time_ms" and _is_varied(table.column(name))]
    sink = pa.BufferOutputStream()
    pa_parquet.write_table(
        _required(table),
        sink,
        compression={name: "none" if name in varied else "lz4" for name in table.column_names},
        use_dictionary=[name for name in table.column_names if name not in ("time_ms", *varied)],
        column_encoding={"time_ms": "DELTA_BINARY_PACKED"},
        write_page_checksum=True,
    )
    return bytes(sink.getvalue().to_pybytes())


def _is_varied(values: Any) -> bool:
    """Return whether a dictionary of a column would hold most of it, as far as its first rows tell."""
    sample = values.slice(0, SAMPLE_ROWS)
    return len(sample) == SAMPLE_ROWS and pc.count_distinct(sample).as_py() > SAMPLE_ROWS // 2


def _required(table: Any) -> Any:
    fields = [field.with_nullable(bool(table.column(field.name).null_count)) for field in table.schema]
    return pa.table(table.columns, schema=pa.schema(fields, table.schema.metadata))
