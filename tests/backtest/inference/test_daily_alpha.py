"""Alpha by hand, its size on nothing, and drift that must not count as skill."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.inference import daily_alpha
from backtest.inference.long_run_variance import long_run_variance

N_DAYS = 730


def market(seed=1, drift=0.001):
    return drift + 0.03 * np.random.default_rng(seed).standard_normal(N_DAYS)


def test_a_known_line_is_found():
    """Residuals that average to zero and do not lean on the market: alpha and beta are exactly those put in."""
    benchmark = np.tile([0.01, -0.01, 0.02, -0.02], 10)
    residual = np.tile([0.001, 0.001, -0.001, -0.001], 10)
    found = daily_alpha(0.002 + 0.5 * benchmark + residual, benchmark, lags=0)
    assert found.alpha_per_year == pytest.approx(0.002 * 365, rel=1e-12)
    assert found.betas == pytest.approx((0.5,), rel=1e-12)
    # White's error with n / (n - k): every residual squared is 1e-6, and the market averages to zero.
    assert found.t_statistic == pytest.approx(0.002 / np.sqrt(1e-6 / 38), rel=1e-9)
    assert found.n_days == 40


def test_the_error_is_newey_and_west_by_hand():
    """Beside a market of zero mean, nearly orthogonal to the errors, the intercept's error is that of a mean."""
    rng = np.random.default_rng(3)
    errors = rng.standard_normal(N_DAYS)
    errors[1:] += 0.5 * errors[:-1]
    benchmark = market(drift=0.0)
    benchmark -= benchmark.mean()
    design = np.column_stack([np.ones(N_DAYS), benchmark])
    residual = errors - design @ np.linalg.lstsq(design, errors, rcond=None)[0]
    scores = design * residual[:, None]
    middle = sum(
        (1.0 if lag == 0 else 1 - lag / 6) * (part if lag == 0 else part + part.T)
        for lag in range(6)
        for part in [scores[lag:].T @ scores[: N_DAYS - lag]]
    )
    bread = np.linalg.inv(design.T @ design)
    error = np.sqrt((bread @ middle @ bread)[0, 0] * N_DAYS / (N_DAYS - 2))
    found = daily_alpha(errors, benchmark, lags=5)
    assert found.t_statistic == pytest.approx(np.linalg.lstsq(design, errors, rcond=None)[0][0] / error, rel=1e-9)
    plain = np.sqrt(long_run_variance(residual / residual.std(), 5) / N_DAYS) * residual.std()
    assert error == pytest.approx(plain, rel=0.01)


def test_drift_of_the_market_is_not_alpha():
    """A strategy that is long nine days of ten in a market that rises: the raw return is large, alpha is nothing."""
    benchmark = market(drift=0.005)
    held = np.random.default_rng(2).random(N_DAYS) < 0.9
    returns = np.where(held, benchmark, 0.0) - 0.0002
    found = daily_alpha(returns, benchmark)
    assert returns.mean() / returns.std() * np.sqrt(365) > 1.5
    assert found.p_value > 0.1
    assert found.betas[0] == pytest.approx(0.9, abs=0.05)


def test_an_edge_is_found_beside_two_benchmarks():
    one, other = market(1), market(2)
    returns = 0.3 * one - 0.2 * other + 0.002 + 0.01 * np.random.default_rng(5).standard_normal(N_DAYS)
    found = daily_alpha(returns, np.column_stack([one, other]))
    assert found.betas == pytest.approx((0.3, -0.2), abs=0.03)
    assert found.alpha_per_year == pytest.approx(0.73, abs=0.3)
    assert found.p_value < 1e-5


def test_what_loses_has_a_p_value_near_one():
    returns = -0.002 + 0.01 * np.random.default_rng(5).standard_normal(N_DAYS)
    found = daily_alpha(returns, market())
    assert found.t_statistic < -4
    assert found.p_value > 0.9999


def share_wrong(returns_of, n_worlds, n_days, seed):
    """Return how often p is at most 5 % for returns of mean zero, added to a share of the market's."""
    rng, wrong = np.random.default_rng(seed), 0
    for _ in range(n_worlds):
        benchmark = rng.standard_t(4, n_days)
        wrong += daily_alpha(0.3 * benchmark + returns_of(rng, n_days), benchmark).p_value <= 0.05
    return wrong / n_worlds


@pytest.mark.parametrize("share_of_days", [1.0, 0.25])
def test_on_nothing_it_is_wrong_as_rarely_as_it_says(share_of_days):
    """Fat tails, clustered volatility, in the market always or a quarter of the time: 3 to 7.5 % of 400 worlds."""

    def returns(rng, n_days):
        volatility = np.exp(0.5 * np.repeat(rng.standard_normal(n_days // 5 + 1), 5))[:n_days]
        return volatility * rng.standard_t(5, n_days) * (rng.random(n_days) < share_of_days)

    assert 0.03 <= share_wrong(returns, 400, 292, seed=6) <= 0.075


def test_many_small_gains_and_a_few_large_losses_are_judged_too_kindly():
    """A limit of every t test: with a daily skew below -2 the 5 % are about 8 % in ten months."""

    def insurance(rng, n_days):
        return (1.0 - rng.exponential(1.0, n_days)) * np.exp(0.4 * rng.standard_normal(n_days))

    assert 0.05 <= share_wrong(insurance, 500, 292, seed=6) <= 0.11


def test_units_scale_alpha_and_leave_its_p_value():
    returns = 0.001 + 0.01 * np.random.default_rng(5).standard_normal(N_DAYS)
    one, other = daily_alpha(returns, market()), daily_alpha(10 * returns, 100 * market())
    assert other.alpha_per_year == pytest.approx(10 * one.alpha_per_year)
    assert other.p_value == pytest.approx(one.p_value)
    assert daily_alpha(returns, market(), days_per_year=252).alpha_per_year == pytest.approx(
        one.alpha_per_year * 252 / 365
    )
