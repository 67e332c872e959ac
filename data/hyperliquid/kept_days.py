"""Days of the archive that were fetched and paid for: one Parquet file each, sorted by coin, so that one is read alone.

A day that could not be read is kept too, as a file without rows that says why: it is not paid for twice. Pages have
checksums; which rows are whose stands at the end of the file, which has none, and so has a hash of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from data.bars import Contexts
from data.canonical import sha256_hex
from data.durable import write_atomically
from data.errors import DataError
from data.hyperliquid.asset_contexts import Day

GROUP_ROWS = 1 << 14
"""Read and decoded together: some ten coins."""
COLUMNS = tuple(item.name for item in fields(Contexts))
SCHEMA = pa.schema([(name, pa.int64() if name == "time_ms" else pa.float64()) for name in COLUMNS])
VERSION = "2"
UNSURE_VERSION = "1"
"""Had no hash, so that nobody can tell whose its rows are: its days are fetched again."""


@dataclass(frozen=True, slots=True)
class KeptDay:
    """What a file says about itself."""

    path: Path
    tag: str
    """Of the archive's file that it was made of."""
    rows: dict[str, tuple[int, int]]
    """First row of each coin, and the one behind its last."""
    notes: tuple[str, ...]

    def read(self, coin: str) -> Contexts | None:
        """Return the contexts of a coin, None if it had none.

        Raises
        ------
        DataError
            If the file is damaged.
        """
        if coin not in self.rows:
            return None
        first, stop = self.rows[coin]
        table = self._read(first, stop)
        return Contexts(*(np.array(table.column(name).to_numpy()) for name in COLUMNS))

    def verify(self) -> None:
        """Read all of it.

        Raises
        ------
        DataError
            If the file is damaged.
        """
        self._read(0, self._n_rows)

    def _read(self, first: int, stop: int) -> Any:
        groups = range(first // GROUP_ROWS, (stop - 1) // GROUP_ROWS + 1)
        offset = first - groups.start * GROUP_ROWS
        n_rows = min(groups.stop * GROUP_ROWS, self._n_rows) - groups.start * GROUP_ROWS
        try:
            with pa_parquet.ParquetFile(self.path, page_checksum_verification=True) as file:
                table = file.read_row_groups(groups, columns=list(COLUMNS))
        except (pa.ArrowException, OSError, ValueError) as error:
            # ValueError: a name of a column that is no text.
            raise _damaged(self.path, error) from None
        if table.num_rows != n_rows or table.schema.remove_metadata() != SCHEMA:
            raise _damaged(self.path, ValueError(f"{table.num_rows} rows of {len(table.schema)} columns were there"))
        return table.slice(offset, stop - first)

    @property
    def _n_rows(self) -> int:
        return max((stop for _, stop in self.rows.values()), default=0)


def open_kept(path: Path) -> KeptDay | None:
    """Return a day by its file; None if another version kept it.

    Raises
    ------
    DataError
        If the file is damaged.
    FileNotFoundError
        If it is not there.
    """
    try:
        said = pa_parquet.read_schema(path).metadata or {}
        plain = json.loads(said[b"day"])
        if plain["version"] == UNSURE_VERSION:
            return None
        if said[b"sha256"].decode() != sha256_hex(said[b"day"]):
            raise ValueError("what it says of its rows is not what was written")
        if plain["version"] != VERSION:
            return None
        rows = {str(coin): (int(first), int(stop)) for coin, (first, stop) in plain["rows"].items()}
        return KeptDay(path, str(plain["tag"]), rows, tuple(map(str, plain["notes"])))
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, error) from None


class KeptDays:
    """The days under one folder, which is made by the first of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, day: date) -> KeptDay | None:
        """Return a day, None if it is not kept.

        Raises
        ------
        DataError
            If its file is damaged.
        """
        try:
            return open_kept(self._path(day))
        except FileNotFoundError:
            return None

    def keep(self, day: date, tag: str, found: Day) -> KeptDay:
        """Keep a day, in place of what was kept of it."""
        coins = sorted(found.coins)
        stops = np.cumsum([len(found.coins[coin]) for coin in coins]).tolist()
        rows = {coin: (stop - len(found.coins[coin]), stop) for coin, stop in zip(coins, stops, strict=True)}
        said = json.dumps({"version": VERSION, "tag": tag, "rows": rows, "notes": found.notes})
        table = pa.table({name: _joined(found, coins, name) for name in COLUMNS})
        sink = pa.BufferOutputStream()
        pa_parquet.write_table(
            table.replace_schema_metadata({"day": said, "sha256": sha256_hex(said.encode())}),
            sink,
            row_group_size=GROUP_ROWS,
            compression="zstd",
            compression_level=1,
            use_dictionary=[name for name in COLUMNS if name != "time_ms"],
            column_encoding={"time_ms": "DELTA_BINARY_PACKED"},
            write_page_checksum=True,
        )
        write_atomically(self._path(day), bytes(sink.getvalue().to_pybytes()))
        return KeptDay(self._path(day), tag, rows, found.notes)

    def _path(self, day: date) -> Path:
        return self._folder / f"{day:%Y%m%d}.parquet"


def _joined(found: Day, coins: Sequence[str], name: str) -> Any:
    empty = np.empty(0, dtype=np.int64 if name == "time_ms" else np.float64)
    return np.concatenate([empty, *(getattr(found.coins[coin], name) for coin in coins)])


def _damaged(path: Path, error: Exception) -> DataError:
    reason = (str(error) or type(error).__name__).splitlines()[0]
    return DataError(f"{path} is damaged: {reason}; delete it, and its day is fetched and paid for again")
