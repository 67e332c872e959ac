"""What nothing can be inferred from is refused: the thing, what was received, what is allowed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from backtest.inference import (
    automatic_block_length,
    clopper_pearson_upper,
    cscv,
    daily_alpha,
    deflated_sharpe,
    expected_max_sharpe,
    holm,
    min_backtest_length,
    min_track_record_length,
    probabilistic_sharpe,
    sharpe_standard_error,
    sidak,
    stationary_bootstrap,
    stepwise_survivors,
    superior_predictive_ability,
    time_aggregation_factor,
)

N = 60
GOOD = np.random.default_rng(1).standard_normal(N) * 0.01
OTHER = np.random.default_rng(2).standard_normal(N) * 0.01
RNG = np.random.default_rng(3)

ONE_SERIES: dict[str, Callable[[np.ndarray], object]] = {
    "standard error": sharpe_standard_error,
    "block length": automatic_block_length,
    "bootstrap": lambda r: stationary_bootstrap(r, np.mean, rng=RNG, n_resamples=2),
    "alpha": lambda r: daily_alpha(r, OTHER[: len(r)]),
    "alpha, benchmark": lambda r: daily_alpha(GOOD[: len(r)], r),
    "cscv": lambda r: cscv(np.column_stack([r, GOOD[: len(r)]]), 4),
    "spa": lambda r: superior_predictive_ability(np.column_stack([r, GOOD[: len(r)]]), rng=RNG),
    "stepwise": lambda r: stepwise_survivors(np.column_stack([GOOD[: len(r)], r]), rng=RNG),
}
BAD_SERIES = {
    "all zero": (np.zeros(N), "0 of 60 observations are not zero; allowed are at least 2"),
    "one trade": (np.eye(N)[7], "1 of 60 observations are not zero"),
    "constant": (np.full(N, 0.1), r"every observation is 0\.1; allowed are returns that vary"),
    "NaN": (np.where(np.arange(N) == 3, np.nan, GOOD), "1 of 60 observations are NaN or infinite"),
    "infinite": (np.where(np.arange(N) < 2, np.inf, GOOD), "2 of 60 observations are NaN or infinite"),
    "too short": (GOOD[:2], "received 2 observations; allowed are at least"),
}


@pytest.mark.parametrize("series", BAD_SERIES)
@pytest.mark.parametrize("question", ONE_SERIES)
def test_series_without_information_are_refused(question, series):
    returns, message = BAD_SERIES[series]
    with pytest.raises(ValueError, match=message):
        ONE_SERIES[question](returns)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: sharpe_standard_error(np.ones((3, 3))), r"returns: received shape \(3, 3\); allowed is one series"),
        (lambda: sharpe_standard_error(GOOD, lags=N), "lags: received 60; allowed are 0 to 59"),
        (lambda: sharpe_standard_error(GOOD, lags=-1), "lags: received -1; allowed is a whole number of at least 0"),
        (lambda: sharpe_standard_error([20, 5, 5, 5, 5]), "allowed are returns whose mean is uncertain"),
        (lambda: cscv(GOOD, 4), r"received shape \(60,\); allowed are \(n_observations, n_candidates\)"),
        (lambda: cscv(GOOD[:, None], 4), "with at least 2 candidates"),
        (lambda: cscv(np.outer(GOOD, [1.0, 2.0, 3.0]), 4), "all 3 candidates are multiples of one"),
        (lambda: cscv(np.column_stack([GOOD, OTHER]), 5), "n_blocks: received 5; allowed are even numbers from 2 to"),
        (lambda: cscv(np.column_stack([GOOD, OTHER]), 20), "n_blocks: received 20; allowed are even numbers"),
        (lambda: cscv(np.column_stack([GOOD, OTHER])[:6], 8), "received 6 observations; allowed are at least 8"),
        (lambda: cscv(np.column_stack([GOOD, OTHER]), 4, "sortino"), "metric: received 'sortino'; allowed are"),
        (lambda: superior_predictive_ability(GOOD, rng=RNG), "returns: received shape"),
        (lambda: superior_predictive_ability(GOOD[:, None], rng=RNG, n_resamples=5), "n_resamples: received 5"),
        (lambda: superior_predictive_ability(GOOD[:, None], rng=RNG, block_length=60), "allowed are fewer than the 60"),
        (
            lambda: stepwise_survivors(GOOD[:, None], rng=RNG, size=0.0),
            "size: received 0.0; allowed is a finite number",
        ),
        (lambda: stationary_bootstrap(GOOD, np.mean, rng=RNG, block_length=0), "block_length: received 0"),
        (lambda: stationary_bootstrap(GOOD, np.mean, rng=RNG, n_resamples=0), "n_resamples: received 0"),
    ],
)
def test_impossible_questions_about_returns_are_refused(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: daily_alpha(2 * GOOD + 0.01, GOOD), "a multiple of the benchmarks, so nothing is left to test"),
        (lambda: daily_alpha(GOOD, np.column_stack([OTHER, -OTHER])), "one is a combination of the others"),
        (lambda: daily_alpha(GOOD, OTHER[:-1]), "received 59 days; allowed are the 60 of the strategy"),
        (lambda: daily_alpha(GOOD[:21], RNG.standard_normal((21, 2))), "at least 20 more days than benchmarks"),
        (lambda: daily_alpha(GOOD, OTHER, lags=-1), "lags: received -1"),
        (lambda: daily_alpha(GOOD, OTHER, lags=N), "lags: received 60; allowed are 0 to 59"),
        (
            lambda: daily_alpha(GOOD, OTHER, days_per_year=0),
            "days_per_year: received 0; allowed is a finite number abo",
        ),
    ],
)
def test_impossible_questions_about_alpha_are_refused(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: expected_max_sharpe(0), "n_trials: received 0; allowed is a whole number of at least 1"),
        (lambda: expected_max_sharpe(2.5), "n_trials: received 2.5"),
        (lambda: expected_max_sharpe(True), "n_trials: received True"),
        (lambda: expected_max_sharpe(10, -1.0), "variance: received -1.0; allowed is a finite number"),
        (lambda: deflated_sharpe(0.1, 500, 0, 0.01), "n_trials: received 0"),
        (lambda: deflated_sharpe(0.1, 500, 5, 0.0), "trial_variance: received 0.0; allowed is a finite number above 0"),
        (lambda: probabilistic_sharpe(0.1, 1), "n_observations: received 1; allowed is a whole number of at least 2"),
        (lambda: probabilistic_sharpe(float("nan"), 10), "sharpe: received nan; allowed is a finite number"),
        (lambda: probabilistic_sharpe(0.1, 10, kurtosis=0.0), r"received 0.0 with skew 0.0; allowed is raw kurtosis"),
        (lambda: probabilistic_sharpe(0.1, 10, skew=-3.0, kurtosis=9.0), r"at least 1 \+ skew\^2 = 10"),
        (lambda: probabilistic_sharpe(2.0, 10, skew=1.0, kurtosis=2.0), "whose variance is 0; allowed are moments"),
        (lambda: probabilistic_sharpe(0.1, 10, convention="2014"), "received '2014'; allowed are '2012' and '2026'"),
        (lambda: probabilistic_sharpe(0.1, 10, autocorrelation=0.2), "use convention '2026'"),
        (
            lambda: probabilistic_sharpe(0.1, 10, autocorrelation=1.0, convention="2026"),
            "autocorrelation: received 1.0; allowed is a finite number above -1 and below 1",
        ),
        (lambda: min_track_record_length(0.1, confidence=0.4), "confidence: received 0.4"),
        (lambda: min_track_record_length(0.1, confidence=1.0), "confidence: received 1.0"),
        (lambda: min_backtest_length(0, 1.0), "n_trials: received 0"),
        (lambda: min_backtest_length(10, 0.0), "target_sharpe: received 0.0; allowed is a finite number above 0"),
        (lambda: time_aggregation_factor(0), "n_periods: received 0"),
        (lambda: time_aggregation_factor(3, [1.5]), r"autocorrelations: received \[1.5\]; allowed is one series"),
        (lambda: time_aggregation_factor(2, [-1.0]), "the variance of a sum of 2 returns would be 0 times"),
        (lambda: holm([]), "p_values: received"),
        (lambda: holm([0.1, float("nan")]), "allowed is at least one number from 0 to 1"),
        (lambda: holm([0.1, 0.2], n_tests=1), "n_tests: received 1; allowed is a whole number of at least 2"),
        (lambda: sidak(1.1, 2), "p_values: received"),
        (lambda: clopper_pearson_upper(3, 2), "n_events: received 3 of 2 trials; allowed are 0 to 2"),
        (lambda: clopper_pearson_upper(0, 0), "n_trials: received 0"),
        (lambda: clopper_pearson_upper(0, 5, 1.0), "confidence: received 1.0"),
    ],
)
def test_impossible_numbers_are_refused(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()
