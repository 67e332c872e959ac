"""The error of a Sharpe ratio: by hand, by other formulas, and against many histories."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backtest.inference import sharpe_standard_error, time_aggregation_factor
from backtest.inference.sharpe_error import sharpe_influence
from backtest.inference.sharpe_probability import variance_times_n

RETURNS = arrays(np.float64, st.integers(5, 60), elements=st.floats(-0.1, 0.1).map(lambda r: round(r, 4)))


def moments(returns):
    z = (returns - returns.mean()) / returns.std()
    return returns.mean() / returns.std(), np.mean(z**3), np.mean(z**4)


def autoregressive(rng, rho, n, mean):
    shocks = rng.standard_normal(n + 200)
    for i in range(1, n + 200):
        shocks[i] += rho * shocks[i - 1]
    return shocks[200:] * math.sqrt(1 - rho**2) + mean


def test_four_returns_by_hand():
    """Returns -1, 0, 1, 4: mean 1, variance 3.5. z^2 sums to 4, sr = 1 / sqrt(3.5), skew = 4.5 / 3.5^1.5,
    kurtosis = 24.5 / 3.5^2 = 2; the bracket is 1 - 4.5 / 3.5^2 + 0.25 / 3.5 = 0.7040816..."""
    assert sharpe_standard_error([-1, 0, 1, 4], lags=0) == pytest.approx(
        math.sqrt((1 - 4.5 / 3.5**2 + 0.25 / 3.5) / 4), rel=1e-12
    )


@given(RETURNS)
def test_without_lags_it_is_the_bracket_of_mertens(returns):
    """The plain variance of the influence is 1 - skew sr + (kurtosis - 1) / 4 sr^2, to rounding."""
    assume(returns.std() > 1e-3 and np.count_nonzero(returns) > 1)
    sharpe, skew, kurtosis = moments(returns)
    bracket = 1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe**2
    assume(bracket > 1e-6)
    assert sharpe_influence(returns).var() == pytest.approx(bracket, rel=1e-9)
    assert variance_times_n(sharpe, skew, kurtosis) == pytest.approx(bracket, rel=1e-9)
    assert sharpe_standard_error(returns, lags=0) == pytest.approx(math.sqrt(bracket / returns.size), rel=1e-9)


@given(RETURNS, st.floats(0.001, 1000.0))
def test_the_unit_of_returns_does_not_matter(returns, factor):
    assume(returns.std() > 1e-3 and np.count_nonzero(returns) > 1)
    try:
        error = sharpe_standard_error(returns)
    except ValueError:
        assume(False)
    assert sharpe_standard_error(factor * returns) == pytest.approx(error, rel=1e-8)


def test_memory_of_the_returns_is_seen():
    """AR(0.3) and 3,000 returns: the error is 0.0248, found with lags, a quarter too small without."""
    rng = np.random.default_rng(11)
    histories = [autoregressive(rng, 0.3, 3_000, 0.05) for _ in range(200)]
    true_error = np.std([h.mean() / h.std() for h in histories])
    with_lags = np.mean([sharpe_standard_error(h) for h in histories])
    without = np.mean([sharpe_standard_error(h, 0) for h in histories])
    assert true_error == pytest.approx(0.0248, rel=0.1)
    assert with_lags == pytest.approx(0.0245, rel=0.02)
    assert without == pytest.approx(0.01826, rel=0.005)


def test_the_error_under_memory_is_that_of_the_formula_of_2026():
    """For AR(0.3) and a Sharpe ratio of 0.05 over 3,000 returns: 0.02489."""
    assert math.sqrt(variance_times_n(0.05, 0.0, 3.0, 0.3) / 3_000) == pytest.approx(0.0249, abs=5e-5)


@pytest.mark.parametrize("n_periods", [1, 2, 12, 60, 250])
@pytest.mark.parametrize("rho", [0.9, 0.3, 0.0, -0.2, -0.9])
def test_the_factor_of_lo_is_that_in_closed_form(n_periods, rho):
    """Lo (2002), equation 22: sqrt(q) / sqrt(1 + 2 rho / (1 - rho) (1 - (1 - rho^q) / (q (1 - rho)))) for AR(1)."""
    q = n_periods
    closed = math.sqrt(q) / math.sqrt(1 + 2 * rho / (1 - rho) * (1 - (1 - rho**q) / (q * (1 - rho))))
    assert time_aggregation_factor(q, [rho**k for k in range(1, q + 5)]) == pytest.approx(closed, rel=1e-12)


def test_without_memory_the_factor_of_lo_is_the_root():
    assert time_aggregation_factor(365) == pytest.approx(math.sqrt(365), rel=1e-15)
    assert time_aggregation_factor(1, [0.5]) == 1.0
