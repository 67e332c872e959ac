"""Averages of prices and volumes; they keep the unit of what they average."""

from __future__ import annotations

from math import isqrt

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_line, rolling_mean
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import known, quietly, sealed
from evolution.opcodes.types import ValueType


@jit
def smoothed_mean(values: FloatArray, window: int, alpha: float) -> FloatArray:
    """Return y += alpha * (x - y), begun with the mean of `window` values; NaN begins afresh."""
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


def exponential_mean(values: FloatArray, window: int) -> FloatArray:
    """Return the smoothed mean with alpha = 2 / (window + 1)."""
    return sealed(smoothed_mean(values, window, 2.0 / (window + 1.0)))


def wilders_mean(values: FloatArray, window: int) -> FloatArray:
    """Return the smoothed mean with Wilder's alpha = 1 / window."""
    return sealed(smoothed_mean(values, window, 1.0 / window))


def sma(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the simple average of the last `window` values, shape (n_bars,); NaN if one of them is missing."""
    return sealed(rolling_mean(values, window, first_anchor(market, window)))


def ema(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the exponential average with alpha = 2 / (window + 1), shape (n_bars,).

    Its first value is the simple average of the first `window` values; a missing value ends it, and
    it begins afresh `window` values later.
    """
    return exponential_mean(values, window)


def wma(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the average of the last `window` values weighted 1, 2, ..., window, shape (n_bars,).

    It is the mean plus (window - 1) / 6 slopes of the regression line; NaN if one of the values is missing.
    """
    means, slopes = rolling_line(values, window, first_anchor(market, window))
    return sealed(means + slopes * ((window - 1.0) / 6.0))


@quietly
def hma(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return Hull's average, shape (n_bars,): wma(2 * wma(x, window / 2) - wma(x, window), sqrt(window)).

    Both shorter windows are rounded down. It can overshoot, and fall below 0 where price collapses.
    NaN if one of the values that any of these averages needs is missing.
    """
    ahead = known(2.0 * wma(market, values, window // 2) - wma(market, values, window))
    return known(wma(market, ahead, isqrt(window)))


def _hull_warm_up(windows: tuple[int, ...]) -> int:
    return warm_up.window_values(windows) + isqrt(windows[0]) - 1


@quietly
def vwma(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return sum(value * volume) / sum(volume) over the last `window` bars, shape (n_bars,).

    NaN if one of these bars is missing, or if nothing was traded on any of them.
    """
    anchor = first_anchor(market, window)
    volumes = rolling_mean(market.volume, window, anchor)
    return known(rolling_mean(known(values * market.volume), window, anchor) / volumes)


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
    Opcode(
        name="wma",
        family="averages",
        signatures=SIGNATURES,
        compute=wma,
        warm_up=warm_up.window_values,
        render="wma({0}, {1})",
        explain="the {1}-bar linearly weighted average of {0}",
        bounds=(0.0, None),
        weight=0.5,
    ),
    Opcode(
        name="hma",
        family="averages",
        signatures=SIGNATURES[:1],
        compute=hma,
        warm_up=_hull_warm_up,
        render="hma({0}, {1})",
        explain="the {1}-bar Hull average of {0}",
        weight=0.5,
    ),
    Opcode(
        name="vwma",
        family="averages",
        signatures=SIGNATURES[:1],
        compute=vwma,
        warm_up=warm_up.window_values,
        render="vwma({0}, {1})",
        explain="the {1}-bar average of {0} weighted by volume",
        bounds=(0.0, None),
        weight=0.5,
    ),
)
