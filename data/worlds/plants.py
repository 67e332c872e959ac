"""Planted causes that are read off the prices that they move: momentum after a squeeze, lead and lag.

Row t of every position follows from the bars before t; so does the drift, and the prices with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from data.jit import jit
from data.worlds.drifts import Drift, Ground, Prices, funding_drift, session_drift
from data.worlds.parameters import Cause, CauseParameters, LeadLagParameters, SessionParameters, SqueezeParameters

FloatArray = NDArray[np.float64]
PositionArray = NDArray[np.int8]

LEAD_BARS = 720
"""Bars over which coins are compared by what is traded of them."""
BOLLINGER_DEVIATIONS, KELTNER_RANGES = 2.0, 1.5
"""Half the width of the bands in standard deviations, and of the channel in mean true ranges."""


def planted_drift(ground: Ground, strength: float, cause: Cause) -> Drift:
    """Return the drift of a cause, and who would profit from it."""
    match cause:
        case CauseParameters():
            return funding_drift(ground, strength, cause)
        case SessionParameters():
            return session_drift(ground, strength, cause)
        case SqueezeParameters():
            return _settled(ground, strength, lambda prices: squeeze_position(prices, cause))
        case LeadLagParameters():
            return _settled(ground, strength, lambda prices: lead_lag_position(prices, cause))


def squeeze_drift(ground: Ground, strength: float) -> Drift:
    """Return the drift while `SqueezeParameters` holds."""
    return planted_drift(ground, strength, SqueezeParameters())


def lead_lag_drift(ground: Ground, strength: float) -> Drift:
    """Return the drift while `LeadLagParameters` holds."""
    return planted_drift(ground, strength, LeadLagParameters())


def _settled(ground: Ground, strength: float, position_of: Callable[[Prices], PositionArray]) -> Drift:
    """Return the drift whose own prices ask for its position.

    There is one: the first bar's position follows from nothing, and each pass puts right one bar more at least. Most
    bars are right in the first pass, and some ten are enough.
    """
    position = np.zeros(ground.fair.shape, dtype=np.int8)
    while True:
        drift = strength * position.astype(np.float64)
        asked = position_of(ground.prices(drift))
        if np.array_equal(asked, position):
            return Drift(drift, position)
        position = asked


def squeeze_position(prices: Prices, cause: SqueezeParameters) -> PositionArray:
    """Return: with a close that leaves a tight range, for so many bars; shape (n_bars, n_coins)."""
    sides: PositionArray = np.zeros(prices.close.shape, dtype=np.int8)
    for coin in range(sides.shape[1]):
        high, low, close = (np.ascontiguousarray(part[:, coin]) for part in (prices.high, prices.low, prices.close))
        width, score = squeeze_and_score(high, low, close, cause.window)
        # Unknown is neither.
        out = (width < cause.tight) & (np.abs(score) > cause.leaves)
        sides[out, coin] = np.sign(score[out])
    return _held(sides, cause.hold_bars)


@jit
def squeeze_and_score(
    high: FloatArray, low: FloatArray, close: FloatArray, window: int
) -> tuple[FloatArray, FloatArray]:
    """Return the width of the Bollinger bands over that of the Keltner channel, and the z-score of the close.

    Standard deviations (ddof=1) and the mean of the true ranges are those of the last `window` bars; NaN for the first
    `window` bars. Shape (n_bars,); the value at t includes bar t.
    """
    n_bars = close.size
    true_range = np.zeros(n_bars)
    for t in range(1, n_bars):
        true_range[t] = max(high[t], close[t - 1]) - min(low[t], close[t - 1])
    width, score = np.full(n_bars, np.nan), np.full(n_bars, np.nan)
    for t in range(window, n_bars):
        past = close[t - window + 1 : t + 1]
        mean = past.mean()
        deviation = math.sqrt(((past - mean) ** 2).sum() / (window - 1))
        mean_range = true_range[t - window + 1 : t + 1].mean()
        width[t] = BOLLINGER_DEVIATIONS * deviation / (KELTNER_RANGES * mean_range)
        score[t] = (close[t] - mean) / deviation
    return width, score


def lead_lag_position(prices: Prices, cause: LeadLagParameters) -> PositionArray:
    """Return: after the lead coin, where a coin has moved less, for so many bars; shape (n_bars, n_coins)."""
    bars = cause.move_bars
    moved = np.full(prices.close.shape, np.nan)
    moved[bars:] = 100.0 * (prices.close[bars:] / prices.close[:-bars] - 1.0)
    lead, is_known = lead_coin(prices)
    led = np.take_along_axis(moved, lead[:, None], axis=1)
    has_moved = is_known[:, None] & (np.abs(led) > cause.move_percent)
    lags = np.sign(led) * (led - moved) > 0.0
    sides = np.where(has_moved & lags, np.sign(led), 0.0).astype(np.int8)
    return _held(sides, cause.hold_bars)


def lead_coin(prices: Prices) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the column of the coin of which most was traded over the last `LEAD_BARS` bars, and where that is known.

    Traded is close x volume; of equals the first, and columns are in the order of names. Shape (n_bars,).
    """
    traded = np.cumsum(prices.close * prices.volume, axis=0)
    recent = traded.copy()
    recent[LEAD_BARS:] -= traded[:-LEAD_BARS]
    return recent.argmax(axis=1), np.arange(len(traded)) >= LEAD_BARS - 1


@jit
def _held(sides: PositionArray, hold_bars: int) -> PositionArray:
    """Return the position of who takes a side when it is asked for at a close, and holds it for so many bars.

    What is asked for meanwhile is ignored. Who is out at an open asks again at that bar's close.
    """
    position = np.zeros(sides.shape, dtype=np.int8)
    for coin in range(sides.shape[1]):
        t = 1
        while t < sides.shape[0]:
            side = sides[t - 1, coin]
            if side == 0:
                t += 1
            else:
                position[t : t + hold_bars, coin] = side
                t += hold_bars + 1
    return position
