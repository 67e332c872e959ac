"""Equity and the fall from its peak, slice by slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.intervals import DAY_MS, utc_text
from data.market import FloatArray, IntArray
from organism.report.data import drawdown, thinned
from organism.views.chapters.slices import JudgedSlice


@dataclass(frozen=True, slots=True, eq=False)
class EquityLine:
    """One slice, thinned so that each peak and trough is kept; every slice starts flat with its own capital."""

    slice: str
    time_ms: IntArray
    """Shape (n_points,): UTC milliseconds of each close, and of the first open."""
    net_return: FloatArray
    """Shape (n_points,): fraction of the capital at the slice's start."""
    fall: FloatArray
    """Shape (n_points,): fraction below the highest equity so far, at or below 0."""
    final: float
    """Net return of the whole slice."""
    worst: float
    """Deepest fall, at or below 0."""
    longest_days: float
    """Longest time from a peak until equity stood as high again, or until the end."""
    sharpe: float | None
    """Annual, of the bars; None where it does not exist."""
    first: str
    """UTC day of the first bar, and of the last."""
    last: str


def equity_lines(slices: Sequence[JudgedSlice]) -> tuple[EquityLine, ...]:
    """Return a line for each slice that was not ruined."""
    return tuple(_line(part) for part in slices if not part.is_ruined)


def longest_below_peak(fall: FloatArray, time_ms: IntArray) -> int:
    """Return the longest time (ms) from a peak until equity stood as high again, or until the end."""
    at_peak = np.flatnonzero(fall >= 0.0)
    ends = np.append(at_peak[1:], fall.size - 1)
    # From one peak to the very next bar there is nothing below it.
    spans = (time_ms[ends] - time_ms[at_peak])[(ends - at_peak > 1) | (fall[ends] < 0.0)]
    return int(spans.max(initial=0))


def _line(part: JudgedSlice) -> EquityLine:
    equity = part.equity()
    step = (part.end_ms - int(part.time_ms[-1])) if part.time_ms.size else 0
    time_ms = np.concatenate((part.time_ms[:1], part.time_ms + step))
    fall = drawdown(equity)
    # Those of both panels: a trough of the one may be a point like any other of the other.
    kept = np.union1d(thinned(equity), thinned(fall))
    return EquityLine(
        slice=part.name,
        time_ms=time_ms[kept],
        net_return=equity[kept] - 1.0,
        fall=fall[kept],
        final=float(equity[-1] - 1.0),
        worst=float(fall.min()),
        longest_days=longest_below_peak(fall, time_ms) / DAY_MS,
        sharpe=part.sharpe,
        first=utc_text(part.start_ms)[:10],
        last=utc_text(part.end_ms - 1)[:10],
    )
