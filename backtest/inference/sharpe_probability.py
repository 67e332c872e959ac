"""How probable it is that a Sharpe ratio is above a benchmark: two conventions, two numbers."""

from __future__ import annotations

import math

from backtest.inference.checks import checked_count, checked_number
from backtest.inference.normal import normal_probability

CONVENTIONS = ("2012", "2026")
ROUNDING = 1e-9


def probabilistic_sharpe(
    sharpe: float,
    n_observations: int,
    *,
    skew: float = 0.0,
    kurtosis: float = 3.0,
    benchmark: float = 0.0,
    convention: str = "2012",
    autocorrelation: float = 0.0,
) -> float:
    """Return the probability, between 0 and 1, that the true Sharpe ratio is above `benchmark`.

    One minus it is the one-sided p-value of "not above the benchmark". It is *not* the probability that the strategy
    is any good, which depends on how many worthless ones were tried.

    * "2012": Z[(sr - b) sqrt(n - 1) / sqrt(1 - skew sr + (kurtosis - 1) / 4 sr^2)], independent returns.
    * "2026": Z[(sr - b) / sqrt(V)], n V = (1 + r) / (1 - r) - (1 + r + r^2) / (1 - r^2) skew b
      + (1 + r^2) / (1 - r^2) (kurtosis - 1) / 4 b^2: the variance under the null, r the autocorrelation.

    Parameters
    ----------
    sharpe, benchmark
        Mean / standard deviation per observation, not annualised.
    n_observations
        At least 2.
    skew, kurtosis
        Of the returns; kurtosis is raw, 3 for the normal, and at least 1 + skew^2 as for every distribution.
    convention
        "2012" or "2026".
    autocorrelation
        First-order, of the returns, above -1 and below 1; "2012" knows none and allows only 0.

    Raises
    ------
    ValueError
        If an argument is outside of what is allowed.

    Notes
    -----
    Bailey and Lopez de Prado (2012), Journal of Risk 15(2), SSRN 1821643; Lopez de Prado, Lipton and Zoonekynd (2026),
    SSRN 5520741, equations 2 and 5.
    """
    observed = checked_number(sharpe, "sharpe")
    n = checked_count(n_observations, 2, "n_observations")
    null = checked_number(benchmark, "benchmark")
    if check_convention(convention, autocorrelation) == "2012":
        variance = variance_times_n(observed, skew, kurtosis) / (n - 1)
    else:
        variance = variance_times_n(null, skew, kurtosis, autocorrelation) / n
    return normal_probability((observed - null) / math.sqrt(variance))


def check_convention(convention: str, autocorrelation: float) -> str:
    """Return the convention, one of `CONVENTIONS`, if it knows of such returns."""
    if convention not in CONVENTIONS:
        raise ValueError(f"convention: received {convention!r}; allowed are {' and '.join(map(repr, CONVENTIONS))}")
    if convention == "2012" and autocorrelation != 0.0:
        raise ValueError(
            f"autocorrelation: received {autocorrelation!r}; convention '2012' is for independent returns and "
            "allows only 0: use convention '2026'"
        )
    return convention


def variance_times_n(sharpe: float, skew: float, kurtosis: float, autocorrelation: float = 0.0) -> float:
    """Return n times the variance of an estimated Sharpe ratio whose true value is `sharpe`, under AR(1) returns.

    Lopez de Prado, Lipton and Zoonekynd (2026), equation 2; without autocorrelation the bracket of Mertens (2002).
    """
    g3, g4 = checked_number(skew, "skew"), checked_number(kurtosis, "kurtosis")
    if g4 < (1.0 + g3 * g3) * (1.0 - ROUNDING):
        raise ValueError(
            f"kurtosis: received {kurtosis!r} with skew {skew!r}; allowed is raw kurtosis (normal = 3) of at least "
            f"1 + skew^2 = {1.0 + g3 * g3:.6g}, which every distribution has"
        )
    rho = checked_number(autocorrelation, "autocorrelation", above=-1.0, below=1.0)
    rest = 1.0 - rho * rho
    found = (
        (1.0 + rho) / (1.0 - rho)
        - (1.0 + rho + rho * rho) / rest * g3 * sharpe
        + (1.0 + rho * rho) / rest * (g4 - 1.0) / 4.0 * sharpe * sharpe
    )
    # A two-point distribution has none at sr = 2 / skew; strong negative autocorrelation can leave less than none.
    if found <= ROUNDING:
        raise ValueError(
            f"sharpe, skew, kurtosis and autocorrelation: received {sharpe!r}, {skew!r}, {kurtosis!r} and "
            f"{autocorrelation!r}, whose variance is {found:.3g}; allowed are moments with a positive one"
        )
    return found
