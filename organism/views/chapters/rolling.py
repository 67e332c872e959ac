"""The Sharpe ratio of the last so many days, every day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.market import FloatArray, IntArray
from organism.views.chapters.slices import JudgedSlice

WINDOW_DAYS = 90
DAYS_PER_YEAR = 365.0


@dataclass(frozen=True, slots=True, eq=False)
class RollingLine:
    """One slice; a window never reaches over a border."""

    slice: str
    day_ms: IntArray
    """Shape (n,): the last day of each full window."""
    sharpe: FloatArray
    """Shape (n,): annual; NaN where nothing varied in the window."""
    share_negative: float
    """Of the windows with a Sharpe ratio; NaN without any."""


def rolling_lines(slices: Sequence[JudgedSlice], window_days: int = WINDOW_DAYS) -> tuple[RollingLine, ...]:
    """Return a line for each slice that is at least a window long and was not ruined."""
    lines = (_line(part, window_days) for part in slices if not part.is_ruined)
    return tuple(line for line in lines if line.day_ms.size)


def rolling_sharpe(returns: FloatArray, window: int) -> FloatArray:
    """Return mean / standard deviation (ddof=1) of each full window times sqrt(365), shape (n - window + 1,)."""
    if returns.size < window:
        return np.empty(0)
    views = np.lib.stride_tricks.sliding_window_view(returns, window)
    deviation = views.std(axis=1, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Of equal returns rounding leaves a deviation that is none.
        ratio = np.where(deviation > 1e-12, views.mean(axis=1) / deviation, np.nan)
    return ratio * math.sqrt(DAYS_PER_YEAR)


def _line(part: JudgedSlice, window: int) -> RollingLine:
    days = part.days()
    sharpe = rolling_sharpe(days.returns, window)
    known = sharpe[np.isfinite(sharpe)]
    return RollingLine(
        slice=part.name,
        day_ms=days.day_ms[window - 1 :],
        sharpe=sharpe,
        share_negative=float((known < 0.0).mean()) if known.size else math.nan,
    )
