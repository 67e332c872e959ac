"""What a strategy earned on each slice that was judged, bar by bar and day by day; nothing of a sealed one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from backtest.metrics import daily_log_returns
from data.market import FloatArray, IntArray
from organism.registry.evidence import Pack

SLICE_NAMES = ("IS", "OOS", "WF")
LONG_NAMES = {"IS": "in-sample", "OOS": "out-of-sample", "WF": "walk-forward"}


@dataclass(frozen=True, slots=True, eq=False)
class JudgedSlice:
    """One slice of which the evidence holds returns."""

    name: str
    """`IS`, `OOS` or `WF`."""
    start_ms: int
    """Open of its first bar, UTC milliseconds."""
    end_ms: int
    """Close of its last bar."""
    time_ms: IntArray
    """Shape (n_bars,): open of each bar."""
    returns: FloatArray
    """Shape (n_bars,): pooled, after all costs; NaN throughout once a sleeve was ruined."""
    sharpe: float | None
    """Annual, of the bars; None where it does not exist."""

    @property
    def is_ruined(self) -> bool:
        """Whether there is no equity to speak of."""
        return bool(np.isnan(self.returns).any())

    def equity(self) -> FloatArray:
        """Return equity at the open of the first bar, which is 1, and at each close; shape (n_bars + 1,)."""
        return np.concatenate(([1.0], np.cumprod(1.0 + self.returns)))

    def days(self) -> Days:
        """Return what each UTC day brought; a bar belongs to the day on which it opens."""
        day_ms, logs = daily_log_returns(self.returns, self.time_ms)
        return Days(day_ms, np.expm1(logs))


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """Returns by UTC day, flat days included."""

    day_ms: IntArray
    """Shape (n_days,): midnight."""
    returns: FloatArray
    """Shape (n_days,): fraction of the equity at the day's first open."""


def judged_slices(pack: Pack) -> tuple[JudgedSlice, ...]:
    """Return the slices that a pack has records of, in order of time."""
    records: list[Mapping[str, Any]] = pack.document["slices"]
    return tuple(
        JudgedSlice(
            name=record["name"],
            start_ms=int(record["start_ms"]),
            end_ms=int(record["end_ms"]),
            time_ms=pack.arrays[f"{record['name'].lower()}_time_ms"],
            returns=pack.arrays[f"{record['name'].lower()}_returns"],
            sharpe=record["metrics"]["sharpe"],
        )
        for record in records
    )
