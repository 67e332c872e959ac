"""Volatility per bar, in percent, from closes or from the whole bar."""

from __future__ import annotations

from collections.abc import Callable
from math import log

import numpy as np

from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_mean, rolling_spread
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import bounded, earlier, known, quietly
from evolution.opcodes.statistics import STANDSTILL
from evolution.opcodes.types import ValueType

LONG_WINDOWS = 4
"""Windows in the longer of the two spans that `volatility_ratio` compares."""
MOST_RATIO = 3.0
"""The deviation of n values is at most sqrt((4n - 1) / (n - 1)) that of 4n around them: 2.65 for 2."""


@quietly
def log_changes(market: Market) -> FloatArray:
    """Return ln(close / previous close), shape (n_bars,); NaN where one of the two is missing."""
    return known(np.log(market.close / earlier(market.close, 1)))


def volatility(market: Market, window: int) -> FloatArray:
    """Return 100 * the standard deviation (ddof 1) of the last `window` log returns of the close, shape (n_bars,).

    Percent a bar. NaN if one of the bars is missing.
    """
    _, deviations = rolling_spread(log_changes(market), window, first_anchor(market, window))
    return known(100.0 * deviations)


@quietly
def volatility_ratio(market: Market, window: int) -> FloatArray:
    """Return the volatility of the last `window` bars over that of the last 4 * `window`, shape (n_bars,).

    1 where both are alike. NaN if one of the bars is missing, or if returns did not vary in the longer span.
    """
    changes = log_changes(market)
    _, short = rolling_spread(changes, window, first_anchor(market, window))
    span = LONG_WINDOWS * window
    from_mean, long = rolling_spread(changes, span, first_anchor(market, span))
    varies = long > STANDSTILL * np.abs(changes - from_mean)
    return bounded(np.where(varies, short / long, np.nan), 0.0, MOST_RATIO)


def _root_mean(market: Market, variances: FloatArray, window: int) -> FloatArray:
    means = rolling_mean(known(variances), window, first_anchor(market, window))
    # Rounding alone can take the mean of what is never negative under 0.
    return known(100.0 * np.sqrt(np.maximum(means, 0.0)))


@quietly
def parkinson(market: Market, window: int) -> FloatArray:
    """Return Parkinson's volatility (1980) of the last `window` bars, shape (n_bars,), percent a bar.

    100 * sqrt(mean(ln(high / low) ** 2) / (4 * ln 2)); NaN if one of the bars is missing.
    """
    return _root_mean(market, np.log(market.high / market.low) ** 2 / (4.0 * log(2.0)), window)


@quietly
def garman_klass(market: Market, window: int) -> FloatArray:
    """Return the volatility of Garman and Klass (1980) of the last `window` bars, shape (n_bars,), percent a bar.

    100 * sqrt(mean(ln(high / low) ** 2 / 2 - (2 * ln 2 - 1) * ln(close / open) ** 2)); NaN if one of the bars
    is missing.
    """
    within = 0.5 * np.log(market.high / market.low) ** 2
    return _root_mean(market, within - (2.0 * log(2.0) - 1.0) * np.log(market.close / market.open) ** 2, window)


@quietly
def rogers_satchell(market: Market, window: int) -> FloatArray:
    """Return the volatility of Rogers and Satchell (1991) of the last `window` bars, shape (n_bars,), percent a bar.

    100 * sqrt(mean(ln(high / close) * ln(high / open) + ln(low / close) * ln(low / open))), which a steady
    trend does not raise; NaN if one of the bars is missing.
    """
    above = np.log(market.high / market.close) * np.log(market.high / market.open)
    below = np.log(market.low / market.close) * np.log(market.low / market.open)
    return _root_mean(market, above + below, window)


def _ratio_warm_up(windows: tuple[int, ...]) -> int:
    return LONG_WINDOWS * windows[0]


def _estimator(
    compute: Callable[[Market, int], FloatArray],
    bars: Callable[[tuple[int, ...]], int],
    words: str,
    weight: float,
    cost: float,
) -> Opcode:
    return Opcode(
        name=compute.__name__,
        family="estimators",
        signatures=(Signature((ValueType.WINDOW,), ValueType.DIMENSIONLESS),),
        compute=compute,
        warm_up=bars,
        render=f"{compute.__name__}({{0}})",
        explain=words,
        cost=cost,
        bounds=(0.0, MOST_RATIO if compute is volatility_ratio else None),
        weight=weight,
        has_side=False,
    )


OPCODES = (
    _estimator(volatility, warm_up.window_changes, "the percent volatility of the last {0} closes", 0.5, 5),
    _estimator(
        volatility_ratio, _ratio_warm_up, "the volatility of the last {0} bars over that of four times as many", 0.5, 10
    ),
    _estimator(parkinson, warm_up.window_values, "the {0}-bar Parkinson volatility in percent", 0.25, 5),
    _estimator(garman_klass, warm_up.window_values, "the {0}-bar Garman-Klass volatility in percent", 0.25, 10),
    _estimator(rogers_satchell, warm_up.window_values, "the {0}-bar Rogers-Satchell volatility in percent", 0.25, 10),
)
