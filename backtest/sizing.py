"""Exposure and stop distance by rule, bar by bar (clause 13)."""

from __future__ import annotations

import numpy as np

from backtest.risk import NORMALISING_BARS, Risk, SizingRule
from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_mean, rolling_spread

ONE = np.ones(1)
ONE.setflags(write=False)
FIXED_SIZING = (ONE, ONE)


def sizing_arrays(market: Market, risk: Risk) -> tuple[FloatArray, FloatArray]:
    """Return the exposure of an entry decided at each bar, and the factor of its protective distances.

    Each has shape (n_bars,), or (1,) where it is 1 on every bar. NaN where a window touches a missing
    bar or the deviation (or range) is 0. The value at bar t uses bars up to t, its own close included.
    """
    if risk.sizing is SizingRule.FIXED:
        return FIXED_SIZING
    window = risk.sizing_window_bars
    anchor, slow_anchor = first_anchor(market, window), first_anchor(market, NORMALISING_BARS)
    previous = np.concatenate(([np.nan], market.close[:-1]))
    if risk.sizing is SizingRule.INVERSE_VOLATILITY:
        inverse = 1.0 / _positive(rolling_spread(np.log(market.close / previous), window, anchor)[1])
        return _sealed(inverse / rolling_mean(inverse, NORMALISING_BARS, slow_anchor)), ONE
    true_range = np.maximum(market.high, previous) - np.minimum(market.low, previous)
    average = rolling_mean(true_range / market.close, window, anchor)
    distance = _positive(average / _positive(rolling_mean(average, NORMALISING_BARS, slow_anchor)))
    return _sealed(1.0 / distance), _sealed(distance)


def _positive(values: FloatArray) -> FloatArray:
    return np.where(values > 0.0, values, np.nan)


def _sealed(values: FloatArray) -> FloatArray:
    values.setflags(write=False)
    return values
