"""Standard error of a Sharpe ratio, whatever the shape and the memory of the returns."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from backtest.inference.checks import checked_lags, checked_returns
from backtest.inference.long_run_variance import automatic_lags, long_run_variance
from data.market import FloatArray


def sharpe_influence(returns: FloatArray) -> FloatArray:
    """Return the influence of each observation on the Sharpe ratio, z - (sr / 2) (z^2 - 1), shape (n_observations,).

    z are the returns less their mean, over their standard deviation with divisor n; sr is that Sharpe ratio.
    """
    deviation = float(returns.std())
    z = (returns - returns.mean()) / deviation
    sharpe = float(returns.mean()) / deviation
    influence: FloatArray = z - 0.5 * sharpe * (np.square(z) - 1.0)
    return influence


def sharpe_standard_error(returns: ArrayLike, lags: int | None = None) -> float:
    """Return the standard error of the Sharpe ratio per observation.

    SE^2 = LRV(IF) / n, where IF is the influence of each observation and LRV its Newey-West long-run variance.

    Parameters
    ----------
    returns
        Simple or log returns, fractions, one for each observation (bar or day), flat ones included; shape
        (n_observations,), n_observations >= 3.
    lags
        Autocovariances used: 0 for independent returns, None for as many as the memory of IF asks for.

    Returns
    -------
    float
        In units of the Sharpe ratio per observation; times sqrt(observations a year) for the annual one.

    Raises
    ------
    ValueError
        If returns are too few, constant, NaN, or different from zero only once, `lags` is not in 0 to n - 1, or the
        error is nothing.

    Notes
    -----
    Delta method: Lo (2002), Financial Analysts Journal 58(4):36-52, the GMM case; Ledoit and Wolf (2008), Journal of
    Empirical Finance 15:850-859. With 0 lags SE^2 n is 1 - skew sr + (kurtosis - 1) / 4 sr^2, the bracket of
    Mertens (2002), which for normal returns is Lo's 1 + sr^2 / 2.
    """
    series = checked_returns(returns)
    influence = sharpe_influence(series)
    used = automatic_lags(influence) if lags is None else checked_lags(lags, series.size)
    return math.sqrt(long_run_variance(influence, used) / series.size)
