"""The types of the grammar, and the grids that its constants lie on.

A type carries the dimension, so that a price is never compared with an oscillator and a rule means
the same on any asset.
"""

from __future__ import annotations

from enum import StrEnum


class ValueType(StrEnum):
    """Dimension of a value."""

    PRICE = "price"
    """USDC for one coin."""
    VOLUME = "volume"
    """Coins in a bar."""
    DIMENSIONLESS = "dimensionless"
    """Percent, standard deviations, basis points: comparable with thresholds in steps of 0.05."""
    OSCILLATOR = "oscillator"
    """From 0 to 100."""
    BOOL = "bool"
    """True, False or unknown."""
    WINDOW = "window"
    """A look-back in bars."""


BOOL, WINDOW, DIMENSIONLESS, OSCILLATOR = (
    ValueType.BOOL,
    ValueType.WINDOW,
    ValueType.DIMENSIONLESS,
    ValueType.OSCILLATOR,
)
"""The same by name alone, for code that runs for every node: the way through the class takes ten times as long."""

NUMERIC = (ValueType.PRICE, ValueType.VOLUME, ValueType.DIMENSIONLESS, ValueType.OSCILLATOR)

WINDOWS = (2, 3, 5, 8, 12, 16, 24, 36, 48, 72, 100, 168, 336, 720)
RECURSIVE_WINDOWS = tuple(window for window in WINDOWS if window <= 100)
THRESHOLDS_PER_UNIT = 20
THRESHOLD_LIMIT = 200
"""Dimensionless thresholds are index / 20 with |index| <= 200."""
OSCILLATOR_LIMIT = 100
"""Oscillator thresholds are the whole numbers from 0 to 100."""
MAX_WARM_UP_BARS = 4_000

CONSTANT_RANGES: dict[ValueType, tuple[int, int]] = {
    ValueType.DIMENSIONLESS: (-THRESHOLD_LIMIT, THRESHOLD_LIMIT),
    ValueType.OSCILLATOR: (0, OSCILLATOR_LIMIT),
    ValueType.WINDOW: (0, len(WINDOWS) - 1),
}
"""Lowest and highest index of each type that has constants, both included."""


def constant_value(value_type: ValueType, index: int) -> float:
    """Return what the constant at a grid index means; windows come back as whole bars."""
    if value_type is ValueType.WINDOW:
        return WINDOWS[index]
    if value_type is ValueType.OSCILLATOR:
        return float(index)
    # index / 20 is the double nearest to the decimal; index * 0.05 is not.
    return index / THRESHOLDS_PER_UNIT
