"""What a strategy earned that holding the market would not have given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backtest.inference.checks import NO_SPREAD, checked_candidates, checked_lags, checked_number, checked_returns
from backtest.inference.long_run_variance import automatic_lags
from backtest.inference.statsmodels_library import robust_regression
from data.market import FloatArray

DAYS_PER_YEAR = 365
LEAST_DAYS = 20


@dataclass(frozen=True, slots=True)
class DailyAlpha:
    """Alpha of a strategy against one or more benchmarks."""

    alpha_per_year: float
    """Return a year (fraction) that the benchmarks do not explain."""
    t_statistic: float
    """Alpha over its HAC standard error."""
    p_value: float
    """One-sided, of "alpha is not above zero"."""
    betas: tuple[float, ...]
    """Exposure to each benchmark, in the order received."""
    n_days: int


def daily_alpha(
    strategy_returns: ArrayLike,
    benchmark_returns: ArrayLike,
    *,
    lags: int | None = None,
    days_per_year: float = DAYS_PER_YEAR,
) -> DailyAlpha:
    """Regress daily returns on those of benchmarks and test the intercept, upwards only.

    r_t = alpha + sum_j beta_j b_jt + e_t by least squares; Newey-West errors with n / (n - k); p from Student's t with
    n - k degrees of freedom.

    Parameters
    ----------
    strategy_returns
        Simple returns of UTC days, net of costs and funding, flat days included; shape (n_days,), at least 20. Parts
        of a history (out of sample, walk forward) are joined one after the other. Not logs: a part b of the market,
        rebalanced, has an alpha of b (1 - b) / 2 of the market's variance in logs, and none in simple returns.
    benchmark_returns
        Of the same days, shape (n_days,) or (n_days, n_benchmarks): equal-weight buy-and-hold, the exposure-matched
        benchmark.
    lags
        Autocovariances of the errors; None for as many as their memory asks for.
    days_per_year
        365 for markets that never close.

    Raises
    ------
    ValueError
        If returns are too few, constant or NaN, days do not agree, benchmarks are copies of each other, or the strategy
        is a copy of them: what is left is then rounding, and an alpha of rounding means nothing.

    Notes
    -----
    Jensen (1968), Journal of Finance 23:389-416; Newey and West (1987), Econometrica 55:703-708.
    """
    strategy = checked_returns(strategy_returns, LEAST_DAYS, "strategy_returns")
    given = np.asarray(benchmark_returns, dtype=np.float64)
    benchmarks = checked_candidates(
        given.reshape(-1, 1) if given.ndim == 1 else given, LEAST_DAYS, name="benchmark_returns"
    )
    _check_days(strategy, benchmarks)
    unexplained = _unexplained(strategy, benchmarks)
    used = automatic_lags(unexplained) if lags is None else checked_lags(lags, strategy.size)
    fit = robust_regression(strategy, benchmarks, used)
    t = fit.intercept / fit.standard_error
    year = checked_number(days_per_year, "days_per_year", above=0.0)
    return DailyAlpha(fit.intercept * year, t, _upper_tail(t, fit.degrees_of_freedom), fit.slopes, strategy.size)


def _upper_tail(t: float, degrees_of_freedom: int) -> float:
    """Return P(T > t) of Student's t; by symmetry the lower tail at -t, which keeps its digits."""
    from scipy.special import stdtr

    return float(stdtr(degrees_of_freedom, -t))


def _check_days(strategy: FloatArray, benchmarks: FloatArray) -> None:
    if strategy.size != benchmarks.shape[0]:
        raise ValueError(
            f"benchmark_returns: received {benchmarks.shape[0]} days; allowed are the {strategy.size} of the strategy"
        )
    if strategy.size < LEAST_DAYS + benchmarks.shape[1]:
        raise ValueError(
            f"strategy_returns: received {strategy.size} days for {benchmarks.shape[1]} benchmarks; "
            f"allowed are at least {LEAST_DAYS} more days than benchmarks"
        )


def _unexplained(strategy: FloatArray, benchmarks: FloatArray) -> FloatArray:
    """Return what the benchmarks leave of the strategy, if that is more than rounding."""
    centred = benchmarks - benchmarks.mean(axis=0)
    scaled = centred / np.sqrt(np.mean(np.square(centred), axis=0))
    if np.linalg.matrix_rank(scaled, tol=np.sqrt(NO_SPREAD * strategy.size)) < benchmarks.shape[1]:
        raise ValueError("benchmark_returns: one is a combination of the others; allowed are different benchmarks")
    own = strategy - strategy.mean()
    left: FloatArray = own - scaled @ np.linalg.lstsq(scaled, own, rcond=None)[0]
    if float(left @ left) <= NO_SPREAD * float(own @ own):
        raise ValueError(
            "strategy_returns: they are a multiple of the benchmarks, so nothing is left to test; "
            "allowed are returns that differ from them"
        )
    return left
