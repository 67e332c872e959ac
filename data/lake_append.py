"""Adding rows to one history of the lake: only the months that they touch are read, and no file is ever changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from data.durable import sync_folder
from data.errors import DataError
from data.intervals import utc_text
from data.lake_files import differing, read_files, read_verified, source_of, write_file
from data.lake_layout import Series
from data.lake_lock import writing

OnConflict = Literal["refuse", "correct"]
"""What to do with rows of known times and other values, because a source has changed its past.

"refuse" refuses all that was received; the lake stays as it was. "correct" keeps them as a higher version, which is
what reads give from then on.
"""


@dataclass(frozen=True, slots=True)
class Appended:
    """What adding rows did."""

    n_added: int
    """Rows of times that were not there."""
    n_known: int
    """Rows that were there, with the same values."""
    n_corrected: int
    """Rows that were there with other values, and have a higher version now."""
    files: tuple[Path, ...]
    """The files that were added, in order of time."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one month, or year, gets."""

    folder: Path
    new: Any
    differing: Any
    version: int
    """Of the rows that differ."""

    @property
    def has_stored(self) -> bool:
        return self.version > 1


def append(series: Series, table: Any, *, source: str, on_conflict: OnConflict) -> Appended:
    """Add rows, sorted by time without doubles, to a history; one writer at a time, others wait, and so do readers.

    Every file is complete the moment it is seen. An import that is killed has added the first of its files; the
    same import again adds the rest.

    Raises
    ------
    DataError
        If rows differ and `on_conflict` is "refuse", or a file of a month that is touched is damaged.
    ConfigError
        If others do not let go of the history; see `data.lake_lock`.
    """
    with writing(series.folder, str(series)):
        _move_flat_files(series, table.column_names)
        # All is compared before anything is written: what is refused leaves nothing behind.
        plans = [_plan(series, period, rows) for period, rows in _by_period(table, series.period)]
        is_refused = on_conflict != "correct" and any(plan.differing.num_rows for plan in plans)
        files = () if is_refused else tuple(file for plan in plans for file in _write(plan, source))
        if files:
            _sync_folders(series, plans)
    n_differing = sum(plan.differing.num_rows for plan in plans)
    if is_refused:
        first = next(plan.differing for plan in plans if plan.differing.num_rows)
        raise _refusal(series, n_differing, int(first.column("time_ms")[0].as_py()))
    n_added = sum(plan.new.num_rows for plan in plans)
    return Appended(n_added, table.num_rows - n_added - n_differing, n_differing, files)


def _plan(series: Series, period: str, rows: Any) -> _Plan:
    files = series.files(period)
    folder = series.folder / f"{series.period}={period}"
    stored = read_files(files, rows.column_names)
    if stored is None:
        return _Plan(folder, rows, rows.slice(0, 0), 1)
    times, known_times = rows.column("time_ms").to_numpy(), stored.column("time_ms").to_numpy()
    place = np.minimum(np.searchsorted(known_times, times), known_times.size - 1)
    is_known = known_times[place] == times
    known = rows.filter(is_known)
    clashing = known.filter(differing(known, stored.take(place[is_known])))
    return _Plan(folder, rows.filter(~is_known), clashing, 1 + max(file.version for file in files))


def _write(plan: _Plan, source: str) -> Iterator[Path]:
    if plan.new.num_rows:
        yield write_file(plan.folder, plan.new, source=source, version=1)
    if plan.differing.num_rows:
        yield write_file(plan.folder, plan.differing, source=source, version=plan.version)


def _by_period(table: Any, period: str) -> Iterator[tuple[str, Any]]:
    """Return the rows of each month or year, in order of time, with its name: "2024-03", "2024"."""
    moments = table.column("time_ms").to_numpy().astype("datetime64[ms]")
    periods = moments.astype(f"datetime64[{period[0].upper()}]")
    starts = np.concatenate(([0], np.flatnonzero(np.diff(periods).astype(np.int64)) + 1, [periods.size]))
    for start, stop in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        yield str(periods[start]), table.slice(start, stop - start)


def _move_flat_files(series: Series, columns: Sequence[str]) -> None:
    """Put what format 1 wrote where it belongs now; killed in between, its rows are in two files and equal."""
    flat = [file for file in series.files() if file.is_flat]
    for file in flat:
        rows, source = read_verified(file, columns), source_of(file)
        for period, part in _by_period(rows, series.period):
            write_file(series.folder / f"{series.period}={period}", part, source=source, version=1)
    if flat:
        _sync_parents(series)
    # Last, and all at once: whoever reads meanwhile has to look again, but not for long.
    for file in flat:
        file.path.unlink()


def _sync_folders(series: Series, plans: Sequence[_Plan]) -> None:
    """Flush the entries of folders that may be new; those of the files in them are flushed already."""
    for plan in plans:
        if plan.differing.num_rows:
            sync_folder(plan.folder)
    if any(not plan.has_stored for plan in plans):
        _sync_parents(series)


def _sync_parents(series: Series) -> None:
    folder = series.folder
    while folder != series.root.parent:
        sync_folder(folder)
        folder = folder.parent


def _refusal(series: Series, count: int, first_ms: int) -> DataError:
    return DataError(
        f"{count} rows disagree with those in {series.folder}, first at {utc_text(first_ms)} ({first_ms} ms): "
        "nothing was imported; find out which is right. If the source has corrected its past, import it with "
        "--correct (on_conflict='correct'): both versions are kept, and the new one is read"
    )
