"""Bars and funding from files: Parquet, CSV, and the feather files of freqtrade."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.feather as pa_feather
import pyarrow.parquet as pa_parquet

from data.bars import PRICES, Bars, Funding
from data.errors import DataError
from data.market import FloatArray, IntArray
from data.sources.times import read_times

__all__ = ["SUFFIXES", "Bars", "Funding", "read_bars", "read_funding"]

SUFFIXES = (".parquet", ".csv", ".feather")
TIME_NAMES = ("ts", "date", "timestamp", "time")
RATE_NAMES = ("funding_rate", "fundingrate", "rate")
ORACLE_NAMES = ("oracle_price", "oracleprice")


def read_bars(path: Path) -> Bars:
    """Read bars: a time column (ts, date, timestamp or time) and open, high, low, close, volume.

    Other columns are ignored and names are read without regard to case. A missing number becomes NaN. The
    values are not judged here: see `data.quality.check_bars`.

    Raises
    ------
    DataError
        If the file is missing, damaged, empty, lacks a column, or its times can be read in two ways.
    """
    table = _read_table(path)
    time_ms = _times(table, path)
    open_, high, low, close, volume = (_numbers(table, (name,), path) for name in (*PRICES, "volume"))
    return Bars(time_ms, open_, high, low, close, volume)


def read_funding(path: Path) -> Funding:
    """Read funding: a time column and funding_rate (or fundingRate, rate), with oracle_price if there is one.

    The funding files of freqtrade have the columns of bars and carry the rate in `open`.

    Raises
    ------
    DataError
        As `read_bars`.
    """
    table = _read_table(path)
    time_ms = _times(table, path)
    if not _present(table, RATE_NAMES) and {*PRICES, "volume"} <= set(table.column_names):
        return Funding(time_ms, _numbers(table, ("open",), path))
    rate = _numbers(table, RATE_NAMES, path)
    has_oracle = bool(_present(table, ORACLE_NAMES))
    return Funding(time_ms, rate, _numbers(table, ORACLE_NAMES, path) if has_oracle else None)


def _read_table(path: Path) -> Any:
    """Return the file as an Arrow table with lower-case column names."""
    if not path.is_file():
        raise DataError(
            f"history file {path} does not exist or is not a file: give the path of a {_listed(SUFFIXES)} file"
        )
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(f"history file {path} ends in {path.suffix!r}: allowed endings are {_listed(SUFFIXES)}")
    try:
        table = _readers()[suffix](path)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            f"history file {path} is truncated, damaged or not {suffix}: {reason}; fetch it again"
        ) from None
    names = [name.lower() for name in table.column_names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"history file {path} has more than one column {', '.join(twice)}: keep one of each")
    if table.num_rows == 0:
        raise DataError(f"history file {path} is empty: it has no rows; fetch it again")
    return table.rename_columns(names)


def _readers() -> dict[str, Any]:
    return {
        ".parquet": lambda path: pa_parquet.ParquetFile(path, page_checksum_verification=True).read(),
        ".csv": pa_csv.read_csv,
        ".feather": lambda path: pa_feather.read_table(path, memory_map=False),
    }


def _times(table: Any, path: Path) -> IntArray:
    name = _only(table, TIME_NAMES, path)
    return read_times(table.column(name), f"history file {path}, column {name}")


def _numbers(table: Any, names: tuple[str, ...], path: Path) -> FloatArray:
    """Return a column of numbers; a missing one is NaN."""
    name = _only(table, names, path)
    column = table.column(name)
    kind = column.type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind)):
        raise DataError(
            f"history file {path}, column {name} has type {kind}: allowed are numbers; repair or convert it"
        )
    return np.array(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)


def _only(table: Any, names: tuple[str, ...], path: Path) -> str:
    present = _present(table, names)
    if len(present) == 1:
        return present[0]
    if present:
        raise DataError(f"history file {path} has the columns {_listed(present)}, which mean the same: keep one")
    raise DataError(
        f"history file {path} has no column {_listed(names)}: its columns are {', '.join(table.column_names)}; "
        "rename the one that is meant"
    )


def _present(table: Any, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in table.column_names]


def _listed(names: Iterable[str]) -> str:
    return " or ".join(names)
