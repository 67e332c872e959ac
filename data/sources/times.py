"""A column of times to UTC milliseconds, refusing whatever could be read in two ways."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import DataError
from data.market import IntArray

ZONE = re.compile(r"(Z|[+-]\d\d(:?\d\d)?)$")

_FROM_S, _UNTIL_S = 946_684_800, 4_102_444_800
"""2000-01-01 and 2100-01-01 in seconds. The four units of this century have ranges that do not meet."""
_PER_SECOND = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}


def read_times(column: Any, subject: str) -> IntArray:
    """Return UTC milliseconds from an Arrow column of zoned timestamps, zoned text or whole milliseconds.

    Raises
    ------
    DataError
        If a time is missing, has no zone, is finer than a millisecond, or is a number that is not
        milliseconds between 2000 and 2100.
    """
    kind = column.type
    if column.null_count:
        raise DataError(
            f"{subject}: {column.null_count} of {len(column)} times are missing; remove or repair those rows"
        )
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _from_timestamps(_parse_text(column, subject), subject)
    if pa.types.is_timestamp(kind):
        return _from_timestamps(column, subject)
    if pa.types.is_integer(kind):
        return _from_integers(column.to_numpy().astype(np.int64), subject)
    if pa.types.is_date(kind):
        raise DataError(f"{subject}: dates without a time of day and a zone; write them as 2024-01-01T00:00:00Z")
    raise DataError(f"{subject}: times of type {kind}; allowed are timestamps with a zone and whole milliseconds UTC")


def _parse_text(column: Any, subject: str) -> Any:
    try:
        return pc.cast(column, pa.timestamp("ns", "UTC"))
    except pa.ArrowInvalid:
        texts = column.to_pylist()
        first = next((text for text in texts if not ZONE.search(text)), texts[0])
        raise DataError(
            f"{subject}: text that is not a time with a zone, first {first!r}; write every one as 2024-01-01T00:00:00Z"
        ) from None


def _from_timestamps(column: Any, subject: str) -> IntArray:
    if column.type.tz is None:
        raise DataError(
            f"{subject}: times without a zone ({column.type}); store them with the zone UTC, nothing is assumed"
        )
    try:
        milliseconds = column.cast(pa.timestamp("ms", "UTC"))
    except pa.ArrowInvalid:
        raise DataError(f"{subject}: times finer than a millisecond; round them to milliseconds first") from None
    return _writable(milliseconds.cast(pa.int64()).to_numpy())


def _from_integers(values: IntArray, subject: str) -> IntArray:
    counts = {
        unit: int(np.count_nonzero((values >= _FROM_S * factor) & (values < _UNTIL_S * factor)))
        for unit, factor in _PER_SECOND.items()
    }
    found = [unit for unit, count in counts.items() if count]
    if sum(counts.values()) != values.size or not found:
        odd = next(int(value) for value in values if not _has_unit(int(value)))
        raise DataError(f"{subject}: {odd} is not a time between 2000 and 2100 in any unit; repair that row")
    if len(found) > 1:
        listed = ", ".join(f"{counts[unit]} in {unit}" for unit in found)
        raise DataError(f"{subject}: mixed units ({listed}); convert all to milliseconds UTC")
    if found != ["milliseconds"]:
        factor = _PER_SECOND[found[0]]
        advice = "multiply by 1000" if factor == 1 else f"divide by {factor // 1000}"
        raise DataError(f"{subject}: whole {found[0]} (first {values[0]}); allowed are milliseconds UTC, so {advice}")
    return _writable(values)


def _has_unit(value: int) -> bool:
    return any(_FROM_S * factor <= value < _UNTIL_S * factor for factor in _PER_SECOND.values())


def _writable(values: Any) -> IntArray:
    """Copy out of Arrow's memory, so that an array never keeps a file's buffer alive."""
    return np.array(values, dtype=np.int64)
