"""Histories that might have been, with the memory of the one that was."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from backtest.inference.arch_library import stationary_block_lengths, stationary_statistics
from backtest.inference.checks import checked_block_length, checked_count, checked_returns
from data.market import FloatArray

LEAST_OBSERVATIONS = 10


def automatic_block_length(returns: ArrayLike) -> float:
    """Return the mean block length, in observations and at least 1, that suits the memory of a series.

    (2 g^2 / (2 f0^2))^(1/3) n^(1/3), where f0 is the spectral density at zero and g the sum of |k| times the
    autocovariances, both with a flat-top window whose width the correlogram decides.

    Parameters
    ----------
    returns
        Shape (n_observations,), at least 10.

    Raises
    ------
    ValueError
        If returns are too few, constant, NaN, or different from zero only once.

    Notes
    -----
    Politis and White (2004), Econometric Reviews 23:53-70; correction by Patton, Politis and White (2009), 28:372-375.
    """
    series = checked_returns(returns, LEAST_OBSERVATIONS)
    return max(1.0, float(stationary_block_lengths(series.reshape(-1, 1))[0]))


def stationary_bootstrap(
    returns: ArrayLike,
    statistic: Callable[[FloatArray], float],
    *,
    rng: np.random.Generator,
    n_resamples: int = 1_000,
    block_length: int | None = None,
) -> FloatArray:
    """Return a statistic of resampled returns: blocks of random length drawn with replacement and joined.

    The spread of what comes back estimates the sampling error of the statistic. Order is kept inside blocks only.

    Parameters
    ----------
    returns
        Shape (n_observations,), at least 10.
    statistic
        From returns of shape (n_observations,) to one number.
    rng
        Source of all chance.
    n_resamples
        At least 1.
    block_length
        Mean length of a block in observations, at least 1; None: `automatic_block_length`, rounded up.

    Returns
    -------
    FloatArray
        Shape (n_resamples,).

    Raises
    ------
    ValueError
        If returns are too few, constant, NaN, or different from zero only once, or another argument is not allowed.

    Notes
    -----
    Politis and Romano (1994), JASA 89:1303-1313.
    """
    series = checked_returns(returns, LEAST_OBSERVATIONS)
    resamples = checked_count(n_resamples, 1, "n_resamples")
    given = math.ceil(automatic_block_length(series)) if block_length is None else block_length
    length = checked_block_length(given, series.size)
    return stationary_statistics(series, statistic, length, resamples, rng)
