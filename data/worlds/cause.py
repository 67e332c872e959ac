"""The planted cause: crowded funding reverses the price."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from data.jit import jit
from data.worlds.parameters import CauseParameters

FloatArray = NDArray[np.float64]
PositionArray = NDArray[np.int8]


def caused_position(rates: FloatArray, parameters: CauseParameters) -> PositionArray:
    """Return the position to hold during each bar: -1 while longs are crowded, +1 while shorts are, else 0.

    Parameters
    ----------
    rates
        Hourly funding rates, shape (n_bars, n_coins). Row t is known at the close of bar t.

    Returns
    -------
    Shape (n_bars, n_coins). Row t follows from the rates up to row t - 1: decided at a close, held from the next open.
    """
    position = np.zeros(rates.shape, dtype=np.int8)
    for coin in range(rates.shape[1]):
        score = crowding(rates[:, coin].copy(), parameters.window, parameters.sum_bars)
        position[1:, coin] = _with_hysteresis(score, parameters.enter, parameters.leave)[:-1]
    return position


@jit
def crowding(rate: FloatArray, window: int, sum_bars: int) -> FloatArray:
    """Return the z-score (ddof=1) over `window` bars of the trailing sum of `sum_bars` rates.

    Shape (n_bars,); NaN for the first `window + sum_bars - 2` bars. The value at t includes the rate at t.
    """
    n_bars = rate.size
    total = np.full(n_bars, np.nan)
    for t in range(sum_bars - 1, n_bars):
        total[t] = rate[t - sum_bars + 1 : t + 1].sum()
    score = np.full(n_bars, np.nan)
    for t in range(window + sum_bars - 2, n_bars):
        past = total[t - window + 1 : t + 1]
        mean = past.mean()
        deviation = math.sqrt(((past - mean) ** 2).sum() / (window - 1))
        score[t] = (total[t] - mean) / deviation
    return score


@jit
def _with_hysteresis(score: FloatArray, enter: float, leave: float) -> PositionArray:
    """Return the position that each score asks for; an unknown score (NaN) changes nothing."""
    asked = np.zeros(score.size, dtype=np.int8)
    position = 0
    for t in range(score.size):
        if (position < 0 and score[t] < leave) or (position > 0 and score[t] > -leave):
            position = 0
        if score[t] > enter:
            position = -1
        elif score[t] < -enter:
            position = 1
        asked[t] = position
    return asked
