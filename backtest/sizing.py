"""Exposure and stop distance by rule, bar by bar (clause 13)."""

from __future__ import annotations

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
        returns = np.log(market.close / previous)
        inverse = 1.0 / _positive(_rolling(returns, window, _deviation))
        return inverse / _rolling(inverse, NORMALISING_BARS, _mean), ONE
    true_range = np.maximum(market.high, previous) - np.minimum(market.low, previous)
    average = _rolling(true_range / market.close, window, _mean)
    distance = _positive(average / _positive(_rolling(average, NORMALISING_BARS, _mean)))
    return 1.0 / distance, distance


def _positive(values: FloatArray) -> FloatArray:
    return np.where(values > 0.0, values, np.nan)


def _mean(windows: FloatArray) -> FloatArray:
    result: FloatArray = windows.mean(axis=1)
    return result


def _deviation(windows: FloatArray) -> FloatArray:
    # Two passes: a window of equal returns must give exactly 0.
    centred = windows - windows.mean(axis=1, keepdims=True)
    result: FloatArray = np.sqrt((centred * centred).sum(axis=1) / (windows.shape[1] - 1))
    return np.where(windows.max(axis=1) == windows.min(axis=1), 0.0, result)


def _rolling(values: FloatArray, window: int, statistic: object) -> FloatArray:
    return values
