"""Holm by hand, Sidak, and what counts of worlds prove."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.inference import clopper_pearson_lower, clopper_pearson_upper, holm, sidak

P_VALUES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8)


def test_holm_by_hand():
    """0.01 x 4, 0.02 x 3, 0.03 x 2 lifted to 0.06 by the one before, 0.4 x 1; in the order received."""
    assert holm([0.4, 0.01, 0.03, 0.02]).tolist() == pytest.approx([0.4, 0.04, 0.06, 0.06])


def test_those_that_were_registered_and_not_opened_count_as_one():
    """Two of five: 0.01 x 5 and 0.015 x 4."""
    assert holm([0.015, 0.01], n_tests=5).tolist() == pytest.approx([0.06, 0.05])


def test_what_is_adjusted_above_one_is_one():
    assert holm([0.3, 0.6, 0.5]).tolist() == pytest.approx([0.9, 1.0, 1.0])


@given(P_VALUES, st.integers(0, 5))
def test_holm_is_never_below_the_p_value_nor_above_bonferroni(p_values, n_unopened):
    n = len(p_values) + n_unopened
    adjusted = holm(p_values, n)
    assert np.all(adjusted >= np.array(p_values))
    assert np.all(adjusted <= np.minimum(1.0, n * np.array(p_values)).max() + 1e-15)
    assert adjusted.min() == pytest.approx(min(1.0, n * min(p_values)))
    # The order of p-values stays.
    assert np.all(np.diff(adjusted[np.argsort(p_values, kind="stable")]) >= 0)


@given(P_VALUES)
@settings(max_examples=5)
def test_holm_is_that_of_statsmodels(p_values):
    from statsmodels.stats.multitest import multipletests

    assert holm(p_values).tolist() == pytest.approx(multipletests(p_values, method="holm")[1].tolist(), rel=1e-15)


def test_holm_rejects_a_true_null_as_rarely_as_it_says():
    """2,000 families of five nulls, which share a factor: at most 5 % (and two errors) have a p-value at 5 %."""
    from scipy.special import ndtr

    rng = np.random.default_rng(1)
    z = 0.6 * rng.standard_normal((2_000, 1)) + 0.8 * rng.standard_normal((2_000, 5))
    wrong = np.mean([holm(row).min() <= 0.05 for row in ndtr(-z)])
    assert wrong <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 2_000)


@given(st.floats(0.0, 1.0), st.integers(1, 60))
def test_sidak_is_the_chance_of_at_least_one(p_value, n_tests):
    assert sidak(p_value, n_tests) == pytest.approx(1 - (1 - p_value) ** n_tests, abs=1e-12)
    assert sidak(p_value, 1) == pytest.approx(p_value, abs=1e-15)


def test_sidak_keeps_the_digits_of_small_p_values():
    assert sidak(1e-20, 1_000) == pytest.approx(1e-17, rel=1e-12)


@given(st.floats(1e-6, 1 - 1e-6), st.integers(1, 50), st.integers(1, 50))
def test_sidak_of_sidak_is_sidak_of_the_product(p_value, one, other):
    assert sidak(sidak(p_value, one), other) == pytest.approx(sidak(p_value, one * other), rel=1e-9)


@pytest.mark.parametrize(
    ("n_events", "n_worlds", "proven"),
    [(0, 59, 0.05), (1, 93, 0.05), (2, 124, 0.05), (3, 153, 0.05), (4, 181, 0.05), (0, 299, 0.01), (1, 473, 0.01)],
)
def test_the_fewest_worlds_that_prove_a_rate(n_events, n_worlds, proven):
    """One world fewer does not prove it."""
    assert clopper_pearson_upper(n_events, n_worlds) <= proven < clopper_pearson_upper(n_events, n_worlds - 1)


def test_no_event_is_the_rule_of_three_made_exact():
    """(1 - u)^n = 0.05."""
    assert clopper_pearson_upper(0, 100) == pytest.approx(1 - 0.05**0.01, rel=1e-12)


def test_two_one_sided_bounds_are_an_interval():
    """5 of 80 worlds, 95 % between both: 2.1 to 14.0 %."""
    assert round(100 * clopper_pearson_lower(5, 80, 0.975), 1) == 2.1
    assert round(100 * clopper_pearson_upper(5, 80, 0.975), 1) == 14.0


@given(st.integers(1, 300), st.data())
def test_bounds_are_where_the_binomial_tail_is_what_was_allowed(n_trials, data):
    from scipy.stats import binom

    n_events = data.draw(st.integers(0, n_trials))
    lower, upper = clopper_pearson_lower(n_events, n_trials), clopper_pearson_upper(n_events, n_trials)
    assert lower <= n_events / n_trials <= upper
    assert clopper_pearson_lower(n_trials - n_events, n_trials) == pytest.approx(1 - upper, abs=1e-9)
    if n_events < n_trials:
        assert binom.cdf(n_events, n_trials, upper) == pytest.approx(0.05, rel=1e-6)
    else:
        assert upper == 1.0
