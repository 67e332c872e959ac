"""Exposure and stop distance by rule, bar by bar (clause 13)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backtest.risk import NORMALISING_BARS, Risk, SizingRule
from data.market import FloatArray, Market

ONE = np.ones(1)
ONE.setflags(write=False)


def sizing_arrays(market: Market, risk: Risk) -> tuple[FloatArray, FloatArray]:
    """Return the exposure of an entry decided at each bar, and the factor of its protective distances.

    Each has shape (n_bars,), or (1,) where it is 1 on every bar. NaN where a window touches a missing
    bar or the deviation (or range) is 0. The value at bar t uses bars up to t, its own close included.
    """
    if risk.sizing is SizingRule.FIXED:
        return ONE, ONE
    window = risk.sizing_window_bars
    previous = np.concatenate(([np.nan], market.close[:-1]))
    if risk.sizing is SizingRule.INVERSE_VOLATILITY:
        inverse = 1.0 / _positive(_rolling(np.log(market.close / previous), window, _deviation))
        return _sealed(inverse / _rolling(inverse, NORMALISING_BARS, _mean)), ONE
    true_range = np.maximum(market.high, previous) - np.minimum(market.low, previous)
    average = _rolling(true_range / market.close, window, _mean)
    distance = _positive(average / _positive(_rolling(average, NORMALISING_BARS, _mean)))
    return _sealed(1.0 / distance), _sealed(distance)


def _rolling(values: FloatArray, window: int, statistic: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Return a statistic of the last `window` values at each bar; NaN before there are as many."""
    result = np.full(values.size, np.nan)
    if values.size >= window:
        result[window - 1 :] = statistic(np.lib.stride_tricks.sliding_window_view(values, window))
    return result


def _mean(windows: FloatArray) -> FloatArray:
    result: FloatArray = windows.mean(axis=1)
    return result


def _deviation(windows: FloatArray) -> FloatArray:
    """Return the standard deviation (ddof=1) of each row; exactly 0 for equal values, whatever the rounding."""
    deviation = windows.std(axis=1, ddof=1)
    return np.where(windows.max(axis=1) == windows.min(axis=1), 0.0, deviation)


def _positive(values: FloatArray) -> FloatArray:
    return np.where(values > 0.0, values, np.nan)


def _sealed(values: FloatArray) -> FloatArray:
    values.setflags(write=False)
    return values
