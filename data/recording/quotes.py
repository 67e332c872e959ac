"""Best bids and offers in Parquet files by month, beside the histories of the lake.

::

    <root>/quotes/venue=V/coin=C/month=2024-03/<sha256>.parquet

They come many times a second, so that no file is read when another one is added, as it is for the histories: what is
there twice is left out when they are read. A file is named by its own bytes, its pages carry checksums, and it is
never changed. NaN stands for an empty side of the book.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from data.durable import sync_folder
from data.hyperliquid.wire import BestBidOffer, Level
from data.lake_files import differing, read_verified, write_file
from data.lake_layout import CONTEXTS, LakeFile, check_format, mark_format, series_of

COLUMNS = ("time_ms", "bid_price", "bid_size", "ask_price", "ask_size")


def keep_quotes(root: Path, venue: str, quotes: Sequence[BestBidOffer], source: str) -> int:
    """Write quotes into the lake, a file for each coin and month, and return how many there were.

    The same quotes again make the same files again: a stop in between loses nothing and doubles nothing.

    Parameters
    ----------
    source
        Where they are from; written into the files.
    """
    check_format(root)
    rows = sorted((_row(quote) for quote in quotes), key=lambda row: row[:2])
    folders: set[Path] = set()
    for (coin, month), group in groupby(rows, key=lambda row: (row[0], _month(row[1]))):
        folder = quotes_folder(root, venue, coin) / f"month={month}"
        mark_format(root)
        columns = zip(*(row[1:] for row in group), strict=True)
        types = [pa.int64(), *[pa.float64()] * 4]
        table = pa.table([pa.array(*column) for column in zip(columns, types, strict=True)], names=COLUMNS)
        write_file(folder, table, source=source, version=1)
        folders.update(place for place in folder.parents if place.is_relative_to(root))
    # Whoever made a folder may have been stopped before its entry was on the disk.
    for place in folders:
        sync_folder(place)
    return len(rows)


def read_quotes(root: Path, venue: str, coin: str) -> Any:
    """Return the quotes of a coin as an Arrow table in order of time, each once; None if there are none.

    Raises
    ------
    DataError
        If a file is damaged.
    """
    check_format(root)
    files = sorted(quotes_folder(root, venue, coin).glob("month=*/*.parquet"))
    if not files:
        return None
    table = pa.concat_tables([read_verified(LakeFile(path, 1, False), COLUMNS) for path in files])
    table = table.sort_by([(name, "ascending") for name in COLUMNS])
    is_new = differing(table.slice(1), table.slice(0, table.num_rows - 1))
    return table.filter(np.concatenate(([True], is_new)))


def recorded_quotes(root: Path) -> Sequence[tuple[str, str]]:
    """Return the venues and coins of which there are quotes."""
    folders = sorted({path.parent.parent for path in root.glob("quotes/venue=*/coin=*/month=*/*.parquet")})
    return [(folder.parent.name.partition("=")[2], folder.name.partition("=")[2]) for folder in folders]


def quotes_folder(root: Path, venue: str, coin: str) -> Path:
    """Return where the quotes of a coin lie; a name that is none of the lake's is refused (DataError)."""
    series_of(root, CONTEXTS, venue, coin)
    return root / "quotes" / f"venue={venue}" / f"coin={coin}"


def _row(quote: BestBidOffer) -> tuple[Any, ...]:
    return (quote.coin, quote.time_ms, *_side(quote.bid), *_side(quote.ask))


def _side(level: Level | None) -> tuple[float, float]:
    return (np.nan, np.nan) if level is None else (level.price, level.size)


def _month(time_ms: int) -> str:
    return str(np.datetime64(time_ms, "ms").astype("datetime64[M]"))
