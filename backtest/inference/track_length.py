"""How long a history must be before a number means anything."""

from __future__ import annotations

import math

from backtest.inference.checks import checked_number
from backtest.inference.expected_maximum import expected_max_sharpe
from backtest.inference.normal import normal_quantile
from backtest.inference.sharpe_probability import check_convention, variance_times_n


def min_track_record_length(
    sharpe: float,
    *,
    benchmark: float = 0.0,
    skew: float = 0.0,
    kurtosis: float = 3.0,
    confidence: float = 0.95,
    convention: str = "2012",
    autocorrelation: float = 0.0,
) -> float:
    """Return the observations needed for `probabilistic_sharpe` to reach `confidence`.

    * "2012": 1 + (1 - skew sr + (kurtosis - 1) / 4 sr^2) (z / (sr - b))^2.
    * "2026": n V (z / (sr - b))^2, with the n V of `probabilistic_sharpe`.

    Parameters
    ----------
    sharpe, benchmark
        Per observation, not annualised.
    skew, kurtosis
        Of the returns; raw kurtosis, 3 for the normal.
    confidence
        At least 0.5 and below 1.
    convention, autocorrelation
        As of `probabilistic_sharpe`.

    Returns
    -------
    float
        Observations, not rounded; infinite if `sharpe` is not above `benchmark`, when no history is long enough.

    Raises
    ------
    ValueError
        If an argument is outside of what is allowed.

    Notes
    -----
    Sources as of `probabilistic_sharpe`.
    """
    observed, null = checked_number(sharpe, "sharpe"), checked_number(benchmark, "benchmark")
    # Below one half a shorter history would serve better, which is no question to ask.
    level = checked_number(confidence, "confidence", above=math.nextafter(0.5, 0.0), below=1.0)
    is_2012 = check_convention(convention, autocorrelation) == "2012"
    variance = variance_times_n(observed if is_2012 else null, skew, kurtosis, autocorrelation)
    if observed <= null:
        return math.inf
    return float(is_2012) + variance * (normal_quantile(level) / (observed - null)) ** 2


def min_backtest_length(n_trials: int, target_sharpe: float) -> float:
    """Return the years below which the best of `n_trials` worthless trials is expected to reach `target_sharpe`.

    (E[max of N standard normals] / target)^2, which is below 2 ln N / target^2. One trial needs none.

    Parameters
    ----------
    n_trials
        Independent trials, at least 1.
    target_sharpe
        *Annual* Sharpe ratio in sample, above 0.

    Raises
    ------
    ValueError
        If there is no trial, or the target is not above 0.

    Notes
    -----
    Bailey, Borwein, Lopez de Prado and Zhu (2014), Notices of the AMS 61(5):458-471, theorem 2.
    """
    return (expected_max_sharpe(n_trials) / checked_number(target_sharpe, "target_sharpe", above=0.0)) ** 2
