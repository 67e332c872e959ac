"""What is in the lake, by what its files say of themselves: one entry a history."""

from __future__ import annotations

from dataclasses import dataclass

from data.lake_files import read_files, row_counts
from data.lake_layout import Kind, Series


@dataclass(frozen=True, slots=True)
class LakeEntry:
    """One history in the lake."""

    kind: Kind
    venue: str
    coin: str
    interval: str | None
    """Of bars."""
    n_rows: int
    first_ms: int
    last_ms: int
    n_corrections: int = 0
    """Rows that took the place of others; one that was corrected twice counts twice."""


def entry_of(series: Series) -> LakeEntry:
    """Return what there is of a history, without reading and checking its rows.

    Raises
    ------
    DataError
        If the end of a file is damaged.
    FileNotFoundError
        If a file has gone meanwhile.
    """
    files = series.files()
    counts = [row_counts(file) for file in files]
    n_rows = sum(count.n_rows for file, count in zip(files, counts, strict=True) if file.version == 1)
    if len({file.is_flat for file in files}) > 1:
        # A move of what format 1 wrote was interrupted: some rows are in two files.
        n_rows = read_files(files, ["time_ms"]).num_rows
    return LakeEntry(
        series.kind,
        series.venue,
        series.coin,
        series.interval,
        n_rows,
        min(count.first_ms for count in counts),
        max(count.last_ms for count in counts),
        sum(count.n_rows for file, count in zip(files, counts, strict=True) if file.version > 1),
    )
