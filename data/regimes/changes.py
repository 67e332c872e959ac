"""Whether volatility has changed of late: a cumulative sum of squares that strays too far."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray
from data.rolling import rolling_spread

CRITICAL_PATH = 1.358
"""What the longest way of a Brownian bridge from 0 exceeds in 5 % of all cases."""
STANDSTILL = 1e-9
"""Standard deviation of squares, as a fraction of their mean, below which what is left is rounding."""


@jit
def longest_path(changes: FloatArray, window: int, anchor: int) -> FloatArray:
    """Return how far the cumulative sum of squared returns strays from a straight line, shape (n_bars,).

    max over k of |sum of the first k squares - k times their mean| / sqrt(window * variance of the squares), over the
    last `window` returns: the kappa-1 statistic of Sanso, Arago and Carrion (2004), which fat tails do not inflate as
    they do that of Inclan and Tiao (1994). Above `CRITICAL_PATH` volatility has changed. NaN if one of the returns is;
    0 if their squares do not vary.

    Parameters
    ----------
    changes
        Shape (n_bars,).
    window
        Bars, 2 or more. Under some 20 of them no path is long enough.
    anchor
        First anchor of rolling sums, from 0 to window - 1.
    """
    squares = changes * changes
    from_mean, deviations = rolling_spread(squares, window, anchor)
    paths = np.full(changes.size, np.nan)
    for t in range(window - 1, changes.size):
        if np.isnan(deviations[t]):
            continue
        mean = squares[t] - from_mean[t]
        paths[t] = 0.0
        if deviations[t] > STANDSTILL * mean:
            # The variance is over `window`, the deviation is of a sample.
            paths[t] = _farthest(squares[t - window + 1 : t + 1], mean) / (deviations[t] * np.sqrt(window - 1.0))
    return paths


@jit
def _farthest(squares: FloatArray, mean: float) -> float:
    """Return the farthest that the sum of squares less their mean is from 0; four steps at a time wait for one."""
    path = 0.0
    farthest = 0.0
    whole = squares.size - squares.size % 4
    for k in range(0, whole, 4):
        one = squares[k] - mean
        two = one + (squares[k + 1] - mean)
        three = two + (squares[k + 2] - mean)
        four = three + (squares[k + 3] - mean)
        near = max(abs(path + one), abs(path + two))
        far = max(abs(path + three), abs(path + four))
        farthest = max(farthest, near, far)
        path += four
    for k in range(whole, squares.size):
        path += squares[k] - mean
        farthest = max(farthest, abs(path))
    return farthest
