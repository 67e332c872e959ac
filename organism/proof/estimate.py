"""Sharpe ratio and alpha of all worlds together, with errors that allow for any memory inside a world.

Worlds are independent of each other and bars are not, so that errors come from how the sums of worlds differ: the
sandwich of clustered errors, a world being a cluster (Liang and Zeger 1986, Biometrika 73:13-22).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from organism.proof.sums import MARKET, MATCHED, ONE, RULE, FloatArray, Sums, matrices

BARS_A_YEAR = 8760
DAYS_A_YEAR = 365
NO_SPREAD = 1e-18
"""Variance of a day below which a series is rounding."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A number a year and its standard error."""

    value: float
    error: float

    @property
    def t(self) -> float:
        """Value over error; 0 where nothing varies, as nothing is known then."""
        return self.value / self.error if self.error > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one rule earned at one price of trading, over all worlds of a class."""

    n_worlds: int
    years: float
    trades_a_year: float
    """Round trips of all coins."""
    sharpe: Measured
    """Annual, of hourly returns of all worlds in one row."""
    alpha: Measured
    """Of daily sums of returns, a year, as a fraction: over benchmarks and over nothing, see `least_alpha`."""
    log_alpha: Measured
    """Of daily log returns over the two benchmarks, nothing else asked."""


def estimate(sums: Sequence[Sums]) -> Estimate:
    """Put worlds together; at least two."""
    n_bars = sum(one.n_bars for one in sums)
    years = n_bars / BARS_A_YEAR
    return Estimate(
        len(sums),
        years,
        sum(one.n_trades for one in sums) / years,
        pooled_sharpe(sums),
        least_alpha(matrices([one.simple for one in sums]), (None, MARKET, MATCHED)),
        least_alpha(matrices([one.log for one in sums]), (MARKET, MATCHED)),
    )


def pooled_sharpe(sums: Sequence[Sums]) -> Measured:
    """Return mean / standard deviation of all bars, a year; 0 where nothing varies.

    Its error is that of the mean of z - sharpe / 2 * (z^2 - 1), z the return in standard deviations, summed by world:
    the influence of a bar on the ratio.
    """
    n = np.array([one.n_bars for one in sums], dtype=np.float64)
    total, squares = np.array([one.returns for one in sums]), np.array([one.squares for one in sums])
    mean = total.sum() / n.sum()
    variance = squares.sum() / n.sum() - mean**2
    if variance <= NO_SPREAD:
        return Measured(0.0, 0.0)
    sharpe = mean / math.sqrt(variance)
    z = (total - n * mean) / math.sqrt(variance)
    z_squared = (squares - 2.0 * mean * total + n * mean**2) / variance
    influence = z - 0.5 * sharpe * (z_squared - n)
    error = math.sqrt(influence @ influence * _few_clusters(n.size)) / n.sum()
    year = math.sqrt(BARS_A_YEAR)
    return Measured(sharpe * year, error * year)


def least_alpha(moments: FloatArray, benchmarks: Sequence[int | None]) -> Measured:
    """Return the alpha of the lowest t: over the market, over the matched exposure, over nothing at all (None).

    Over nothing at all it is the mean. An edge must earn something as well as more than its benchmarks: these are held
    in constant parts at no cost, which in a market that reverses is itself worth something, and a short of them would
    seem to gain from it.
    """
    return min((pooled_alpha(moments, benchmark) for benchmark in benchmarks), key=lambda alpha: alpha.t)


def pooled_alpha(moments: FloatArray, benchmark: int | None) -> Measured:
    """Regress all days of all worlds on one benchmark by least squares; alpha a year.

    Parameters
    ----------
    moments
        One matrix a world, shape (n_worlds, N_SERIES, N_SERIES).
    benchmark
        Its place in the matrix; None for none. Without a spread it explains nothing and is left out.
    """
    total = moments.sum(axis=0)
    n_days = float(total[ONE, ONE])
    regressors = [ONE] if benchmark is None or _spread(total, benchmark) <= NO_SPREAD else [ONE, benchmark]
    inverse = np.linalg.inv(total[np.ix_(regressors, regressors)])
    slopes = inverse @ total[regressors, RULE]
    # Sums over each world of regressor times residual, shape (n_worlds, n_regressors).
    scores = moments[:, regressors, RULE] - moments[:, regressors][:, :, regressors] @ slopes
    covariance = inverse @ scores.T @ scores @ inverse
    factor = _few_clusters(len(moments)) * (n_days - 1.0) / (n_days - len(regressors))
    error = math.sqrt(max(float(covariance[0, 0]) * factor, 0.0))
    return Measured(float(slopes[0]) * DAYS_A_YEAR, error * DAYS_A_YEAR)


def _spread(total: FloatArray, place: int) -> float:
    """Return the variance of a series over days."""
    n_days = total[ONE, ONE]
    return float(total[place, place] / n_days - (total[ONE, place] / n_days) ** 2)


def _few_clusters(n_worlds: int) -> float:
    if n_worlds < 2:
        raise ValueError(f"worlds: received {n_worlds}; allowed are at least 2, whose difference is the error")
    return n_worlds / (n_worlds - 1.0)
