"""A day of `asset_ctxs` from Hyperliquid's archive: an LZ4 frame of CSV, a row a minute and coin, read strictly.

What is no day of contexts is refused as a whole. Single rows that cannot be (a mark of zero, a coin twice at one time)
are left out and counted: a coin that is delisted, or new and odd, must not cost the others their day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import IO, Any

import lz4.frame
import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from data.bars import Contexts
from data.context_quality import MOST_RATE, MOST_RATIO
from data.errors import DataError
from data.hyperliquid.minutes import HOURLY_FROM_MS
from data.intervals import DAY_MS
from data.market import BoolArray, FloatArray, IntArray
from data.shown import inert_line, shown

MOST_BYTES = 1 << 29
"""Unpacked; a day of 230 coins has some 40 MB."""
CHUNK_BYTES = 1 << 20
MOST_LEFT_OUT = 0.5
"""Share of a day's rows that may be impossible before the whole day is."""

NAMES = {
    "mark_price": "mark_px",
    "mid_price": "mid_px",
    "oracle_price": "oracle_px",
    "funding_rate": "funding",
    "open_interest": "open_interest",
    "premium": "premium",
    "day_notional_volume": "day_ntl_vlm",
    "bid_price": "impact_bid_px",
    "ask_price": "impact_ask_px",
}
"""What the archive calls the fields of `data.bars.Contexts`."""
_COIN = re.compile(r"[A-Za-z0-9@#+_:/-]{1,40}")

INTEREST = 1e-4
"""Of 8 hours. It is the rate of whatever coin trades near its oracle, and so the mark by which units are known."""
_UNITS = {
    "an hour, as a fraction": INTEREST / 8,
    "8 hours, as a fraction": INTEREST,
    "an hour, in percent": INTEREST / 8 * 100,
    "8 hours, in percent": INTEREST * 100,
}
_TELLING_SHARE = 0.02
"""Of the rows at a unit's mark that say that this is the unit."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of all coins."""

    coins: dict[str, Contexts]
    """By name, each in order of time."""
    notes: tuple[str, ...]
    """What was left out."""


def read_day(packed: IO[bytes], day: date) -> Day:
    """Return a day of contexts from a stream of its packed file.

    Raises
    ------
    DataError
        If it is cut short, too large, not CSV with the columns known, of another day, or in other units.
    """
    subject = f"asset_ctxs of {day}"
    table = _table(_unpacked(packed, subject), subject)
    time_ms = _times(table, day, subject)
    values = {name: _numbers(table, column, subject) for name, column in NAMES.items()}
    for name in ("mid_price", "bid_price", "ask_price"):
        # The archive writes an empty book as nothing or as zero.
        values[name][values[name] <= 0] = np.nan
    hours, units = _funding_hours(values["funding_rate"], day, subject)
    values["funding_rate"] /= hours
    coins = table.column("coin").combine_chunks()
    names, codes = coins.dictionary.to_pylist(), coins.indices.to_numpy()
    is_named = np.array([bool(_COIN.fullmatch(name)) for name in names])
    rows = np.flatnonzero(_possible(values) & is_named[codes])
    rows = rows[np.lexsort((time_ms[rows], codes[rows]))]
    # Of a coin that is there twice at a time the first row counts.
    is_again = np.append(False, (np.diff(codes[rows]) == 0) & (np.diff(time_ms[rows]) == 0))
    rows = rows[~is_again[: rows.size]]
    n_left_out = codes.size - rows.size
    if n_left_out > MOST_LEFT_OUT * codes.size:
        raise DataError(f"{subject}: {n_left_out} of {codes.size} rows are impossible; the day is left out")
    left_out = (f"{subject}: {n_left_out} of {codes.size} rows left out, without a possible price or name, or twice",)
    return Day(dict(_by_coin(names, codes, time_ms, values, rows)), (*units, *(left_out if n_left_out else ())))


def _unpacked(packed: IO[bytes], subject: str) -> bytearray:
    unpacked, frame, is_whole = bytearray(), lz4.frame.LZ4FrameDecompressor(), False
    try:
        for chunk in iter(lambda: packed.read(CHUNK_BYTES), b""):
            rest = chunk
            while True:
                unpacked += frame.decompress(rest, max_length=CHUNK_BYTES)
                if len(unpacked) > MOST_BYTES:
                    raise DataError(f"{subject}: more than {MOST_BYTES >> 20} MiB unpacked; the day is left out")
                rest, is_whole = b"", frame.eof
                if frame.eof and frame.unused_data:
                    rest, frame = frame.unused_data, lz4.frame.LZ4FrameDecompressor()
                elif frame.eof or frame.needs_input:
                    break
    except RuntimeError as error:
        raise DataError(f"{subject}: not packed as an LZ4 frame: {shown(str(error))}; the day is left out") from None
    if not is_whole:
        raise DataError(f"{subject}: cut short after {len(unpacked):,} bytes unpacked; the day is left out")
    return unpacked


