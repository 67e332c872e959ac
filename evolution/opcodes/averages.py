"""Averages of prices and volumes; they keep the unit of what they average."""

from __future__ import annotations

from math import isqrt

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_line, rolling_mean
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.ratios import ratio_of_means
from evolution.opcodes.series import known, quietly, sealed
from evolution.opcodes.types import ValueType

Smoothing = tuple[int, float, float, float]
"""Values seen in a row, at most a window of them, their mean, the first of them, and by how much they lie above it."""
UNSEEN = (0, 0.0, 0.0, 0.0)


@jit
def smoothed_mean(values: FloatArray, window: int, alpha: float) -> FloatArray:
    """Return y += alpha * (x - y), begun with the mean of `window` values; NaN begins afresh."""
    n = values.size
    means = np.full(n, np.nan)
    state = UNSEEN
    t = 0
    while t < n:
        if state[0] == window:
            mean = state[1]
            # Each mean waits for the one before it: nothing else may stand in the way.
            for later in range(np.uint64(t), np.uint64(n)):
                following = mean + alpha * (values[later] - mean)
                if not np.isfinite(following):
                    break
                mean = following
                means[later] = mean
                t += 1
            state = (window, mean, state[2], state[3])
        if t < n:
            state = _smoothed(state, values[t], window, alpha)
            means[t] = _mean_of(state, window)
            t += 1
    return means


@jit
def smoothed_thrice(values: FloatArray, window: int, alpha: float) -> FloatArray:
    """Return `smoothed_mean` of that of that, in the time of one: none waits for the others."""
    n = values.size
    means = np.full(n, np.nan)
    first, second, third = UNSEEN, UNSEEN, UNSEEN
    t = 0
    while t < n:
        if third[0] == window:
            one, two, three = first[1], second[1], third[1]
            for later in range(np.uint64(t), np.uint64(n)):
                after_one = one + alpha * (values[later] - one)
                after_two = two + alpha * (after_one - two)
                after_three = three + alpha * (after_two - three)
                if not np.isfinite(after_three):
                    break
                one, two, three = after_one, after_two, after_three
                means[later] = three
                t += 1
            first = (window, one, first[2], first[3])
            second = (window, two, second[2], second[3])
            third = (window, three, third[2], third[3])
        if t < n:
            first = _smoothed(first, values[t], window, alpha)
            second = _smoothed(second, _mean_of(first, window), window, alpha)
            third = _smoothed(third, _mean_of(second, window), window, alpha)
            means[t] = _mean_of(third, window)
            t += 1
    return means


@jit
def _smoothed(state: Smoothing, value: float, window: int, alpha: float) -> Smoothing:
    """Return the state after one more value; NaN, or a mean that leaves the range of floats, begins afresh."""
    seen, mean, origin, total = state
    if not np.isfinite(value):
        return UNSEEN
    if seen == window:
        mean += alpha * (value - mean)
    else:
        if seen == 0:
            origin = value
            total = 0.0
        seen += 1
        total += value - origin
        mean = origin + total / window
    return UNSEEN if seen == window and not np.isfinite(mean) else (seen, mean, origin, total)


@jit
def _mean_of(state: Smoothing, window: int) -> float:
    return state[1] if state[0] == window else np.nan


def exponential_alpha(window: int) -> float:
    """Return 2 / (window + 1)."""
    return 2.0 / (window + 1.0)


def exponential_mean(values: FloatArray, window: int) -> FloatArray:
    """Return the smoothed mean with alpha = 2 / (window + 1)."""
    return sealed(smoothed_mean(values, window, exponential_alpha(window)))


def sma(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the simple average of the last `window` values, shape (n_bars,); NaN if one of them is missing."""
    return sealed(rolling_mean(values, window, first_anchor(market, window)))


def ema(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the exponential average with alpha = 2 / (window + 1), shape (n_bars,).

    Its first value is the simple average of the first `window` values; a missing value ends it, and
    it begins afresh `window` values later.
    """
    return exponential_mean(values, window)


@jit
def _weighted_mean(values: FloatArray, window: int, anchor: int) -> FloatArray:
    means, slopes = rolling_line(values, window, anchor)
    for t in range(means.size):
        means[t] += slopes[t] * ((window - 1.0) / 6.0)
    return means


@jit
def _hulls_mean(values: FloatArray, windows: tuple[int, int, int], anchors: tuple[int, int, int]) -> FloatArray:
    ahead = _weighted_mean(values, windows[0], anchors[0])
    slow = _weighted_mean(values, windows[1], anchors[1])
    for t in range(ahead.size):
        ahead[t] = 2.0 * ahead[t] - slow[t]
    return _weighted_mean(ahead, windows[2], anchors[2])


def wma(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the average of the last `window` values weighted 1, 2, ..., window, shape (n_bars,).

    It is the mean plus (window - 1) / 6 slopes of the regression line; NaN if one of the values is missing.
    """
    return sealed(_weighted_mean(values, window, first_anchor(market, window)))


def hma(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return Hull's average, shape (n_bars,): wma(2 * wma(x, window / 2) - wma(x, window), sqrt(window)).

    Both shorter windows are rounded down. It can overshoot, and fall below 0 where price collapses.
    NaN if one of the values that any of these averages needs is missing.
    """
    windows = (window // 2, window, isqrt(window))
    half, whole, last = windows
    anchors = (first_anchor(market, half), first_anchor(market, whole), first_anchor(market, last))
    return known(_hulls_mean(values, windows, anchors))


def _hull_warm_up(windows: tuple[int, ...]) -> int:
    return warm_up.window_values(windows) + isqrt(windows[0]) - 1


@quietly
def vwma(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return sum(value * volume) / sum(volume) over the last `window` bars, shape (n_bars,).

    NaN if one of these bars is missing, or if nothing was traded on any of them.
    """
    return known(ratio_of_means(sealed(values * market.volume), market.volume, window, first_anchor(market, window)))


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
        cost=2,
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
        cost=5,
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
        cost=5,
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
        cost=10,
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
        cost=5,
        bounds=(0.0, None),
        weight=0.5,
    ),
)
