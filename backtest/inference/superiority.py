"""Whether the best of many candidates beats zero, and which of them do."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backtest.inference.arch_library import Superiority, stationary_block_lengths
from backtest.inference.checks import checked_block_length, checked_candidates, checked_count, checked_number
from backtest.inference.long_run_variance import long_run_deviations
from data.market import FloatArray

LEAST_OBSERVATIONS = 20
LEAST_RESAMPLES = 99


@dataclass(frozen=True, slots=True)
class SpaResult:
    """P-values of "no candidate is better than zero", by how candidates that lost are counted."""

    lower: float
    """Those that lost are left out of the distribution of chance: too small, a lower bound."""
    consistent: float
    """Those that lost clearly are left out: the one to quote."""
    upper: float
    """All count as if their mean were zero: an upper bound, White's Reality Check on studentised returns."""


def superior_predictive_ability(
    returns: ArrayLike,
    *,
    rng: np.random.Generator,
    n_resamples: int = 1_000,
    block_length: int | None = None,
) -> SpaResult:
    """Test whether the best of all candidates is better than zero, given that it was the best of so many.

    T = max_k sqrt(n) mean_k / w_k, its distribution by the stationary bootstrap; w_k is the long-run deviation of
    candidate k, so that a loud one hides no other.

    Parameters
    ----------
    returns
        Daily log returns of every candidate, or their excess over a benchmark: *gains*, shape
        (n_days, n_candidates), at least 20 days. Hourly rows are slow: the cost grows with their square.
    rng
        Source of all chance.
    n_resamples
        At least 99; the smallest p-value is 1 / (n_resamples + 1).
    block_length
        Mean length of a block in days; None: the mean of the automatic lengths of all candidates, rounded up.

    Raises
    ------
    ValueError
        If a candidate is constant, NaN or different from zero only once, or there are too few days.

    Notes
    -----
    Hansen (2005), Journal of Business and Economic Statistics 23:365-380; White (2000), Econometrica 68:1097-1126.
    Copies of a candidate change nothing, unless they change the block length, which is a mean over all by default.
    """
    return SpaResult(*_superiority(returns, rng, n_resamples, block_length).p_values())


def stepwise_survivors(
    returns: ArrayLike,
    *,
    rng: np.random.Generator,
    size: float = 0.05,
    n_resamples: int = 1_000,
    block_length: int | None = None,
) -> tuple[int, ...]:
    """Return the columns that are better than zero; the chance that any of them is not is at most about `size`.

    Those above the bootstrap's 1 - `size` quantile of the maximum survive and are taken out; the rest is asked again,
    until nobody is added.

    Parameters
    ----------
    returns, rng, n_resamples, block_length
        As of `superior_predictive_ability`.
    size
        Familywise error rate, above 0 and below 1.

    Raises
    ------
    ValueError
        As `superior_predictive_ability`, or if `size` is not allowed.

    Notes
    -----
    Romano and Wolf (2005), Econometrica 73:1237-1282.
    """
    level = checked_number(size, "size", above=0.0, below=1.0)
    test = _superiority(returns, rng, n_resamples, block_length)
    remaining = np.ones(np.asarray(returns).shape[1], dtype=np.bool_)
    while remaining.any():
        found = test.better(remaining, level)
        if not found.any():
            break
        remaining &= ~found
    return tuple(np.flatnonzero(~remaining).tolist())


def _superiority(
    returns: ArrayLike, rng: np.random.Generator, n_resamples: int, block_length: int | None
) -> Superiority:
    gains = checked_candidates(returns, LEAST_OBSERVATIONS)
    resamples = checked_count(n_resamples, LEAST_RESAMPLES, "n_resamples")
    studentised: FloatArray = gains / long_run_deviations(gains)
    if block_length is None:
        block_length = math.ceil(max(1.0, float(np.mean(stationary_block_lengths(studentised)))))
    length = checked_block_length(block_length, gains.shape[0])
    return Superiority(studentised, length, resamples, rng)
