"""States of volatility and of trend, bar by bar, from one coin's closes up to the bar itself.

Each is measured against the coin's own past, so that a state means the same on every coin and in every year.
"""

from __future__ import annotations

from enum import IntEnum
from math import sqrt

import numpy as np

from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_spread
from data.rolling_rank import rolling_rank

VOLATILITY_BARS, RANK_BARS, TREND_BARS = 24, 720, 168
"""A day, a month and a week of hourly bars."""
CALM_BELOW, WILD_ABOVE = 100.0 / 3.0, 200.0 / 3.0
"""Percentiles of volatility between which it is normal: thirds of the last month."""
FALLING_BELOW, RISING_ABOVE = -0.5, 0.5
"""Standard deviations of a walk without direction between which the week goes sideways: some 38 % of such weeks."""


class Volatility(IntEnum):
    """How much price moves."""

    CALM = 0
    NORMAL = 1
    WILD = 2


class Trend(IntEnum):
    """Which way price has gone."""

    FALLING = 0
    SIDEWAYS = 1
    RISING = 2


def returns_of(market: Market) -> FloatArray:
    """Return ln(close / previous close), shape (n_bars,), read-only; NaN where one of the two is missing."""
    changes = np.full(market.n_bars, np.nan)
    with np.errstate(all="ignore"):
        changes[1:] = np.log(market.close[1:] / market.close[:-1])
    changes[~np.isfinite(changes)] = np.nan
    changes.setflags(write=False)
    return changes


def volatility_rank(market: Market) -> FloatArray:
    """Return the percentile of the last day's volatility among those of the last month, shape (n_bars,).

    Volatility is the standard deviation (ddof 1) of the last 24 log returns, its percentile that among the last 720
    such values, equal ones counting half. NaN if one of the bars of all these is missing.
    """
    _, deviations = rolling_spread(returns_of(market), VOLATILITY_BARS, first_anchor(market, VOLATILITY_BARS))
    return rolling_rank(deviations, RANK_BARS)


def trend_score(market: Market) -> FloatArray:
    """Return the log return of the last week in standard deviations of a walk without direction, shape (n_bars,).

    The sum of the last 168 log returns over their standard deviation (ddof 1) times sqrt(168). NaN if one of the bars
    is missing, or if returns do not vary.
    """
    changes = returns_of(market)
    from_mean, deviations = rolling_spread(changes, TREND_BARS, first_anchor(market, TREND_BARS))
    means = changes - from_mean
    with np.errstate(all="ignore"):
        # What is left of returns that are all alike is rounding.
        varies = deviations > 1e-9 * np.abs(means)
        scores = np.where(varies, sqrt(TREND_BARS) * means / deviations, np.nan)
    scores[~np.isfinite(scores)] = np.nan
    return scores


def volatility_state(market: Market) -> FloatArray:
    """Return a `Volatility` for each bar as a float, shape (n_bars,); NaN where its rank is unknown."""
    return _states(volatility_rank(market), CALM_BELOW, WILD_ABOVE)


def trend_state(market: Market) -> FloatArray:
    """Return a `Trend` for each bar as a float, shape (n_bars,); NaN where its score is unknown."""
    return _states(trend_score(market), FALLING_BELOW, RISING_ABOVE)


def _states(values: FloatArray, low: float, high: float) -> FloatArray:
    """Return 0 below `low`, 2 above `high` and 1 between them, borders included; NaN where unknown."""
    with np.errstate(invalid="ignore"):
        states = 1.0 - (values < low) + (values > high)
    return np.where(np.isnan(values), np.nan, states)
