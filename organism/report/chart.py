"""What hand-drawn SVG is made of: a panel of time against value, colours, round ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from organism.report.data import FloatArray

WIDTH = 960
LEFT, RIGHT = 64, 16
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
"""Told apart by colour-blind readers, and in print by their labels."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing area: a box in SVG units, and the ranges of time (ms) and value (%) that fill it."""

    top: int
    height: int
    first_ms: float
    last_ms: float
    low: float
    high: float

    def x(self, time_ms: FloatArray | float) -> FloatArray:
        """Return the horizontal positions of times."""
        span = max(self.last_ms - self.first_ms, 1.0)
        return LEFT + (np.asarray(time_ms, dtype=np.float64) - self.first_ms) / span * (WIDTH - LEFT - RIGHT)

    def y(self, value: FloatArray | float) -> FloatArray:
        """Return the vertical positions of values; larger is higher."""
        return self.top + (self.high - np.asarray(value, dtype=np.float64)) / (self.high - self.low) * self.height


def nice_ticks(low: float, high: float, count: int) -> list[float]:
    """Return about `count` round numbers (1, 2 or 5 times a power of ten apart) from `low` to `high`."""
    rough = max(high - low, 1e-9) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]
