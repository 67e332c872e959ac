"""The inner opcodes in plain numpy, two-valued: what a library of expressions is given to call."""

from __future__ import annotations

from typing import Any

import numpy as np

Values = Any
"""An array of shape (n_bars,), or a constant."""


def gap(value: Values, other: Values) -> Values:
    """Return 100 * (value / other - 1)."""
    return 100.0 * (value / other - 1.0)


def crosses_above(left: Values, right: Values) -> Values:
    """Return left > right where one bar ago it was not."""
    now = np.greater(left, right)
    crossed = now.copy()
    crossed[0] = False
    crossed[1:] &= ~now[:-1]
    return crossed


def crosses_below(left: Values, right: Values) -> Values:
    """Return left < right where one bar ago it was not."""
    return crosses_above(right, left)


WORDS = {
    "gap": gap,
    "above": np.greater,
    "below": np.less,
    "crosses_above": crosses_above,
    "crosses_below": crosses_below,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
}
"""By the name of the opcode."""
