"""Variance of a mean under dependence: Newey and West."""

from __future__ import annotations

import numpy as np

from backtest.inference.checks import NO_SPREAD
from data.market import FloatArray


def automatic_lags(n_observations: int) -> int:
    """Return floor(4 (n / 100)^(2/9)) lags, the rule of Newey and West (1994); 0 for very short series."""
    return min(int(4.0 * (n_observations / 100.0) ** (2.0 / 9.0)), n_observations - 1)


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


def long_run_deviations(columns: FloatArray, lags: int) -> FloatArray:
    """Return the root of `long_run_variance` of each column of shape (n_observations, n_columns)."""
    deviations = columns.std(axis=0)
    scaled = columns / deviations
    found: FloatArray = deviations * np.sqrt([long_run_variance(column, lags) for column in scaled.T])
    return found
