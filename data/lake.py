"""The lake: imported history in Parquet files that are only ever added to. The only DuckDB import.

::

    <root>/bars/venue=V/coin=C/interval=I/<sha256 of the file>.parquet
    <root>/funding/venue=V/coin=C/<sha256 of the file>.parquet

A file is named by its own bytes and its pages carry checksums: a changed bit is refused on reading.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from data.bars import PRICES, Bars, Funding
from data.errors import DataError
from data.intervals import interval_ms, utc_text
from data.lake_files import column, read_folder, to_table, write_file
from data.quality import QualityReport, check_bars, check_funding

NAME = re.compile(r"[A-Za-z0-9-]{1,20}")

BAR_COLUMNS = ("time_ms", *PRICES, "volume")
FUNDING_COLUMNS = ("time_ms", "rate", "oracle_price")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did."""

    venue: str
    coin: str
    interval: str | None
    """None for funding."""
    n_added: int
    """Rows that are new in the lake."""
    n_known: int
    """Rows that were in the lake already, with the same values."""
    file: Path | None
    """The Parquet file that was added; None when nothing was new."""
    quality: QualityReport
    """What was found in the rows received."""


@dataclass(frozen=True, slots=True)
class LakeEntry:
    """One history in the lake."""

    venue: str
    coin: str
    interval: str | None
    """None for funding."""
    n_rows: int
    first_ms: int
    last_ms: int


class Lake:
    """Imported history under one folder, which is made by the first import."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def import_bars(self, venue: str, coin: str, interval: str, bars: Bars, *, source: str) -> ImportReport:
        """Add bars that are not in the lake yet; see `data.quality.check_bars` for what is refused.

        Parameters
        ----------
        venue, coin
            Letters, digits and hyphens, 1 to 20 of them.
        interval
            Name of the interval, such as "1h".
        source
            Where the bars are from; written into the file.

        Raises
        ------
        DataError
            If the bars break a rule of quality, or disagree with bars of the same times in the lake.
        ConfigError
            If the interval is unknown.
        """
        folder = self._bars_folder(venue, coin, interval)
        quality = check_bars(bars, interval_ms(interval), subject=f"{venue} {coin} {interval} from {source}")
        added, known, file = _append(folder, to_table(bars, BAR_COLUMNS), source)
        return ImportReport(venue, coin, interval, added, known, file, quality)

    def import_funding(self, venue: str, coin: str, funding: Funding, *, source: str) -> ImportReport:
        """Add funding settlements that are not in the lake yet; as `import_bars`."""
        folder = self._funding_folder(venue, coin)
        cleaned, quality = check_funding(funding, subject=f"{venue} {coin} funding from {source}")
        added, known, file = _append(folder, to_table(cleaned, FUNDING_COLUMNS), source)
        return ImportReport(venue, coin, None, added, known, file, quality)

    def read_bars(self, venue: str, coin: str, interval: str) -> Bars:
        """Return all bars of a coin in order of time.

        Raises
        ------
        DataError
            If there are none, or a file of them is damaged.
        """
        table = read_folder(self._bars_folder(venue, coin, interval), BAR_COLUMNS)
        if table is None:
            known = ", ".join(f"{e.venue} {e.coin} {e.interval}" for e in self.list() if e.interval) or "nothing"
            raise DataError(f"the lake has no bars of {venue} {coin} {interval}: it has {known}; import them first")
        return Bars(*(column(table, name) for name in BAR_COLUMNS))

    def read_funding(self, venue: str, coin: str) -> Funding | None:
        """Return all settlements of a coin in order of time, None if the lake has none; a damaged file is refused."""
        table = read_folder(self._funding_folder(venue, coin), FUNDING_COLUMNS)
        if table is None:
            return None
        oracle = column(table, "oracle_price")
        return Funding(column(table, "time_ms"), column(table, "rate"), None if np.isnan(oracle).all() else oracle)

    def list(self) -> Sequence[LakeEntry]:
        """Return every history, sorted by venue, coin and interval, funding last.

        It reads the figures that Parquet keeps about itself, and no checksums: only reading a history checks it.
        """
        bars = _summaries(self.root / "bars", 3, 'venue, coin, "interval"')
        funding = _summaries(self.root / "funding", 2, "venue, coin, NULL")
        entries = [LakeEntry(*row) for row in (*bars, *funding)]
        return sorted(
            entries, key=lambda entry: (entry.venue, entry.coin, entry.interval is None, entry.interval or "")
        )

    def _bars_folder(self, venue: str, coin: str, interval: str) -> Path:
        interval_ms(interval)
        return self._folder("bars", venue, coin) / f"interval={interval}"

    def _funding_folder(self, venue: str, coin: str) -> Path:
        return self._folder("funding", venue, coin)

    def _folder(self, kind: str, venue: str, coin: str) -> Path:
        for what, name in (("venue", venue), ("coin", coin)):
            if NAME.fullmatch(name) is None:
                raise DataError(f"{what} {name!r} is not a name: allowed are 1 to 20 letters, digits and hyphens")
        return self.root / kind / f"venue={venue}" / f"coin={coin}"


def _append(folder: Path, incoming: Any, source: str) -> tuple[int, int, Path | None]:
    """Write the rows of times that the folder does not have; return rows added, rows known, and the file."""
    stored = read_folder(folder, incoming.column_names)
    new = incoming if stored is None else _new_rows(stored, incoming, folder)
    n_known = incoming.num_rows - new.num_rows
    if not new.num_rows:
        return 0, n_known, None
    return new.num_rows, n_known, write_file(folder, new, source)


def _new_rows(stored: Any, incoming: Any, folder: Path) -> Any:
    """Return the incoming rows of unknown times, refusing values that differ at a known time."""
    differs = " OR ".join(f"s.{name} IS DISTINCT FROM i.{name}" for name in incoming.column_names)
    with duckdb.connect() as connection:
        connection.register("stored", stored)
        connection.register("incoming", incoming)
        clashes = f"SELECT count(*), min(time_ms) FROM stored s JOIN incoming i USING (time_ms) WHERE {differs}"  # noqa: S608
        [(count, first_ms)] = connection.execute(clashes).fetchall()
        if count:
            raise DataError(
                f"{count} rows disagree with those in {folder}, first at {utc_text(first_ms)} ({first_ms} ms): "
                "what is in the lake is never rewritten; find out which is right, and import the other elsewhere"
            )
        query = "SELECT i.* FROM incoming i ANTI JOIN stored s USING (time_ms) ORDER BY time_ms"
        rows: Any = connection.sql(query)
        return rows.to_arrow_table().cast(incoming.schema)


def _summaries(base: Path, depth: int, keys: str) -> Sequence[tuple[Any, ...]]:
    """Return keys, rows, first and last time of each partition, `depth` folders below `base`."""
    pattern = "*/" * depth + "*.parquet"
    if not any(base.glob(pattern)):
        return []
    # The folder's own name may hold characters that mean something to a pattern.
    files = f"{glob.escape(str(base))}/{pattern}"
    with duckdb.connect() as connection:
        try:
            return connection.execute(
                f"SELECT {keys}, count(*), min(time_ms), max(time_ms) "  # noqa: S608
                "FROM read_parquet(?, hive_partitioning = true, hive_types_autocast = false) GROUP BY ALL",
                [files],
            ).fetchall()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise DataError(f"the lake at {base} has a damaged file: {reason}; delete it and import again") from None
