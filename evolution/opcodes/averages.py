"""Averages of prices and volumes; they keep the unit of what they average."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_mean
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import sealed
from evolution.opcodes.types import ValueType


@jit
def exponential_mean(values: FloatArray, window: int) -> FloatArray:
    """Return y += 2 / (window + 1) * (x - y), begun with the mean of `window` values; NaN begins afresh."""
    alpha = 2.0 / (window + 1.0)
    means = np.full(values.size, np.nan)
    seen = 0
    origin = 0.0
    total = 0.0
    mean = 0.0
    for t in range(values.size):
        value = values[t]
        if not np.isfinite(value):
            seen = 0
            continue
        seen += 1
        if seen > window:
            mean += alpha * (value - mean)
        else:
            if seen == 1:
                origin = value
                total = 0.0
            total += value - origin
            mean = origin + total / window
        if seen >= window:
            if np.isfinite(mean):
                means[t] = mean
            else:
                seen = 0
    return means


def sma(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the simple average of the last `window` values, shape (n_bars,); NaN if one of them is missing."""
    return sealed(rolling_mean(values, window, first_anchor(market, window)))


def ema(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the exponential average with alpha = 2 / (window + 1), shape (n_bars,).

    Its first value is the simple average of the first `window` values; a missing value ends it, and
    it begins afresh `window` values later.
    """
    return sealed(exponential_mean(values, window))


SIGNATURES = (
    Signature((ValueType.PRICE, ValueType.WINDOW), ValueType.PRICE),
    Signature((ValueType.VOLUME, ValueType.WINDOW), ValueType.VOLUME),
)

OPCODES = (
    Opcode(
        name="sma",
        family="averages",
        signatures=SIGNATURES,
        compute=sma,
        warm_up=warm_up.window_values,
        render="sma({0}, {1})",
        explain="the {1}-bar simple average of {0}",
        bounds=(0.0, None),
    ),
    Opcode(
        name="ema",
        family="averages",
        signatures=SIGNATURES,
        compute=ema,
        warm_up=warm_up.exponential,
        render="ema({0}, {1})",
        explain="the {1}-bar exponential average of {0}",
        bounds=(0.0, None),
        is_recursive=True,
    ),
)
