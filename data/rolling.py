"""Rolling sums that never subtract what they added: O(n), exact for a constant, the same wherever history begins."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market


def first_anchor(market: Market, window: int) -> int:
    """Return the first bar, from 0 to window - 1, whose number since 1970 is a multiple of `window`.

    Rolling sums are taken backward and forward from such bars. They lie on the calendar and not at
    the start of the history, so a window's value has the same bits wherever the history begins.
    """
    return int(-(int(market.time_ms[0]) // market.interval_ms) % window)


@jit
def rolling_mean(values: FloatArray, window: int, anchor: int) -> FloatArray:
    """Return the mean of the last `window` values, NaN where one of them is.

    Every window holds exactly one anchor (bars `anchor`, `anchor + window`, ...). Its sum is what lies
    before the anchor plus what lies after it, each taken relative to the anchor's value: nothing is
    ever subtracted again, so no error accumulates, and the mean of a constant is that constant.

    Parameters
    ----------
    values
        Shape (n_bars,).
    window
        Bars.
    anchor
        First anchor, from 0 to window - 1.
    """
    n = values.size
    means = np.full(n, np.nan)
    before = np.zeros(window)
    while anchor < n:
        origin = values[anchor]
        for k in range(window - 1, 0, -1):
            t = anchor - (window - k)
            before[k - 1] = before[k] + (values[t] - origin) if t >= 0 else np.nan
        recent = values[anchor : anchor + window]
        after = 0.0
        for k in range(recent.size):
            after += recent[k] - origin
            mean = origin + (before[k] + after) / window
            means[anchor + k] = mean if np.isfinite(mean) else np.nan
        anchor += window
    return means


@jit
def rolling_spread(values: FloatArray, window: int, anchor: int) -> tuple[FloatArray, FloatArray]:
    """Return value - mean, and the standard deviation (ddof 1), of the last `window` values; NaN where one is.

    Sums are taken as in `rolling_mean`, relative to the anchor's value; equal values give exactly 0. The
    anchor is in the window, hence at most sqrt(window) standard deviations from the mean: the difference
    of the two sums loses at most a factor `window` of precision, at any level of price.

    Parameters
    ----------
    values
        Shape (n_bars,).
    window
        Bars, 2 or more.
    anchor
        First anchor, from 0 to window - 1.
    """
    n = values.size
    from_mean = np.full(n, np.nan)
    deviations = np.full(n, np.nan)
    before = np.zeros(window)
    before_squared = np.zeros(window)
    while anchor < n:
        origin = values[anchor]
        for k in range(window - 1, 0, -1):
            t = anchor - (window - k)
            distance = values[t] - origin if t >= 0 else np.nan
            before[k - 1] = before[k] + distance
            before_squared[k - 1] = before_squared[k] + distance * distance
        recent = values[anchor : anchor + window]
        after = 0.0
        after_squared = 0.0
        for k in range(recent.size):
            distance = recent[k] - origin
            after += distance
            after_squared += distance * distance
            mean = (before[k] + after) / window
            squares = before_squared[k] + after_squared - mean * mean * window
            if np.isfinite(squares):
                from_mean[anchor + k] = distance - mean
                deviations[anchor + k] = np.sqrt(max(squares, 0.0) / (window - 1.0))
        anchor += window
    return from_mean, deviations


@jit
def rolling_line(values: FloatArray, window: int, anchor: int) -> tuple[FloatArray, FloatArray]:
    """Return the mean of the last `window` values and the slope, per bar, of the line of least squares through them.

    Sums are taken as in `rolling_mean`, relative to the anchor's value and place; NaN where one of the values is.
    The slope of a window of 1 is 0.

    Parameters
    ----------
    values
        Shape (n_bars,).
    window
        Bars.
    anchor
        First anchor, from 0 to window - 1.
    """
    n = values.size
    means = np.full(n, np.nan)
    slopes = np.full(n, np.nan)
    before = np.zeros(window)
    before_placed = np.zeros(window)
    # The sum of squared distances of the places 0, 1, ..., window - 1 from their middle.
    places = window * (window * window - 1.0) / 12.0 if window > 1 else 1.0
    while anchor < n:
        origin = values[anchor]
        for k in range(window - 1, 0, -1):
            t = anchor - (window - k)
            distance = values[t] - origin if t >= 0 else np.nan
            before[k - 1] = before[k] + distance
            before_placed[k - 1] = before_placed[k] + (k - window) * distance
        recent = values[anchor : anchor + window]
        after = 0.0
        after_placed = 0.0
        for k in range(recent.size):
            distance = recent[k] - origin
            after += distance
            after_placed += k * distance
            total = before[k] + after
            slope = (before_placed[k] + after_placed - (k - 0.5 * (window - 1.0)) * total) / places
            mean = origin + total / window
            if np.isfinite(slope) and np.isfinite(mean):
                means[anchor + k] = mean
                slopes[anchor + k] = slope
        anchor += window
    return means, slopes
