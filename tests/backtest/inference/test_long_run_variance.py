"""Variance of a mean under dependence: by hand, and as another library has it."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.inference.long_run_variance import automatic_lags, long_run_deviations, long_run_variance


def remembering(rho: float, n: int) -> np.ndarray:
    shocks = np.random.default_rng(2).standard_normal(n)
    for i in range(1, n):
        shocks[i] += rho * shocks[i - 1]
    return shocks


def test_four_numbers_by_hand():
    """-1.5, -0.5, 0.5, 1.5: squares 5, neighbours 1.25, one lag weighs one half: (5 + 1.25) / 4."""
    assert long_run_variance(np.array([1.0, 2.0, 3.0, 4.0]), 0) == 1.25
    assert long_run_variance(np.array([1.0, 2.0, 3.0, 4.0]), 1) == (5 + 1.25) / 4


@pytest.mark.parametrize("lags", [0, 1, 7, 40])
def test_it_is_that_of_statsmodels(lags):
    from statsmodels.regression.linear_model import OLS

    series = remembering(0.4, 300)
    fit = OLS(series, np.ones(300)).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False})
    assert long_run_variance(series, lags) == pytest.approx(300 * fit.bse[0] ** 2, rel=1e-9)


def test_without_memory_the_rule_of_thumb_decides():
    """Four returns in every hundred: floor(4 (n / 100)^(2/9))."""
    noise = np.random.default_rng(5).standard_normal(10_000)
    assert [automatic_lags(noise[:n]) for n in (100, 730, 10_000)] == [4, 6, 11]


def test_memory_asks_for_more_lags_but_not_for_more_than_a_third():
    """AR(0.9) and 3,000: a = 4 x 0.81 / 0.19^2 = 89.8, 1.1447 (89.8 x 3,000)^(1/3) = 73.9."""
    assert automatic_lags(remembering(0.9, 3_000)) == pytest.approx(73.9, rel=0.1)
    assert automatic_lags(np.cumsum(np.cumsum(np.ones(99)))) == 33


def test_deviations_are_in_the_unit_of_each_column():
    one = remembering(0.4, 500)
    small, large = long_run_deviations(np.column_stack([one, 1_000 * one]))
    assert large == pytest.approx(1_000 * small, rel=1e-12)
    assert small == pytest.approx(1 / 0.6, rel=0.15)
