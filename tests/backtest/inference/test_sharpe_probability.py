"""What holds of every Sharpe ratio: orders, limits, and one formula undoing another."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.inference import deflated_sharpe, min_backtest_length, min_track_record_length, probabilistic_sharpe

CONVENTION = st.sampled_from(["2012", "2026"])
SHARPE = st.floats(-0.5, 0.5)
SKEW = st.floats(-2.0, 2.0)
ABOVE = st.floats(0.5, 20.0)


@given(SHARPE, st.integers(2, 10_000), SKEW, ABOVE, CONVENTION)
def test_a_sharpe_at_its_benchmark_is_a_toss(sharpe, n, skew, above, convention):
    moments = {"skew": skew, "kurtosis": 1 + skew**2 + above}
    assert probabilistic_sharpe(sharpe, n, benchmark=sharpe, convention=convention, **moments) == 0.5


@given(SHARPE, SHARPE, SHARPE, SKEW, ABOVE, CONVENTION)
def test_a_higher_benchmark_is_never_likelier_to_be_passed(sharpe, one, other, skew, above, convention):
    """In the newer convention only with a benchmark whose variance grows slowly, so it is asked of the older."""
    moments = {"skew": skew, "kurtosis": 1 + skew**2 + above}
    low, high = sorted((one, other))
    if convention == "2012":
        assert probabilistic_sharpe(sharpe, 100, benchmark=high, **moments) <= probabilistic_sharpe(
            sharpe, 100, benchmark=low, **moments
        )
    else:
        found = probabilistic_sharpe(sharpe, 100, benchmark=low, convention=convention, **moments)
        assert (found > 0.5) == (sharpe > low) or found == 0.5


@given(st.floats(0.01, 0.5), st.floats(0.001, 0.9), SKEW, ABOVE, st.floats(0.51, 0.999))
def test_a_track_record_of_the_least_length_reaches_the_confidence(sharpe, share, skew, above, confidence):
    """Replacing n by the length gives the confidence back; n is whole, so it lies between two lengths."""
    given_ = {"benchmark": share * sharpe, "skew": skew, "kurtosis": 1 + skew**2 + above}
    needed = min_track_record_length(sharpe, confidence=confidence, **given_)
    assert probabilistic_sharpe(sharpe, max(2, math.ceil(needed)), **given_) >= confidence - 1e-12
    if needed > 3:
        assert probabilistic_sharpe(sharpe, math.ceil(needed) - 1, **given_) < confidence + 1e-12


def test_no_history_shows_that_a_sharpe_is_above_what_it_is_not_above():
    assert min_track_record_length(0.1, benchmark=0.1) == math.inf
    assert min_track_record_length(-0.1) == math.inf


def test_small_p_values_keep_their_digits():
    """1 - Z[10] is 7.6e-24, which 1 - probability would round to nothing; asked from the other side it is there."""
    assert probabilistic_sharpe(-1.0, 101, convention="2026", kurtosis=3.0, benchmark=0.0) == pytest.approx(
        0.5 * math.erfc(math.sqrt(101) / math.sqrt(2)), rel=1e-12
    )


def test_one_trial_deflates_nothing():
    assert deflated_sharpe(0.1, 500, 1, 0.0) == probabilistic_sharpe(0.1, 500)


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.floats(1e-6, 1e-2))
def test_more_trials_deflate_more(one, other, variance):
    low, high = sorted((one, other))
    assert deflated_sharpe(0.1, 500, high, variance) <= deflated_sharpe(0.1, 500, low, variance)


@given(st.integers(2, 10**9), st.floats(0.1, 5.0))
def test_the_minimum_backtest_length_is_below_its_bound(n_trials, target):
    """Bailey and others (2014): below 2 ln N / target^2; the approximation is above the truth only between."""
    assert min_backtest_length(n_trials, target) < 2 * math.log(n_trials) / target**2 * 1.0000001


def test_one_trial_needs_no_history():
    assert min_backtest_length(1, 1.0) == 0.0
