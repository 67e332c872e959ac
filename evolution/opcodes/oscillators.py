"""Where price stands in its range, and which side has been stronger: from 0 to 100, or around 0."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_mean
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.ranges import HIGH, LOW, rolling_extreme
from evolution.opcodes.ratios import share_of_gains
from evolution.opcodes.series import bounded, known, quietly, sealed
from evolution.opcodes.statistics import STANDSTILL
from evolution.opcodes.types import NUMERIC, ValueType

COMMODITY_UNIT = 0.015 * 100.0
"""Lambert's constant, and hundreds instead of units: most values are between -1 and 1."""


@jit
def _commodity_channel(values: FloatArray, window: int, anchor: int) -> FloatArray:
    indices = np.full(values.size, np.nan)
    means = rolling_mean(values, window, anchor)
    for t in range(window - 1, values.size):
        mean = means[t]
        if np.isnan(mean):
            continue
        # Four sums at a time: a single one would wait for itself.
        one = 0.0
        two = 0.0
        three = 0.0
        four = 0.0
        recent = values[t - window + 1 : t + 1]
        whole = window - window % 4
        for k in range(0, whole, 4):
            one += abs(recent[k] - mean)
            two += abs(recent[k + 1] - mean)
            three += abs(recent[k + 2] - mean)
            four += abs(recent[k + 3] - mean)
        for k in range(whole, window):
            one += abs(recent[k] - mean)
        deviation = ((one + two) + (three + four)) / window
        if deviation > STANDSTILL * abs(mean):
            index = (values[t] - mean) / (COMMODITY_UNIT * deviation)
            if np.isfinite(index):
                indices[t] = index
    return indices


@jit
def _bars_since_highest(values: FloatArray, window: int) -> FloatArray:
    """Return how many bars ago the highest of the last `window` + 1 values was, the latest of equal ones."""
    ages = np.full(values.size, np.nan)
    known_bars = 0
    best = 0
    for t in range(values.size):
        if not np.isfinite(values[t]):
            known_bars = 0
            continue
        known_bars += 1
        if known_bars == 1 or values[t] >= values[best]:
            best = t
        elif best < t - window:
            best = t - window
            for k in range(t - window + 1, t + 1):
                if values[k] >= values[best]:
                    best = k
        if known_bars > window:
            ages[t] = t - best
    return ages


@jit
def _share(values: FloatArray, lows: FloatArray, highs: FloatArray, window: int) -> FloatArray:
    """Return where each value lies between the lowest of the last `window` lows, 0, and the highest high, 100."""
    lowest, highest = rolling_extreme(lows, window, LOW), rolling_extreme(highs, window, HIGH)
    shares = np.empty_like(lowest)
    for t in range(values.size):
        share = 100.0 * ((values[t] - lowest[t]) / (highest[t] - lowest[t]))
        # Without the last digit by which rounding leaves the range.
        shares[t] = min(max(share, 0.0), 100.0) if np.isfinite(share) else np.nan
    return shares


def stochastic(market: Market, window: int) -> FloatArray:
    """Return Lane's raw %K, shape (n_bars,): the close between the low and the high of the last `window` bars.

    100 * (close - lowest low) / (highest high - lowest low), which is Williams' %R plus 100. NaN if one of the
    bars is missing, or if the highest is the lowest.
    """
    return sealed(_share(market.close, market.low, market.high, window))


def position(market: Market, values: FloatArray | float, window: int) -> FloatArray:
    """Return where the value stands between the lowest, 0, and the highest, 100, of its last `window` values.

    Shape (n_bars,). NaN if one of them is missing, or if all are equal, as those of a constant are.
    """
    if isinstance(values, float):
        return sealed(np.full(market.n_bars, np.nan))
    return sealed(_share(values, values, values, window))


