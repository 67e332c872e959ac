"""Rolling sums that never subtract what they added: O(n), exact for a constant, the same wherever history begins.

Every window holds exactly one anchor (bars `anchor`, `anchor + window`, ...). Its sums are what lies before the anchor
plus what lies after it, each taken relative to the anchor's value: nothing is ever subtracted again, so no error
accumulates. The sums of some blocks of `window` bars are taken first, then what they mean is worked out for all of
these bars at once: divisions and roots then run eight at a time. Indices without a sign need no look at both ends.
"""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market

TILE_BARS = 512
"""Bars worked out at once, whole blocks of them: they and their sums stay in the processor's nearest cache."""
NOTHING, ONE = np.uint64(0), np.uint64(1)


def first_anchor(market: Market, window: int) -> int:
    """Return the first bar, from 0 to window - 1, whose number since 1970 is a multiple of `window`.

    Rolling sums are taken backward and forward from such bars. They lie on the calendar and not at
    the start of the history, so a window's value has the same bits wherever the history begins.
    """
    return int(-(int(market.time_ms[0]) // market.interval_ms) % window)


@jit
def tile_size(window: int) -> int:
    """Return how many bars are worked out at once: a whole number of blocks."""
    return window * max(1, TILE_BARS // window)


@jit
def fill_tile(values: FloatArray, first: int, tile: FloatArray) -> None:
    """Copy the values from bar `first` on, which may lie before the history; NaN where there are none."""
    low = min(max(-first, 0), tile.size)
    high = max(min(values.size - first, tile.size), low)
    tile[:low] = np.nan
    source, target = values[first + low : first + high], tile[low:high]
    for k in range(target.size):
        target[k] = source[k]
    tile[high:] = np.nan


@jit
def rolling_mean(values: FloatArray, window: int, anchor: int) -> FloatArray:
    """Return the mean of the last `window` values, NaN where one of them is; that of a constant is that constant.

    Parameters
    ----------
    values
        Shape (n_bars,).
    window
        Bars.
    anchor
        First anchor, from 0 to window - 1.
    """
    n, size, block = values.size, tile_size(window), np.uint64(window)
    means = np.empty(n)
    means[:anchor] = np.nan
    near = np.empty(window + size)
    origins, before, after = np.zeros(size), np.zeros(size), np.zeros(size)
    for first in range(anchor, n, size):
        fill_tile(values, first - window, near)
        for start in range(NOTHING, np.uint64(size), block):
            origin = near[start + block]
            origins[start] = origin
            earlier = 0.0
            later = 0.0
            for k in range(ONE, block):
                origins[start + k] = origin
                later += near[start + block + k] - origin
                after[start + k] = later
                earlier += near[start + block - k] - origin
                before[start + block - ONE - k] = earlier
        target = means[first : first + size]
        for k in range(target.size):
            mean = origins[k] + (before[k] + after[k]) / window
            target[k] = mean if np.isfinite(mean) else np.nan
    return means


@jit
def rolling_spread(values: FloatArray, window: int, anchor: int) -> tuple[FloatArray, FloatArray]:
    """Return value - mean, and the standard deviation (ddof 1), of the last `window` values; NaN where one is.

    Equal values give exactly 0. The anchor is in the window, hence at most sqrt(window) standard deviations from the
    mean: the difference of the two sums loses at most a factor `window` of precision, at any level of price.

    Parameters
    ----------
    values
        Shape (n_bars,).
    window
        Bars, 2 or more.
    anchor
        First anchor, from 0 to window - 1.
    """
    n, size, block = values.size, tile_size(window), np.uint64(window)
    from_mean, deviations = np.empty(n), np.empty(n)
    from_mean[:anchor] = np.nan
    deviations[:anchor] = np.nan
    near = np.empty(window + size)
    distances, before, after = np.zeros(size), np.zeros(size), np.zeros(size)
    before_squared, after_squared = np.zeros(size), np.zeros(size)
    for first in range(anchor, n, size):
        fill_tile(values, first - window, near)
        for start in range(NOTHING, np.uint64(size), block):
            origin = near[start + block]
            earlier, earlier_squared = 0.0, 0.0
            later, later_squared = 0.0, 0.0
            for k in range(ONE, block):
                distance = near[start + block + k] - origin
                distances[start + k] = distance
                later += distance
                later_squared += distance * distance
                after[start + k] = later
                after_squared[start + k] = later_squared
                distance = near[start + block - k] - origin
                earlier += distance
                earlier_squared += distance * distance
                before[start + block - ONE - k] = earlier
                before_squared[start + block - ONE - k] = earlier_squared
        to_mean, to_deviation = from_mean[first : first + size], deviations[first : first + size]
        for k in range(to_mean.size):
            mean = (before[k] + after[k]) / window
            squares = before_squared[k] + after_squared[k] - mean * mean * window
            is_known = np.isfinite(squares)
            to_mean[k] = distances[k] - mean if is_known else np.nan
            to_deviation[k] = np.sqrt(max(squares, 0.0) / (window - 1.0)) if is_known else np.nan
    return from_mean, deviations


@jit
def rolling_line(values: FloatArray, window: int, anchor: int) -> tuple[FloatArray, FloatArray]:
    """Return the mean of the last `window` values and the slope, per bar, of the line of least squares through them.

    Sums are relative to the anchor's place as well; NaN where one of the values is. The slope of a window of 1 is 0.

    Parameters
    ----------
    values
        Shape (n_bars,).
    window
        Bars.
    anchor
        First anchor, from 0 to window - 1.
    """
    n, size, block = values.size, tile_size(window), np.uint64(window)
    means, slopes = np.empty(n), np.empty(n)
    means[:anchor] = np.nan
    slopes[:anchor] = np.nan
    near = np.empty(window + size)
    origins, before, after = np.zeros(size), np.zeros(size), np.zeros(size)
    before_placed, after_placed = np.zeros(size), np.zeros(size)
    # How far each bar lies from the middle of the block's first window, and the sum of squares of such distances.
    leads = np.zeros(size)
    places = window * (window * window - 1.0) / 12.0 if window > 1 else 1.0
    for k in range(size):
        leads[k] = k % window - 0.5 * (window - 1.0)
    for first in range(anchor, n, size):
        fill_tile(values, first - window, near)
        for start in range(NOTHING, np.uint64(size), block):
            origin = near[start + block]
            origins[start] = origin
            earlier, earlier_placed = 0.0, 0.0
            later, later_placed = 0.0, 0.0
            place = 0.0
            for k in range(ONE, block):
                place += 1.0
                origins[start + k] = origin
                distance = near[start + block + k] - origin
                later += distance
                later_placed += place * distance
                after[start + k] = later
                after_placed[start + k] = later_placed
                distance = near[start + block - k] - origin
                earlier += distance
                earlier_placed += -place * distance
                before[start + block - ONE - k] = earlier
                before_placed[start + block - ONE - k] = earlier_placed
        to_mean, to_slope = means[first : first + size], slopes[first : first + size]
        for k in range(to_mean.size):
            total = before[k] + after[k]
            slope = (before_placed[k] + after_placed[k] - leads[k] * total) / places
            mean = origins[k] + total / window
            is_known = np.isfinite(slope) and np.isfinite(mean)
            to_mean[k] = mean if is_known else np.nan
            to_slope[k] = slope if is_known else np.nan
    return means, slopes
