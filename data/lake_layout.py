"""Where the lake keeps what, and the version of that layout.

::

    <root>/lake.json                                                                 {"format":2}
    <root>/bars/venue=V/coin=C/interval=I/month=2024-03/<sha256>.parquet             what came first
    <root>/bars/venue=V/coin=C/interval=I/month=2024-03/version=2/<sha256>.parquet   a correction of it
    <root>/funding/venue=V/coin=C/year=2024/<sha256>.parquet
    <root>/contexts/venue=V/coin=C/month=2024-03/<sha256>.parquet

What kinds of history there are stands in `KINDS`, and nowhere else: a kind more is a line more.

Format 1 had no lake.json, and its files lay in the folder of their history. They are read where they lie.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from data.bars import Bars, Contexts, Funding
from data.canonical import canonical_json
from data.durable import write_atomically
from data.errors import DataError
from data.intervals import interval_ms
from data.shown import shown

FORMAT = 2
FORMAT_FILE = "lake.json"
NAME = re.compile(r"[A-Za-z0-9-]{1,20}")
PLACE = re.compile(r"((month|year)=[^/]+/(version=([1-9][0-9]{0,8})/)?)?[^/]+\.parquet")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of history: what a row of it says, and how much of it lies in one folder of files."""

    name: str
    """Of the folder, and of the view in SQL."""
    columns: tuple[str, ...]
    """Times first."""
    period: str
    """What one folder covers: a year of settlements is some 9,000 rows, a month of minutes 45,000."""
    has_interval: bool
    """Whether a coin has several, each at an interval of its own."""


BARS = Kind("bars", tuple(item.name for item in fields(Bars)), "month", True)
FUNDING = Kind("funding", tuple(item.name for item in fields(Funding)), "year", False)
CONTEXTS = Kind("contexts", tuple(item.name for item in fields(Contexts)), "month", False)
KINDS = (BARS, FUNDING, CONTEXTS)


@dataclass(frozen=True, slots=True)
class LakeFile:
    """One Parquet file of a history."""

    path: Path
    version: int
    """1 for what came first; of a time that is in several files the highest counts."""
    is_flat: bool
    """Whether it lies where format 1 put it, outside the folders of months or years."""


@dataclass(frozen=True, slots=True)
class Series:
    """One history in the lake: the bars of a coin at an interval, its funding, or its contexts."""

    root: Path
    kind: Kind
    venue: str
    coin: str
    interval: str | None
    """Of bars; None for whatever has none."""

    @property
    def period(self) -> str:
        return self.kind.period

    @property
    def folder(self) -> Path:
        folder = self.root / self.kind.name / f"venue={self.venue}" / f"coin={self.coin}"
        return folder if self.interval is None else folder / f"interval={self.interval}"

    def __str__(self) -> str:
        return f"{self.kind.name} of {self.venue} {self.coin} {self.interval or ''}".rstrip()

    def files(self, period: str = "") -> Sequence[LakeFile]:
        """Return the files of a period ("2024-03", "2024"), or all; by period, what came first before corrections.

        Raises
        ------
        DataError
            If a file lies where the layout has no place for it.
        """
        folder = self.folder / f"{self.period}={period}" if period else self.folder
        return [self._placed(path) for path in sorted(folder.rglob("*.parquet"))]

    def files_between(self, start_ms: int, end_ms: int) -> Sequence[LakeFile]:
        """Return the files that may have rows from the first moment to the second, both included; as `files`."""
        unit = f"datetime64[{self.period[0].upper()}]"
        first, last = (str(np.datetime64(moment_ms, "ms").astype(unit)) for moment_ms in (start_ms, end_ms))
        return [file for file in self.files() if file.is_flat or first <= self._period_of(file) <= last]

    def _period_of(self, file: LakeFile) -> str:
        return file.path.relative_to(self.folder).parts[0].partition("=")[2]

    def _placed(self, path: Path) -> LakeFile:
        place = PLACE.fullmatch(path.relative_to(self.folder).as_posix())
        if place is None or place[2] not in (None, self.period):
            raise DataError(
                f"{path} is not where the lake puts a file: allowed are {self.period}=.../ and "
                f"{self.period}=.../version=.../ in {self.folder}; move it away"
            )
        return LakeFile(path, int(place[4] or 1), place[1] is None)


def series_of(root: Path, kind: Kind, venue: str, coin: str, interval: str | None = None) -> Series:
    """Return the place of a history.

    Raises
    ------
    DataError
        If the venue or the coin is not a name of 1 to 20 letters, digits and hyphens.
    ConfigError
        If the interval is unknown.
    """
    if interval is not None:
        interval_ms(interval)
    for what, name in (("venue", venue), ("coin", coin)):
        if NAME.fullmatch(name) is None:
            raise DataError(f"{what} {name!r} is not a name: allowed are 1 to 20 letters, digits and hyphens")
    return Series(root, kind, venue, coin, interval)


def all_series(root: Path) -> Iterator[Series]:
    """Return every history that has a file, in the order of `KINDS` and of their folders."""
    for kind in KINDS:
        for folder in sorted(root.glob(f"{kind.name}/venue=*/coin=*" + "/interval=*" * kind.has_interval)):
            # An import that found no space leaves a folder without a file, which is no history.
            if any(folder.rglob("*.parquet")):
                interval = _value(folder) if kind.has_interval else None
                of_coin = folder.parent if kind.has_interval else folder
                yield Series(root, kind, _value(of_coin.parent), _value(of_coin), interval)


def check_format(root: Path) -> None:
    """Refuse a lake that a newer version of the foundry has written.

    Raises
    ------
    DataError
        If the lake's format is higher than `FORMAT`, or cannot be read.
    """
    path = root / FORMAT_FILE
    if not path.exists():
        return
    content = path.read_bytes()[:200]
    try:
        found = json.loads(content)["format"]
    except (ValueError, KeyError, TypeError):
        found = None
    if type(found) is not int or found < 1:
        raise DataError(
            f"{path} does not say which format the lake has: received {shown(content.decode(errors='replace'))}; "
            f'write {{"format":{FORMAT}}} into it if this version made the lake'
        )
    if found > FORMAT:
        raise DataError(
            f"the lake at {root} has format {found}, made by a newer version; this one reads up to format {FORMAT}: "
            "use the newer version, or another home"
        )


def mark_format(root: Path) -> None:
    """Write down which format the lake has, unless that is written already."""
    if not (root / FORMAT_FILE).exists():
        write_atomically(root / FORMAT_FILE, canonical_json({"format": FORMAT}))


def _value(folder: Path) -> str:
    return folder.name.partition("=")[2]
