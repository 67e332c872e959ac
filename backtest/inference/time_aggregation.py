"""From the Sharpe ratio of an observation to that of a year, when returns remember."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from backtest.inference.checks import checked_count


def time_aggregation_factor(n_periods: int, autocorrelations: ArrayLike = ()) -> float:
    """Return eta(q), by which a Sharpe ratio per observation is multiplied for one over `n_periods` of them.

    eta(q) = q / sqrt(q + 2 sum_{k < q} (q - k) rho_k); sqrt(q) for independent returns.

    Parameters
    ----------
    n_periods
        q, at least 1: 365 for a year of days.
    autocorrelations
        rho_1, rho_2, ...; those not given are 0, those from rho_q on do not matter. Each between -1 and 1.

    Raises
    ------
    ValueError
        If an autocorrelation is impossible, or together they leave the sum no variance.

    Notes
    -----
    Lo (2002), Financial Analysts Journal 58(4):36-52, equation 20.
    """
    q = checked_count(n_periods, 1, "n_periods")
    rho = np.asarray(autocorrelations, dtype=np.float64)[: q - 1]
    if rho.ndim != 1 or not np.all(np.abs(rho) <= 1.0):
        raise ValueError(f"autocorrelations: received {rho.tolist()}; allowed is one series of numbers from -1 to 1")
    variance = q + 2.0 * float(np.sum((q - np.arange(1, rho.size + 1)) * rho))
    if variance <= 0.0:
        raise ValueError(
            f"autocorrelations: the variance of a sum of {q} returns would be {variance:g} times that of one; "
            "allowed are autocorrelations with a positive one"
        )
    return q / math.sqrt(variance)
