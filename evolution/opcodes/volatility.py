"""How much price moves, whichever way."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import sealed
from evolution.opcodes.types import ValueType


@jit
def _average_true_range(high: FloatArray, low: FloatArray, close: FloatArray, window: int) -> FloatArray:
    percents = np.full(close.size, np.nan)
    alpha = 1.0 / window
    ranges = -1
    average = 0.0
    for t in range(close.size):
        if not (np.isfinite(high[t]) and np.isfinite(low[t]) and np.isfinite(close[t])):
            ranges = -1
            continue
        ranges += 1
        if ranges == 0:
            average = 0.0
            continue
        true_range = max(high[t], close[t - 1]) - min(low[t], close[t - 1])
        if ranges <= window:
            average += true_range * alpha
        else:
            average += alpha * (true_range - average)
        if not np.isfinite(average):
            ranges = -1
        elif ranges >= window and close[t] > 0.0:
            percent = 100.0 * (average / close[t])
            if np.isfinite(percent):
                percents[t] = percent
    return percents


def atr(market: Market, window: int) -> FloatArray:
    """Return Wilder's average true range as percent of the close, shape (n_bars,).

    True range = max(high, previous close) - min(low, previous close), smoothed with alpha = 1 / window,
    begun with the mean of `window` ranges. A missing bar ends it, and it begins afresh.
    """
    return sealed(_average_true_range(market.high, market.low, market.close, window))


OPCODES = (
    Opcode(
        name="atr",
        family="volatility",
        signatures=(Signature((ValueType.WINDOW,), ValueType.DIMENSIONLESS),),
        compute=atr,
        warm_up=warm_up.wilder,
        render="atr({0})",
        explain="the {0}-bar average true range in percent of the close",
        cost=5,
        bounds=(0.0, None),
        is_recursive=True,
        has_side=False,
    ),
)
