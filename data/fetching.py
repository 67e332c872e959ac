"""From a source into the lake: only what is missing, a batch at a time, each judged before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from data.bars import Bars, Contexts, Funding
from data.errors import DataError
from data.intervals import HOUR_MS, MINUTE_MS, interval_ms, utc_text
from data.lake import Lake
from data.lake_append import Appended
from data.lake_layout import BARS, FUNDING
from data.market import IntArray
from data.sources.source import Batch, Source, Span
from data.spacing import LONGEST_GAP

NEAR_BARS = 500
"""Two runs of missing bars that are not further apart are asked for as one."""

Watcher = Callable[["Fetched"], None]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch of one series has brought so far."""

    venue: str
    """Under which the lake keeps it."""
    span: Span
    n_added: int = 0
    n_known: int = 0
    """Rows that the lake had already: where batches overlap, sources are compared with their own past."""
    n_corrected: int = 0
    """Rows of which the source now says something else than before: both are kept, the new ones are used."""
    n_batches: int = 0
    notes: tuple[str, ...] = ()
    n_missing: int = 0
    """Bars, or minutes of contexts, that are still missing between the first and the last that the lake has in the
    span; of funding 0."""


def fetch(lake: Lake, source: Source, span: Span, watch: Watcher) -> Fetched:
    """Bring a span of a series into the lake.

    What the lake has is not fetched again but for a bar at each end of what is missing, which is compared. So a fetch
    that was stopped, however, goes on where it was.

    Raises
    ------
    DataError
        If the range has no inside, the source fails, or what it says is no market: see `data.quality`. What came
        before is kept.
    """
    check_span(span)
    served = source.served(span)
    notes = _not_served(span, served)
    span = served
    fetched = Fetched(source.venue, span, notes=(*notes, *(source.lacks(span) if _is_inside(span) else ())))
    for part in list(missing_spans(lake, source.venue, span)):
        for batch in source.fetch(part):
            appended = _keep(lake, source.venue, span, batch)
            new = tuple(note for note in batch.notes if note not in fetched.notes)
            fetched = replace(
                fetched,
                n_added=fetched.n_added + appended.n_added,
                n_known=fetched.n_known + appended.n_known,
                n_corrected=fetched.n_corrected + appended.n_corrected,
                n_batches=fetched.n_batches + (batch.history is not None),
                notes=(*fetched.notes, *new),
            )
            watch(fetched)
    return replace(fetched, n_missing=_n_missing(lake, source.venue, span))


def _is_inside(span: Span) -> bool:
    return span.start_ms < span.end_ms


def _not_served(asked: Span, served: Span) -> tuple[str, ...]:
    if not _is_inside(served):
        return (f"{asked.words}: the source has nothing from {utc_text(asked.start_ms)} to {utc_text(asked.end_ms)}",)
    # Whoever does not say from when asks for all that there is.
    if asked.start_ms > 0 and served.start_ms > asked.start_ms:
        return (
            f"{asked.words}: asked for from {utc_text(asked.start_ms)}, the source begins at "
            f"{utc_text(served.start_ms)}",
        )
    return ()


def missing_spans(lake: Lake, venue: str, span: Span) -> Iterator[Span]:
    """Yield the parts of a span that the lake lacks, each with a row more at its ends where the lake has one.

    Of funding nothing says when it is due: it is asked for before the first settlement, where two are further apart
    than their neighbours, and from the last one on. Contexts are sampled each minute.
    """
    if not _is_inside(span):
        return
    times = _times(lake, venue, span)
    times = times[(times >= span.start_ms) & (times < span.end_ms)]
    if not times.size:
        yield span
        return
    first_ms, last_ms = int(times[0]), int(times[-1])
    if span.kind is FUNDING:
        if first_ms - span.start_ms > 8 * HOUR_MS:
            yield replace(span, end_ms=first_ms + HOUR_MS)
        for start_ms, end_ms in _funding_gaps(times):
            yield replace(span, start_ms=start_ms, end_ms=min(span.end_ms, end_ms + HOUR_MS))
        yield replace(span, start_ms=last_ms - HOUR_MS)
        return
    step = _step_ms(span)
    expected = np.arange(-(-span.start_ms // step) * step, span.end_ms, step)
    missing = np.setdiff1d(expected, times // step * step, assume_unique=span.kind is BARS)
    for run in np.split(missing, np.flatnonzero(np.diff(missing) > NEAR_BARS * step) + 1):
        if run.size:
            start_ms, end_ms = int(run[0]) - step, int(run[-1]) + 2 * step
            yield replace(span, start_ms=max(span.start_ms, start_ms), end_ms=min(span.end_ms, end_ms))


def _funding_gaps(times: IntArray) -> Iterator[tuple[int, int]]:
    """Yield the settlements between which others may be missing; gaps that are near each other are one.

    A venue may come to settle more often, or less: a distance is held against those beside it, not against all. A
    gap that was always one is asked for each time, in a request or two.
    """
    distances = np.diff(times)
    if distances.size < 2:
        return
    beside = np.minimum(np.append(distances[1:], distances[-2]), np.insert(distances[:-1], 0, distances[1]))
    rows = np.flatnonzero(distances > LONGEST_GAP * beside)
    for run in np.split(rows, np.flatnonzero(times[rows[1:]] - times[rows[:-1] + 1] > NEAR_BARS * HOUR_MS) + 1):
        if run.size:
            yield int(times[run[0]]), int(times[run[-1] + 1])


def _keep(lake: Lake, venue: str, span: Span, batch: Batch) -> Appended:
    match batch.history:
        case Bars() as bars:
            assert span.interval is not None
            report = lake.import_bars(venue, span.coin, span.interval, bars, source=venue, on_conflict="correct")
        case Funding() as funding:
            report = lake.import_funding(venue, span.coin, funding, source=venue, on_conflict="correct")
        case Contexts() as contexts:
            report = lake.import_contexts(venue, span.coin, contexts, source=venue, on_conflict="correct")
        case None:
            return Appended(0, 0, 0, ())
    return report.appended


def _times(lake: Lake, venue: str, span: Span) -> IntArray:
    """Return the times that the lake has of a series, those of the span among them; none if it has none of it."""
    return lake.read_times(span.kind, venue, span.coin, span.interval, between=(span.start_ms, span.end_ms))


def _step_ms(span: Span) -> int:
    return MINUTE_MS if span.interval is None else interval_ms(span.interval)


def _n_missing(lake: Lake, venue: str, span: Span) -> int:
    times = _times(lake, venue, span)
    times = times[(times >= span.start_ms) & (times < span.end_ms)]
    if span.kind is FUNDING or not times.size:
        return 0
    steps = np.unique(times // _step_ms(span))
    return int(steps[-1] - steps[0]) + 1 - int(steps.size)


def check_span(span: Span) -> None:
    """Refuse a span without an inside.

    Raises
    ------
    DataError
        If it ends before it begins.
    """
    if span.start_ms >= span.end_ms:
        raise DataError(f"{span.words}: the range ends before it begins; give --start before --end")
