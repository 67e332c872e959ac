"""The days of Hyperliquid's archive of contexts: listed, fetched once each, kept on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from data.errors import DataError
from data.hyperliquid.asset_contexts import Day, read_day
from data.hyperliquid.kept_days import KeptDay, KeptDays
from data.intervals import DAY_MS
from data.sources.s3 import Bucket, Stored

BUCKET = "hyperliquid-archive"
FOLDER = "asset_ctxs/"
SUFFIX = ".csv.lz4"
MOST_BYTES = 1 << 28
"""Of one packed file; a day of 230 coins has some 10 MB."""


class ArchiveDays:
    """What the archive has of each day.

    Parameters
    ----------
    bucket
        Where it is.
    folder
        Where days are kept, so that none is paid for twice, whatever coins are asked for later.
    """

    def __init__(self, bucket: Bucket, folder: Path) -> None:
        self._bucket, self._kept = bucket, KeptDays(folder)
        self._listed: dict[date, Stored] | None = None
        self._latest: tuple[date, KeptDay] | None = None
        self._counted: set[date] = set()

    def listed(self) -> dict[date, Stored]:
        """Return the days that there are, in order, with their packed files; asked once."""
        if self._listed is None:
            found = {_day_of(key): stored for key, stored in self._bucket.files(FOLDER).items()}
            self._listed = {day: found[day] for day in sorted(day for day in found if day is not None)}
        return self._listed

    def count_new(self, days: Sequence[date]) -> Sequence[Stored]:
        """Return the packed files of those days that are not on disk, each only the first time that it is asked for."""
        listed = self.listed()
        new = [day for day in days if day in listed and day not in self._counted and not self._is_kept(day)]
        self._counted |= set(new)
        return [listed[day] for day in new]

    def open(self, day: date) -> KeptDay | None:
        """Return a day, fetched if it has to be; None if the archive lacks it.

        A day whose file is no day of contexts has no coins, and says why in its notes.

        Raises
        ------
        DataError
            If the archive does not answer, or what is kept of the day is damaged.
        """
        if self._latest is not None and self._latest[0] == day:
            return self._latest[1]
        stored = self.listed().get(day)
        if stored is None:
            return None
        kept = self._kept.find(day)
        if kept is None or kept.tag != stored.tag:
            kept = self._fetch(day, stored)
        if kept is not None:
            self._latest = (day, kept)
        return kept

    def _is_kept(self, day: date) -> bool:
        kept = self._kept.find(day)
        return kept is not None and kept.tag == self.listed()[day].tag

    def _fetch(self, day: date, stored: Stored) -> KeptDay | None:
        if stored.n_bytes > MOST_BYTES:
            reason = f"asset_ctxs of {day}: {stored.n_bytes:,} bytes packed, allowed are {MOST_BYTES:,}"
            return self._kept.keep(day, stored.tag, Day({}, (f"{reason}; the day is left out",)))
        with tempfile.TemporaryFile() as packed:
            if not self._bucket.copy(f"{FOLDER}{day:%Y%m%d}{SUFFIX}", stored, packed):
                return None
            packed.seek(0)
            try:
                found = read_day(packed, day)
            except DataError as error:
                # It came whole: it is the archive's, and would be the same again.
                found = Day({}, (str(error),))
        return self._kept.keep(day, stored.tag, found)


def day_at(time_ms: int) -> date:
    """Return the day of a moment, UTC."""
    return date(1970, 1, 1) + timedelta(days=time_ms // DAY_MS)


def midnight_ms(day: date) -> int:
    """Return the first moment of a day, UTC milliseconds."""
    return (day - date(1970, 1, 1)).days * DAY_MS


def _day_of(key: str) -> date | None:
    name = key.removeprefix(FOLDER).removesuffix(SUFFIX)
    if len(name) != len("20240101") or not name.isdigit() or key != f"{FOLDER}{name}{SUFFIX}":
        return None
    try:
        return datetime.strptime(name, "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None
