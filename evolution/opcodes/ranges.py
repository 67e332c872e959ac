"""The lowest and highest price of late."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from data.rolling import first_anchor
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import sealed
from evolution.opcodes.types import ValueType


@jit
def _rolling_minimum(values: FloatArray, window: int, anchor: int) -> FloatArray:
    """Return the minimum of the last `window` values, in three comparisons a bar whatever the window.

    Every window holds one anchor: its minimum is that of what lies before it and what lies after it
    (van Herk 1992, Gil and Werman 1993).
    """
    n = values.size
    lowest = np.full(n, np.nan)
    before = np.full(window, np.inf)
    while anchor < n:
        for k in range(window - 1, 0, -1):
            t = anchor - (window - k)
            before[k - 1] = _lower(before[k], values[t]) if t >= 0 else np.nan
        recent = values[anchor : anchor + window]
        after = np.inf
        for k in range(recent.size):
            after = _lower(after, recent[k])
            lowest[anchor + k] = _lower(before[k], after)
        anchor += window
    return lowest


@jit
def rolling_extremes(lows: FloatArray, highs: FloatArray, window: int, anchor: int) -> tuple[FloatArray, FloatArray]:
    """Return the minimum of the last `window` lows and the maximum of as many highs, each as `_rolling_minimum`.

    Neither waits for the other, so both take little longer than one.
    """
    n = lows.size
    lowest = np.full(n, np.nan)
    highest = np.full(n, np.nan)
    before_low = np.full(window, np.inf)
    before_high = np.full(window, -np.inf)
    while anchor < n:
        for k in range(window - 1, 0, -1):
            t = anchor - (window - k)
            before_low[k - 1] = _lower(before_low[k], lows[t]) if t >= 0 else np.nan
            before_high[k - 1] = _higher(before_high[k], highs[t]) if t >= 0 else np.nan
        recent_lows = lows[anchor : anchor + window]
        recent_highs = highs[anchor : anchor + window]
        low = np.inf
        high = -np.inf
        for k in range(recent_lows.size):
            low = _lower(low, recent_lows[k])
            high = _higher(high, recent_highs[k])
            lowest[anchor + k] = _lower(before_low[k], low)
            highest[anchor + k] = _higher(before_high[k], high)
        anchor += window
    return lowest, highest


@jit
def _higher(left: float, right: float) -> float:
    """Return the higher of the two, NaN if one of them is."""
    return left if left >= right or np.isnan(left) else right


@jit
def _lower(left: float, right: float) -> float:
    """Return the lower of the two, NaN if one of them is; `np.minimum` does the same in twice the time."""
    return left if left <= right or np.isnan(left) else right


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