def _table(content: bytearray, subject: str) -> Any:
    names = ("time", "coin", *NAMES.values())
    types = dict.fromkeys(NAMES.values(), pa.float64())
    types |= {"time": pa.timestamp("s", "UTC"), "coin": pa.dictionary(pa.int32(), pa.string())}
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(content),
            parse_options=pa_csv.ParseOptions(quote_char=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=types, include_columns=names, null_values=["", "null"], timestamp_parsers=[pa_csv.ISO8601]
            ),
        )
    except (pa.ArrowException, KeyError) as error:
        reason = inert_line(str(error).splitlines()[0], 200)
        raise DataError(
            f"{subject}: {reason}; allowed is CSV with the columns {', '.join(names)}; the day is left out"
        ) from None
    if table.num_rows == 0:
        raise DataError(f"{subject}: it has no rows; the day is left out")
    return table.unify_dictionaries()


def _times(table: Any, day: date, subject: str) -> IntArray:
    column = table.column("time")
    time_ms: IntArray = column.cast(pa.timestamp("ms", "UTC")).cast(pa.int64()).fill_null(0).to_numpy().copy()
    first_ms = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
    wrong = (time_ms < first_ms) | (time_ms >= first_ms + DAY_MS)
    if wrong.any():
        when = shown(str(column[int(np.argmax(wrong))].as_py()))
        count = int(np.count_nonzero(wrong))
        raise DataError(f"{subject}: {count} rows of another day, first at {when}; the day is left out")
    return time_ms


def _numbers(table: Any, name: str, subject: str) -> FloatArray:
    values: FloatArray = table.column(name).fill_null(np.nan).to_numpy().copy()
    wrong = np.isinf(values)
    if wrong.any() or (np.isnan(values).sum() != table.column(name).null_count):
        raise DataError(f"{subject}: {name} has values that are no numbers; the day is left out")
    return values


def _possible(values: dict[str, FloatArray]) -> BoolArray:
    mark, oracle = values["mark_price"], values["oracle_price"]
    # NaN is in no range.
    possible: BoolArray = (mark > 0) & (oracle > 0) & (mark < oracle * MOST_RATIO) & (oracle < mark * MOST_RATIO)
    possible &= ~(np.abs(values["funding_rate"]) > MOST_RATE)
    for name in ("open_interest", "day_notional_volume"):
        possible &= ~(values[name] < 0)
    return possible


def _funding_hours(rates: FloatArray, day: date, subject: str) -> tuple[float, tuple[str, ...]]:
    """Return how many hours the day's rates are for, told by how often each unit's mark is there."""
    found = [unit for unit, mark in _UNITS.items() if np.count_nonzero(rates == mark) > _TELLING_SHARE * rates.size]
    if len(found) > 1:
        raise DataError(f"{subject}: funding in mixed units, {' and '.join(found)}; the day is left out")
    hourly, eighth = list(_UNITS)[:2]
    is_old = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000 < HOURLY_FROM_MS
    if found == [hourly] or (not found and not is_old):
        return 1.0, ()
    if found == [eighth] and is_old:
        return 8.0, ()
    if found:
        raise DataError(f"{subject}: funding is for {found[0]}; allowed is {hourly}; the day is left out")
    return np.nan, (f"{subject}: whether its funding is for an hour or for 8 cannot be told; it is unknown",)


def _by_coin(
    names: list[str], codes: Any, time_ms: IntArray, values: dict[str, FloatArray], rows: IntArray
) -> Iterator[tuple[str, Contexts]]:
    """Yield the contexts of each coin from rows that are in order of coins and times."""
    codes, time_ms = codes[rows], time_ms[rows]
    values = {name: column[rows] for name, column in values.items()}
    starts = np.append(np.flatnonzero(np.append(True, np.diff(codes) != 0)), codes.size)
    for start, stop in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        part = slice(start, stop)
        yield (
            names[codes[start]],
            Contexts(time_ms=time_ms[part], **{name: column[part] for name, column in values.items()}),
        )
