"""Variance of a mean under dependence: Newey and West."""

from __future__ import annotations

import numpy as np

from backtest.inference.checks import NO_SPREAD
from data.market import FloatArray


def automatic_lags(series: FloatArray) -> int:
    """Return how many autocovariances matter for the mean of a series of shape (n_observations,).

    The larger of floor(4 (n / 100)^(2/9)), the rule of Newey and West (1994), and floor(1.1447 (a n)^(1/3)) with
    a = 4 r^2 / (1 - r^2)^2, that of Andrews (1991), Econometrica 59:817-858, r being the first autocorrelation: the
    first alone is too short for returns that remember, and an error that is too small is the dangerous one. At most
    a third of the observations.
    """
    n: int = series.size
    rule = 4.0 * (n / 100.0) ** (2.0 / 9.0)
    centred = series - series.mean()
    squares = float(centred @ centred)
    r = float(centred[1:] @ centred[:-1]) / squares if squares > 0.0 else 0.0
    memory = 4.0 * r * r / (1.0 - r * r) ** 2
    return int(min(max(rule, 1.1447 * (memory * n) ** (1.0 / 3.0)), n / 3.0))


def long_run_variance(series: FloatArray, lags: int) -> float:
    """Return the Bartlett-weighted sum of autocovariances, g0 + 2 sum_k (1 - k / (lags + 1)) gk.

    Parameters
    ----------
    series
        In units of its own standard deviation, shape (n_observations,); its mean is taken off.
    lags
        Autocovariances used, 0 or more; 0 gives the plain variance, divisor n.

    Raises
    ------
    ValueError
        If nothing is left, as when returns alternate exactly.

    Notes
    -----
    Newey and West (1987), Econometrica 55:703-708. The weights make it non-negative.
    """
    centred = series - series.mean()
    n: int = centred.size
    total = float(centred @ centred)
    for lag in range(1, lags + 1):
        weight = 1.0 - lag / (lags + 1.0)
        total += 2.0 * weight * float(centred[lag:] @ centred[:-lag])
    if total <= NO_SPREAD * n:
        raise ValueError(
            f"returns: with {lags} lags the variance of their mean is {total / n:.3g} of what independent ones would "
            "have; allowed are returns whose mean is uncertain"
        )
    return total / n


def long_run_deviations(columns: FloatArray) -> FloatArray:
    """Return the root of `long_run_variance` of each column of shape (n_observations, n_columns), in its units."""
    deviations = columns.std(axis=0)
    scaled = (columns / deviations).T
    found: FloatArray = deviations * np.sqrt([long_run_variance(one, automatic_lags(one)) for one in scaled])
    return found
