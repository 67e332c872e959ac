"""The lowest and highest price of late."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import first_anchor, sealed
from evolution.opcodes.types import ValueType


@jit
def _rolling_minimum(values: FloatArray, window: int, anchor: int) -> FloatArray:
    """Return the minimum of the last `window` values, in three comparisons a bar whatever the window.

    Every window holds one anchor: its minimum is that of what lies before it and what lies after it
    (van Herk 1992, Gil and Werman 1993). `np.minimum` hands NaN on.
    """
    n = values.size
    lowest = np.full(n, np.nan)
    before = np.full(window, np.inf)
    while anchor < n:
        for k in range(1, window):
            before[k] = np.minimum(before[k - 1], values[anchor - k]) if k <= anchor else np.nan
        after = np.inf
        for k in range(min(window, n - anchor)):
            after = np.minimum(after, values[anchor + k])
            lowest[anchor + k] = np.minimum(before[window - 1 - k], after)
        anchor += window
    return lowest


def rolling_min(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the lowest of the last `window` values, shape (n_bars,); NaN if one of them is missing."""
    return sealed(_rolling_minimum(values, window, first_anchor(market, window)))


def rolling_max(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the highest of the last `window` values, shape (n_bars,); NaN if one of them is missing."""
    return sealed(-_rolling_minimum(sealed(-values), window, first_anchor(market, window)))


SIGNATURES = (Signature((ValueType.PRICE, ValueType.WINDOW), ValueType.PRICE),)

OPCODES = (
    Opcode(
        name="rolling_min",
        family="ranges",
        signatures=SIGNATURES,
        compute=rolling_min,
        warm_up=warm_up.window_values,
        render="rolling_min({0}, {1})",
        explain="the lowest of the last {1} values of {0}",
        bounds=(0.0, None),
    ),
    Opcode(
        name="rolling_max",
        family="ranges",
        signatures=SIGNATURES,
        compute=rolling_max,
        warm_up=warm_up.window_values,
        render="rolling_max({0}, {1})",
        explain="the highest of the last {1} values of {0}",
        bounds=(0.0, None),
    ),
)
