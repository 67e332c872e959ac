"""Asset contexts and best bids and offers in Parquet files by month, beside the bars of the lake.

::

    <root>/contexts/venue=V/coin=C/month=2024-03/<sha256>.parquet
    <root>/quotes/venue=V/coin=C/month=2024-03/<sha256>.parquet

A file is named by its own bytes, its pages carry checksums, and it is never changed. The venue says when a quote was;
of a context it does not, so that its time is that of its coming. NaN stands for an empty side of the book.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import pyarrow as pa

from data.durable import sync_folder
from data.hyperliquid.wire import AssetContext, BestBidOffer
from data.lake_files import differing, read_verified, write_file
from data.lake_layout import LakeFile, check_format, mark_format, series_of
from data.recording.records import Record

Kind: TypeAlias = Literal["contexts", "quotes"]

COLUMNS: dict[Kind, tuple[str, ...]] = {
    "contexts": (
        "time_ms",
        "funding",
        "open_interest",
        "mark_price",
        "mid_price",
        "oracle_price",
        "premium",
        "day_notional_volume",
    ),
    "quotes": ("time_ms", "received_ms", "bid_price", "bid_size", "ask_price", "ask_size"),
}
WHEN_HEARD = "received_ms"
"""The one column that two tellings of the same may differ in."""


def keep_observations(root: Path, venue: str, records: Sequence[Record], source: str) -> dict[Kind, int]:
    """Write contexts and quotes into the lake, a file for each coin and month, and return how many there were.

    The same records again make the same files again: a stop in between loses nothing and doubles nothing.

    Parameters
    ----------
    source
        Name of the segment that they are from; written into the files.
    """
    counts: dict[Kind, int] = {"contexts": 0, "quotes": 0}
    check_format(root)
    rows = sorted((row for record in records if (row := _row(record)) is not None), key=lambda row: row[:3])
    for (kind, coin, month), group in groupby(rows, key=lambda row: (row[0], row[1], _month(row[2]))):
        values = [row[2:] for row in group]
        folder = folder_of(root, kind, venue, coin) / f"month={month}"
        is_new = not folder.exists()
        mark_format(root)
        write_file(folder, _table(kind, values), source=source, version=1)
        if is_new:
            _sync_parents(folder, root)
        counts[kind] += len(values)
    return counts


def read_observations(root: Path, kind: Kind, venue: str, coin: str) -> Any:
    """Return what was recorded of a coin as an Arrow table in order of time, each row once; None if nothing was.

    Raises
    ------
    DataError
        If a file is damaged.
    """
    check_format(root)
    files = sorted(folder_of(root, kind, venue, coin).glob("month=*/*.parquet"))
    if not files:
        return None
    table = pa.concat_tables([read_verified(LakeFile(path, 1, False), COLUMNS[kind]) for path in files])
    keys = [name for name in COLUMNS[kind] if name != WHEN_HEARD]
    table = table.sort_by([(name, "ascending") for name in (*keys, *(set(COLUMNS[kind]) - set(keys)))])
    is_new = differing(table.slice(1).select(keys), table.slice(0, table.num_rows - 1).select(keys))
    return table.filter(np.concatenate(([True], is_new)))


def folder_of(root: Path, kind: Kind, venue: str, coin: str) -> Path:
    """Return where the observations of a coin lie; a name that is none is refused (DataError)."""
    # The names are those of the lake's histories.
    series_of(root, venue, coin, None)
    return root / kind / f"venue={venue}" / f"coin={coin}"


def _row(record: Record) -> tuple[Any, ...] | None:
    told = record.told
    match told:
        case AssetContext():
            values = (getattr(told, name) for name in COLUMNS["contexts"][1:])
            return ("contexts", told.coin, record.received_ms, *_numbers(values))
        case BestBidOffer():
            sides = [None if side is None else (side.price, side.size) for side in (told.bid, told.ask)]
            values = (value for side in sides for value in (side or (None, None)))
            return ("quotes", told.coin, told.time_ms, record.received_ms, *_numbers(values))
    return None


def _numbers(values: Iterable[float | None]) -> Iterator[float]:
    return (np.nan if value is None else float(value) for value in values)


def _month(time_ms: int) -> str:
    return str(np.datetime64(time_ms, "ms").astype("datetime64[M]"))


def _table(kind: Kind, rows: Sequence[tuple[Any, ...]]) -> Any:
    columns = zip(*rows, strict=True)
    types = {name: pa.int64() if name.endswith("_ms") else pa.float64() for name in COLUMNS[kind]}
    return pa.table({name: pa.array(column, types[name]) for name, column in zip(types, columns, strict=True)})


def _sync_parents(folder: Path, root: Path) -> None:
    while folder != root.parent:
        folder = folder.parent
        sync_folder(folder)
