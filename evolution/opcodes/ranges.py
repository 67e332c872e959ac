"""The lowest and highest price of late."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import sealed
from evolution.opcodes.types import ValueType

LOW, HIGH = 1.0, -1.0


@jit
def rolling_extreme(values: FloatArray, window: int, side: float) -> FloatArray:
    """Return the lowest (`LOW`) or the highest (`HIGH`) of the last `window` values, NaN where one of them is.

    What is known of 1, 2, 4, ... values is the lower of two such that lie side by side; the last two may overlap. That
    is a pass for each doubling, and all of a pass goes eight bars at a time: quicker than fewer comparisons that wait
    for one another.
    """
    lowest, wider = side * values, np.empty_like(values)
    span = 1
    while span < window:
        shift = min(span, window - span)
        wider[:shift] = np.nan
        _join(lowest, shift, wider[shift:])
        lowest, wider = wider, lowest
        span += shift
    if side == HIGH:
        for t in range(values.size):
            lowest[t] = -lowest[t]
    return lowest


@jit
def _join(lowest: FloatArray, shift: int, joined: FloatArray) -> None:
    """Write the lower of each value and the one `shift` bars before it, NaN if one of them is."""
    late = lowest[shift:]
    for t in range(joined.size):
        # `np.minimum` does the same in twice the time.
        joined[t] = late[t] if late[t] <= lowest[t] or np.isnan(late[t]) else lowest[t]


def rolling_min(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the lowest of the last `window` values, shape (n_bars,); NaN if one of them is missing."""
    return sealed(rolling_extreme(values, window, LOW))


def rolling_max(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the highest of the last `window` values, shape (n_bars,); NaN if one of them is missing."""
    return sealed(rolling_extreme(values, window, HIGH))


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
        cost=2,
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
        cost=2,
        bounds=(0.0, None),
    ),
)
