"""Reading the lake: histories that were imported, what is known of their coins, and what there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from data.bars import Bars, Contexts, Funding
from data.errors import DataError
from data.facts.history import FactsHistory
from data.facts.store import read_facts
from data.lake_entries import LakeEntry, entry_of
from data.lake_files import column, read_files
from data.lake_layout import BARS, CONTEXTS, FUNDING, KINDS, Kind, Series, all_series, check_format, series_of
from data.lake_lock import GATE, reading
from data.market import IntArray
from data.splice.record import SpliceRecord, check_bars_whole, check_funding_whole, is_splice, newest, not_whole

LOOKS = 5

T = TypeVar("T")


class LakeReader:
    """Imported history under one folder, for whoever does not add to it; `data.lake.Lake` does.

    A history is read while nobody writes to it, so that an import is seen whole or not at all; who reads and who writes
    wait for each other as `data.lake_lock` says, and what lasts longer is a ConfigError that names the process.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def read_bars(self, venue: str, coin: str, interval: str) -> Bars:
        """Return all bars of a coin in order of time.

        Raises
        ------
        DataError
            If there are none, or a file of them is damaged.
        """
        series = series_of(self.root, BARS, venue, coin, interval)
        table = _read(series)
        if table is None and self.splice_record(venue, coin) is not None:
            raise not_whole(series)
        if table is None:
            known = ", ".join(f"{e.venue} {e.coin} {e.interval}" for e in self.list() if e.interval) or "nothing"
            raise DataError(f"the lake has no bars of {venue} {coin} {interval}: it has {known}; import them first")
        bars = Bars(*(column(table, name) for name in BARS.columns))
        if is_splice(venue):
            check_bars_whole(series, bars, newest(self.root, venue, coin))
        return bars

    def read_funding(self, venue: str, coin: str) -> Funding | None:
        """Return all settlements of a coin in order of time, None if the lake has none; a damaged file is refused."""
        series = series_of(self.root, FUNDING, venue, coin)
        table = _read(series)
        funding = None
        if table is not None:
            oracle = column(table, "oracle_price")
            known_oracle = None if np.isnan(oracle).all() else oracle
            funding = Funding(column(table, "time_ms"), column(table, "rate"), known_oracle)
        if is_splice(venue):
            check_funding_whole(series, funding, newest(self.root, venue, coin))
        return funding

    def splice_record(self, venue: str, coin: str) -> SpliceRecord | None:
        """Return what a spliced market is made of; None of a venue's own history."""
        found = newest(self.root, venue, coin) if is_splice(venue) else None
        return None if found is None else found[1]

    def read_contexts(self, venue: str, coin: str, month: str = "") -> Contexts | None:
        """Return the contexts of a coin in order of time, all or those of a month ("2024-03"); None without any."""
        table = _read(series_of(self.root, CONTEXTS, venue, coin), month)
        return None if table is None else Contexts(*(column(table, name) for name in CONTEXTS.columns))

    def read_bars_between(self, venue: str, coin: str, interval: str, start_ms: int, end_ms: int) -> Bars:
        """Return the bars of some months: those from the first moment to the second (not included); maybe none."""
        table = _read(series_of(self.root, BARS, venue, coin, interval), between=(start_ms, end_ms))
        names = BARS.columns
        columns = [np.empty(0)] * len(names) if table is None else [column(table, name) for name in names]
        times = columns[0].astype(np.int64)
        is_inside = (times >= start_ms) & (times < end_ms)
        return Bars(times[is_inside], *(values[is_inside] for values in columns[1:]))

    def read_times(
        self,
        kind: Kind,
        venue: str,
        coin: str,
        interval: str | None = None,
        *,
        between: tuple[int, int] | None = None,
    ) -> IntArray:
        """Return the times of a history alone, in order; none if the lake has nothing of it.

        Parameters
        ----------
        between
            First and last moment that matter; the months or years of the others may be left out, and need not be
            read.
        """
        table = _read(series_of(self.root, kind, venue, coin, interval), columns=("time_ms",), between=between)
        return np.empty(0, dtype=np.int64) if table is None else column(table, "time_ms")

    def facts(self, venue: str) -> FactsHistory:
        """Return what was ever said about a venue's coins; see `data.facts`."""
        check_format(self.root)
        return read_facts(self.root, venue)

    def verify(self, series: Series) -> None:
        """Read every byte of a history and forget it.

        Raises
        ------
        DataError
            If a file of it is damaged.
        """
        _read(series)

    def verify_splice(self, venue: str, coin: str) -> None:
        """Read a spliced market and the record of what it is made of, and forget both.

        Raises
        ------
        UnfinishedError
            If making it was interrupted.
        DataError
            If a file of it is damaged.
        """
        record = self.splice_record(venue, coin)
        if record is not None:
            self.read_bars(venue, coin, record.recipe.interval)
            self.read_funding(venue, coin)

    def list(self) -> Sequence[LakeEntry]:
        """Return every history, sorted by venue, coin and interval, funding behind the bars and contexts last.

        It reads the figures that Parquet keeps about itself, and no checksums: only reading a history checks it.
        """
        check_format(self.root)
        entries = [_steady(partial(entry_of, series)) for series in all_series(self.root)]
        return sorted(
            entries, key=lambda entry: (entry.venue, entry.coin, KINDS.index(entry.kind), entry.interval or "")
        )


def _read(series: Series, period: str = "", columns: Sequence[str] = (), between: tuple[int, int] | None = None) -> Any:
    check_format(series.root)

    def look() -> Any:
        files = series.files(period) if between is None else series.files_between(*between)
        return read_files(files, columns or series.kind.columns)

    return _undisturbed(series, partial(_steady, look))


def _undisturbed(series: Series, look: Callable[[], T]) -> T:
    """Look while nobody writes: an import adds month after month, and half of it is nobody's history.

    Before the first import there is no lock to hold: if there is one after the look, an import has begun meanwhile.
    """
    with reading(series.folder, str(series)) as is_held:
        found = look()
    if is_held or not (series.folder / GATE).exists():
        return found
    with reading(series.folder, str(series)):
        return look()


def _steady(look: Callable[[], T]) -> T:
    """Look again if a file has gone meanwhile: the first append moves what format 1 wrote, and nothing else moves."""
    for _ in range(LOOKS - 1):
        try:
            return look()
        except FileNotFoundError:
            continue
    return look()
