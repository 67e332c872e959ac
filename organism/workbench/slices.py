"""What was earned on a slice of a history."""

from __future__ import annotations

from dataclasses import dataclass

from data.market import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class SliceReturns:
    """Returns at the frozen scale, bar by bar."""

    name: str
    """`IS`, `OOS` or `WF`."""
    time_ms: IntArray
    """Shape (n_bars,)."""
    returns: FloatArray
    """Shape (n_bars,): of the summed equity."""
    sharpe: float
    """Annual; NaN where there is none."""
