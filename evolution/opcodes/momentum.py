"""How far and how one-sidedly price has moved."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import sealed
from evolution.opcodes.types import ValueType

STILL_WINDOWS = 7
"""Windows without any change after which a relative strength is unknown."""


@jit
def _percent_changes(values: FloatArray, window: int) -> FloatArray:
    changes = np.full(values.size, np.nan)
    known = 0
    for t in range(values.size):
        known = known + 1 if np.isfinite(values[t]) else 0
        if known > window and values[t - window] != 0.0:
            change = 100.0 * (values[t] / values[t - window] - 1.0)
            if np.isfinite(change):
                changes[t] = change
    return changes


@jit
def _relative_strength(values: FloatArray, window: int) -> FloatArray:
    strengths = np.full(values.size, np.nan)
    alpha = 1.0 / window
    changes = -1
    still = 0
    gain = 0.0
    loss = 0.0
    for t in range(values.size):
        if not np.isfinite(values[t]):
            changes = -1
            continue
        changes += 1
        if changes == 0:
            still = 0
            gain = 0.0
            loss = 0.0
            continue
        change = values[t] - values[t - 1]
        still = still + 1 if change == 0.0 else 0
        if changes <= window:
            gain += max(change, 0.0) * alpha
            loss += max(-change, 0.0) * alpha
        else:
            gain += alpha * (max(change, 0.0) - gain)
            loss += alpha * (max(-change, 0.0) - loss)
        total = gain + loss
        if not np.isfinite(total):
            changes = -1
        elif changes >= window and total > 0.0 and still < STILL_WINDOWS * window:
            strengths[t] = 100.0 * (gain / total)
    return strengths


def returns(market: Market, window: int) -> FloatArray:
    """Return 100 * (close / close[t - window] - 1), shape (n_bars,), percent.

    NaN where any bar from t - window to t is missing: a return is never taken across a hole.
    """
    return sealed(_percent_changes(market.close, window))


def rsi(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return Wilder's relative strength, 100 * gain / (gain + loss), shape (n_bars,), from 0 to 100.

    Gain and loss are smoothed with alpha = 1 / window, begun with the mean of `window` changes; a
    missing value ends it, and it begins afresh. NaN where the value has not changed for seven windows
    (or never): what is left of the averages is under a thousandth, and their ratio is memory alone.
    """
    return sealed(_relative_strength(values, window))


OPCODES = (
    Opcode(
        name="returns",
        family="momentum",
        signatures=(Signature((ValueType.WINDOW,), ValueType.DIMENSIONLESS),),
        compute=returns,
        warm_up=warm_up.window_changes,
        render="returns({0})",
        explain="the percent change of the close over {0} bars",
        cost=2,
        bounds=(-100.0, None),
    ),
    Opcode(
        name="rsi",
        family="momentum",
        signatures=(Signature((ValueType.PRICE, ValueType.WINDOW), ValueType.OSCILLATOR),),
        compute=rsi,
        warm_up=warm_up.wilder,
        render="rsi({0}, {1})",
        explain="the {1}-bar relative strength of {0}",
        cost=5,
        bounds=(0.0, 100.0),
        is_recursive=True,
    ),
)