@jit
def _gains_and_losses(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return by how much each value lies above the one before it, or else 0, and below it; NaN if one is missing."""
    gains, losses = np.empty_like(values), np.empty_like(values)
    gains[:1] = np.nan
    losses[:1] = np.nan
    for t in range(1, values.size):
        change = values[t] - values[t - 1]
        # NaN is neither.
        gains[t] = 0.0 if change <= 0.0 else change
        losses[t] = 0.0 if change >= 0.0 else -change
    return gains, losses


def cmo(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return Chande's momentum oscillator over the last `window` changes as 50 + cmo / 2, shape (n_bars,).

    100 * gains / (gains + losses), where both are plain sums. NaN if one of the values is missing, or if they
    do not change.
    """
    gains, losses = _gains_and_losses(values)
    shares = share_of_gains(sealed(gains), sealed(losses), window, first_anchor(market, window))
    return bounded(shares, 0.0, 100.0)


def aroon(market: Market, window: int) -> FloatArray:
    """Return Chande's Aroon oscillator as 50 + (up - down) / 2, shape (n_bars,).

    50 + 50 * (bars since the lowest low - bars since the highest high) / window, over the last `window` + 1 bars
    and the latest of equal ones. NaN if one of these bars is missing.
    """
    since_low = _bars_since_highest(sealed(-market.low), window)
    return sealed(50.0 + 50.0 * ((since_low - _bars_since_highest(market.high, window)) / window))


@quietly
def cci(market: Market, window: int) -> FloatArray:
    """Return Lambert's commodity channel index in hundreds, shape (n_bars,).

    (typical price - its mean) / (0.015 * mean absolute deviation) / 100 over `window` bars, where the typical
    price is the mean of high, low and close. NaN if one of the bars is missing, or if the typical price stands still.
    """
    typical = known((market.high + market.low + market.close) / 3.0)
    return sealed(_commodity_channel(typical, window, first_anchor(market, window)))


WINDOWED = (Signature((ValueType.WINDOW,), ValueType.OSCILLATOR),)

OPCODES = (
    Opcode(
        name="stochastic",
        family="oscillators",
        signatures=WINDOWED,
        compute=stochastic,
        warm_up=warm_up.window_values,
        render="stochastic({0})",
        explain="the percent of the {0}-bar range that lies below the close",
        cost=5,
        bounds=(0.0, 100.0),
    ),
    Opcode(
        name="position",
        family="oscillators",
        signatures=tuple(Signature((value, ValueType.WINDOW), ValueType.OSCILLATOR) for value in NUMERIC),
        compute=position,
        warm_up=warm_up.window_values,
        render="position({0}, {1})",
        explain="the place of {0} between its lowest (0) and highest (100) of {1} bars",
        cost=5,
        bounds=(0.0, 100.0),
    ),
    Opcode(
        name="cmo",
        family="oscillators",
        signatures=(Signature((ValueType.PRICE, ValueType.WINDOW), ValueType.OSCILLATOR),),
        compute=cmo,
        warm_up=warm_up.window_changes,
        render="cmo({0}, {1})",
        explain="the share of rises in the last {1} changes of {0}",
        cost=5,
        bounds=(0.0, 100.0),
        weight=0.5,
    ),
    Opcode(
        name="aroon",
        family="oscillators",
        signatures=WINDOWED,
        compute=aroon,
        warm_up=warm_up.window_changes,
        render="aroon({0})",
        explain="the {0}-bar Aroon oscillator (100 at a new high, 0 at a new low)",
        cost=20,
        bounds=(0.0, 100.0),
        weight=0.5,
    ),
    Opcode(
        name="cci",
        family="oscillators",
        signatures=(Signature((ValueType.WINDOW,), ValueType.DIMENSIONLESS),),
        compute=cci,
        warm_up=warm_up.window_values,
        render="cci({0})",
        explain="the {0}-bar commodity channel index in hundreds",
        cost=50,
        # One of n values is at most n / 2 mean absolute deviations from their mean: 360 / 1.5.
        bounds=(-241.0, 241.0),
        weight=0.5,
    ),
)
