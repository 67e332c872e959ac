"""The best of many worthless trials: exact values, and how far the usual approximation is from them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.inference import expected_max_sharpe


@pytest.mark.parametrize(
    ("n_trials", "truth"),
    [
        (1, 0.0),
        (2, 1 / math.sqrt(math.pi)),
        (3, 1.5 / math.sqrt(math.pi)),
        (4, 6 / math.pi**1.5 * math.acos(-1 / 3) / 2),
        (5, 5 / (4 * math.sqrt(math.pi)) + 15 / (2 * math.pi**1.5) * math.asin(1 / 3)),
    ],
)
def test_the_exact_value_is_that_in_closed_form(n_trials, truth):
    """Order statistics of the normal have closed forms up to five: Bose and Gupta (1959), Biometrika 46:433-440."""
    assert expected_max_sharpe(n_trials, exact=True) == pytest.approx(truth, rel=1e-12)


@pytest.mark.parametrize(("n_trials", "printed"), [(10, 1.53875), (20, 1.86748), (50, 2.24907), (100, 2.50759)])
def test_the_exact_value_is_that_of_the_tables(n_trials, printed):
    """Harter (1961), Biometrika 48:151-165, expected values of normal order statistics."""
    assert round(expected_max_sharpe(n_trials, exact=True), 5) == printed


@pytest.mark.parametrize(
    ("n_trials", "error_percent"), [(2, -7.9), (10, 2.3), (100, 0.92), (1_000, 0.42), (1_000_000, 0.10)]
)
def test_the_approximation_errs_as_its_docstring_says(n_trials, error_percent):
    ratio = expected_max_sharpe(n_trials) / expected_max_sharpe(n_trials, exact=True)
    n_digits = 1 if abs(error_percent) > 1 else 2
    assert round(100 * (ratio - 1), n_digits) == error_percent


def test_the_exact_value_is_the_mean_of_drawn_maxima():
    drawn = np.random.default_rng(3).standard_normal((20_000, 30)).max(axis=1)
    error = drawn.std() / math.sqrt(drawn.size)
    assert abs(drawn.mean() - expected_max_sharpe(30, exact=True)) < 3 * error


@given(st.integers(1, 10**12), st.floats(0.0, 100.0), st.booleans())
def test_it_grows_with_the_root_of_the_variance(n_trials, variance, exact):
    one, found = (expected_max_sharpe(n_trials, given_, exact) for given_ in (1.0, variance))
    assert found == pytest.approx(math.sqrt(variance) * one, rel=1e-12)


@given(st.integers(2, 10**15))
def test_it_stays_below_its_bound_for_any_number_of_trials(n_trials):
    """E[max] < sqrt(2 ln N)."""
    assert 0 < expected_max_sharpe(n_trials, exact=True) < math.sqrt(2 * math.log(n_trials))
    assert 0 < expected_max_sharpe(n_trials) < math.sqrt(2 * math.log(n_trials))
