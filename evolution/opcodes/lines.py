"""The way that price took: its slope, its straightness, its steps in a row."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_line, rolling_mean
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import bounded, known, sealed
from evolution.opcodes.types import ValueType


@jit
def _streaks(values: FloatArray, window: int) -> FloatArray:
    streaks = np.full(values.size, np.nan)
    known_bars = 0
    run = 0
    for t in range(values.size):
        if not np.isfinite(values[t]):
            known_bars = 0
            continue
        known_bars += 1
        if known_bars == 1:
            run = 0
        elif values[t] > values[t - 1]:
            run = max(run, 0) + 1
        elif values[t] < values[t - 1]:
            run = min(run, 0) - 1
        else:
            run = 0
        if known_bars > window:
            streaks[t] = min(max(run, -window), window)
    return streaks


@jit
def _percent_slopes(values: FloatArray, window: int, anchor: int) -> FloatArray:
    means, slopes = rolling_line(values, window, anchor)
    for t in range(slopes.size):
        slopes[t] = 100.0 * (window - 1.0) * (slopes[t] / means[t]) if means[t] > 0.0 else np.nan
    return slopes


@jit
def _efficiency_ratios(values: FloatArray, window: int, anchor: int) -> FloatArray:
    steps = np.empty_like(values)
    steps[:1] = np.nan
    for t in range(1, values.size):
        steps[t] = abs(values[t] - values[t - 1])
    # Known only where there are `window` steps.
    ratios = rolling_mean(steps, window, anchor)
    known_ratios = ratios[window:]
    late = values[window:]
    for t in range(known_ratios.size):
        known_ratios[t] = 100.0 * (abs(late[t] - values[t]) / (window * known_ratios[t]))
    return ratios


def slope(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return by how much the line of least squares through the last `window` values rises, shape (n_bars,).

    From its first to its last value, in percent of their mean. NaN if one of the values is missing, or if their
    mean is not above 0.
    """
    return known(_percent_slopes(values, window, first_anchor(market, window)))


def efficiency(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return Kaufman's efficiency ratio in percent, shape (n_bars,): 100 for a straight way, 0 for a way back.

    100 * |value - value `window` bars ago| / sum of |changes|. NaN if one of the values is missing, or if they
    do not change.
    """
    return bounded(_efficiency_ratios(values, window, first_anchor(market, window)), 0.0, 100.0)


def streak(market: Market, window: int) -> FloatArray:
    """Return how many closes in a row have risen, or minus how many have fallen, at most `window`.

    Shape (n_bars,); 0 after an unchanged close. NaN if one of the last `window` + 1 bars is missing.
    """
    return sealed(_streaks(market.close, window))


PRICE_AND_WINDOW = (ValueType.PRICE, ValueType.WINDOW)

OPCODES = (
    Opcode(
        name="slope",
        family="lines",
        signatures=(Signature(PRICE_AND_WINDOW, ValueType.DIMENSIONLESS),),
        compute=slope,
        warm_up=warm_up.window_values,
        render="slope({0}, {1})",
        explain="the percent by which the straight line through the last {1} values of {0} rises",
        cost=5,
        weight=0.5,
    ),
    Opcode(
        name="efficiency",
        family="lines",
        signatures=(Signature(PRICE_AND_WINDOW, ValueType.OSCILLATOR),),
        compute=efficiency,
        warm_up=warm_up.window_changes,
        render="efficiency({0}, {1})",
        explain="the straightness in percent of the way of {0} over {1} bars",
        cost=2,
        bounds=(0.0, 100.0),
        weight=0.5,
        has_side=False,
    ),
    Opcode(
        name="streak",
        family="lines",
        signatures=(Signature((ValueType.WINDOW,), ValueType.DIMENSIONLESS),),
        compute=streak,
        warm_up=warm_up.window_changes,
        render="streak({0})",
        explain="the number of rising closes in a row, or minus that of falling ones, at most {0}",
        cost=2,
        bounds=(-720.0, 720.0),
        weight=0.5,
    ),
)
