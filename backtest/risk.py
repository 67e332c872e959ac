"""How large a position is and what closes it besides its exit signal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

MAX_EXPOSURE = 3.0
NORMALISING_BARS = 720
MAX_DISTANCE = 0.99
"""Largest distance of a protective level: a short's target further away would be a price of nearly zero."""


class SizingRule(StrEnum):
    """How exposure (notional / sleeve equity) is chosen at entry; the mean is about 1 for each rule."""

    FIXED = "fixed"
    """Always 1."""
    INVERSE_VOLATILITY = "inverse_volatility"
    """In proportion to 1 / volatility over the sizing window."""
    RISK_PER_STOP = "risk_per_stop"
    """In proportion to 1 / stop distance, the stop distance following the range over the sizing window."""


@dataclass(frozen=True, slots=True)
class Risk:
    """Risk settings of one strategy; distances are fractions of the entry price."""

    sizing: SizingRule = SizingRule.FIXED
    sizing_window_bars: int = 24
    """Look-back of the two variable sizing rules."""
    scale: float = 1.0
    """Multiplies every exposure; 1 during search, frozen from in-sample returns before the vault opens."""
    stop: float | None = None
    """Stop-loss distance."""
    target: float | None = None
    """Take-profit distance."""
    trailing: float | None = None
    """Trailing-stop distance from the best price of earlier bars since entry."""
    max_hold_bars: int | None = None
    """Exit at open[entry + max_hold_bars]."""
    reverse: bool = False
    """Whether an opposite entry closes and reverses at one open."""

    def __post_init__(self) -> None:
        for name in ("stop", "target", "trailing"):
            value = getattr(self, name)
            if value is not None and not 0.0 < value <= MAX_DISTANCE:
                raise ValueError(
                    f"{name} is {value}; allowed is a fraction above 0 and at most {MAX_DISTANCE}, or None, "
                    "which leaves it out"
                )
        if not (math.isfinite(self.scale) and self.scale > 0.0):
            raise ValueError(f"scale is {self.scale}; allowed is a finite number above 0")
        if self.max_hold_bars is not None and self.max_hold_bars < 1:
            raise ValueError(f"max_hold_bars is {self.max_hold_bars}; allowed is 1 or more, or None")
        if self.sizing_window_bars < 2:
            raise ValueError(f"sizing_window_bars is {self.sizing_window_bars}; allowed is 2 or more")
