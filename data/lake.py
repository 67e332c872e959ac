"""The lake: imported history in Parquet files that are only ever added to; see `data.lake_layout` for where they lie.

A file is named by its own bytes and its pages carry checksums: a changed bit is refused on reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data.bars import Bars, Contexts, Funding
from data.context_quality import check_contexts
from data.errors import DataError
from data.intervals import interval_ms
from data.lake_append import Appended, OnConflict, append
from data.lake_files import to_table
from data.lake_layout import BARS, CONTEXTS, FUNDING, Kind, Series, check_format, mark_format, series_of
from data.lake_reader import LakeReader
from data.quality import QualityReport, check_bars, check_funding
from data.splice.record import is_splice


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did."""

    kind: Kind
    venue: str
    coin: str
    interval: str | None
    """Of bars."""
    appended: Appended
    """How many rows are new, known and corrected, and the files that were added."""
    quality: QualityReport
    """What was found in the rows received."""


class Lake(LakeReader):
    """Imported history under one folder, which is made by the first import."""

    def import_bars(
        self,
        venue: str,
        coin: str,
        interval: str,
        bars: Bars,
        *,
        source: str,
        on_conflict: OnConflict = "refuse",
    ) -> ImportReport:
        """Add bars that are not in the lake yet; see `data.quality.check_bars` for what is refused.

        Parameters
        ----------
        venue, coin
            Letters, digits and hyphens, 1 to 20 of them.
        interval
            Name of the interval, such as "1h".
        source
            Where the bars are from; written into the files.
        on_conflict
            What to do with bars of known times and other values.

        Raises
        ------
        DataError
            If the venue's name begins with splice-, the bars break a rule of quality, or disagree with bars of the
            same times in the lake and shall not correct them, or the lake was made by a newer version.
        ConfigError
            If the interval is unknown, or another process does not let go of this history.
        """
        series = series_of(self.root, BARS, venue, coin, interval)
        quality = check_bars(bars, interval_ms(interval), subject=f"{venue} {coin} {interval} from {source}")
        return self._import(series, to_table(bars, BARS.columns), source, on_conflict, quality)

    def import_funding(
        self,
        venue: str,
        coin: str,
        funding: Funding,
        *,
        source: str,
        on_conflict: OnConflict = "refuse",
    ) -> ImportReport:
        """Add funding settlements that are not in the lake yet; as `import_bars`."""
        series = series_of(self.root, FUNDING, venue, coin)
        cleaned, quality = check_funding(funding, subject=f"{venue} {coin} funding from {source}")
        return self._import(series, to_table(cleaned, FUNDING.columns), source, on_conflict, quality)

    def import_contexts(
        self, venue: str, coin: str, contexts: Contexts, *, source: str, on_conflict: OnConflict = "refuse"
    ) -> ImportReport:
        """Add contexts that are not in the lake yet; as `import_bars`, and one row is enough."""
        series = series_of(self.root, CONTEXTS, venue, coin)
        quality = check_contexts(contexts, subject=f"{venue} {coin} contexts from {source}")
        return self._import(series, to_table(contexts, CONTEXTS.columns), source, on_conflict, quality)

    def _import(
        self, series: Series, table: Any, source: str, on_conflict: OnConflict, quality: QualityReport
    ) -> ImportReport:
        refuse_reserved(series.venue)
        check_format(self.root)
        mark_format(self.root)
        appended = append(series, table, source=source, on_conflict=on_conflict)
        return ImportReport(series.kind, series.venue, series.coin, series.interval, appended, quality)


def refuse_reserved(venue: str) -> None:
    """Refuse to put rows of anybody's among those that a recipe has made.

    Raises
    ------
    DataError
        If the venue's name is that of a spliced market.
    """
    if is_splice(venue):
        raise DataError(
            f"venue {venue!r} is the name of a spliced market, which only `organism data splice` writes: "
            "choose a name that does not begin with splice-"
        )
