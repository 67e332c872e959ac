"""Numbers printed in the papers that the formulas come from, to all their digits."""

from __future__ import annotations

import math

import pytest

from backtest.inference import (
    deflated_sharpe,
    expected_max_sharpe,
    min_backtest_length,
    min_track_record_length,
    probabilistic_sharpe,
)
from backtest.inference.sharpe_probability import variance_times_n

MONTHS, WEEKS, DAYS = 12, 52, 250


# Bailey and Lopez de Prado (2012), "The Sharpe ratio efficient frontier": a fund of two years of months.
FUND = {"skew": -2.448, "kurtosis": 10.164}
FUND_SHARPE = 0.4577
"""Printed as 0.458. The three probabilities are printed to three digits too, and all follow from 0.4575 to 0.4579."""


@pytest.mark.parametrize(
    ("n_months", "moments", "printed"), [(24, {}, 0.982), (24, FUND, 0.913), (36, FUND, 0.953)], ids=str
)
def test_the_fund_of_2012(n_months, moments, printed):
    """Normal returns would give 0.982, its own shape gives 0.913, and a third year 0.953."""
    assert round(probabilistic_sharpe(FUND_SHARPE, n_months, **moments), 3) == printed


@pytest.mark.parametrize(
    ("a_year", "moments", "printed_years"),
    [(DAYS, {}, 2.73), (WEEKS, {}, 2.83), (MONTHS, {}, 3.24), (MONTHS, {"skew": -0.72, "kurtosis": 5.78}, 4.99)],
    ids=["days", "weeks", "months", "months of a typical hedge fund"],
)
def test_years_to_show_that_an_annual_sharpe_of_2_is_above_1(a_year, moments, printed_years):
    """Bailey and Lopez de Prado (2012), the section on the minimum track record length."""
    needed = min_track_record_length(2 / math.sqrt(a_year), benchmark=1 / math.sqrt(a_year), **moments)
    assert round(needed / a_year, 2) == printed_years


def test_the_observations_in_the_code_of_2012():
    """The code that the paper prints is fed with the length just found: 59.895 months, at which 95 % are reached."""
    needed = min_track_record_length(2 / math.sqrt(12), benchmark=1 / math.sqrt(12), skew=-0.72, kurtosis=5.78)
    assert round(needed, 3) == 59.895


# Bailey and Lopez de Prado (2014), "The deflated Sharpe ratio": annual Sharpe 2.5 over five years of 250 days.
DSR = {"sharpe": 2.5 / math.sqrt(DAYS), "n_observations": 5 * DAYS, "trial_variance": 0.5 / DAYS}
DSR_MOMENTS = {"skew": -3.0, "kurtosis": 10.0}


def test_the_best_of_100_trials_of_2014():
    assert round(expected_max_sharpe(100, 0.5 / DAYS), 4) == 0.1132
    assert round(deflated_sharpe(**DSR, n_trials=100, **DSR_MOMENTS), 4) == 0.9004


def test_the_trials_of_2014_after_which_95_percent_are_lost():
    assert round(deflated_sharpe(**DSR, n_trials=46, **DSR_MOMENTS), 4) == 0.9505
    assert deflated_sharpe(**DSR, n_trials=47, **DSR_MOMENTS) < 0.95
    assert round(deflated_sharpe(**DSR, n_trials=88), 4) == 0.9505
    assert deflated_sharpe(**DSR, n_trials=89) < 0.95


def test_the_minimum_backtest_length_of_2014():
    """Bailey, Borwein, Lopez de Prado and Zhu: E[max of 10] = 1.57, and 45 trials for five years at Sharpe 1."""
    assert round(expected_max_sharpe(10), 2) == 1.57
    assert min_backtest_length(45, 1.0) < 5.0 < min_backtest_length(46, 1.0)


# Lopez de Prado, Lipton and Zoonekynd (2026), "How to use the Sharpe ratio", SSRN 5520741, the running example.
SHARPE_2026, N_2026, RHO_2026 = 0.036 / 0.079, 24, 0.2
PSR_2026 = {**FUND, "convention": "2026"}


@pytest.mark.parametrize(
    ("moments", "rho", "printed"), [(FUND, RHO_2026, 0.379), (FUND, 0.0, 0.329), ({}, 0.0, 0.214)], ids=str
)
def test_the_standard_deviation_of_2026(moments, rho, printed):
    variance = variance_times_n(SHARPE_2026, moments.get("skew", 0.0), moments.get("kurtosis", 3.0), rho) / N_2026
    assert round(math.sqrt(variance), 3) == printed


@pytest.mark.parametrize(
    ("benchmark", "rho", "printed"), [(0.0, 0.2, 0.966), (0.1, 0.2, 0.900), (0.0, 0.0, 0.987), (0.1, 0.0, 0.939)]
)
def test_the_probabilities_of_2026(benchmark, rho, printed):
    found = probabilistic_sharpe(SHARPE_2026, N_2026, benchmark=benchmark, autocorrelation=rho, **PSR_2026)
    assert round(found, 3) == printed


@pytest.mark.parametrize(("benchmark", "rho", "printed"), [(0.0, 0.0, 13.029), (0.0, 0.2, 19.543), (0.1, 0.2, 39.369)])
def test_the_track_records_of_2026(benchmark, rho, printed):
    """In months; the first is of the code published with the paper, the others of the paper."""
    found = min_track_record_length(SHARPE_2026, benchmark=benchmark, autocorrelation=rho, **PSR_2026)
    assert round(found, 3) == printed


def test_the_expected_maximum_of_2026():
    assert round(expected_max_sharpe(10, 0.1), 3) == 0.498


@pytest.mark.parametrize(("sharpe", "printed"), [(1.5, 0.188), (3.0, 0.303)])
def test_the_standard_errors_of_lo(sharpe, printed):
    """Lo (2002), the text on table 1: 60 independent normal returns."""
    assert round(math.sqrt(variance_times_n(sharpe, 0.0, 3.0) / 60), 3) == printed


def test_the_two_conventions_are_two_numbers():
    """At a benchmark of 0 the newer one forgets the shape of the returns, and divides by n, not n - 1."""
    older = probabilistic_sharpe(SHARPE_2026, N_2026, **FUND)
    newer = probabilistic_sharpe(SHARPE_2026, N_2026, **PSR_2026)
    assert (round(older, 3), round(newer, 3)) == (0.913, 0.987)
