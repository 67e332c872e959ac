"""Whether the second of two Sharpe ratios is higher by more than luck."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.inference import equal_shares, sharpe_difference
from data.market import FloatArray


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_difference_and_error_of_a_pattern_are_those_worked_out_by_hand() -> None:
    # Deviations from their means, in standard deviations: (1, -1, 1, -1) and (1, 1, -1, -1), so that z^2 - 1 is nothing
    # and the influence of a day is z. Sharpe ratios 1/2 and 2/1. IF2 - IF1 is (0, 2, -2, 0), with the variance 2. Over
    # 10 periods its autocovariances, in units of the variance, are -0.5, 0, -0.45 and 0.9; the first correlation asks
    # for floor(1.1447 (4 x 0.25 / 0.75^2 x 40)^(1/3)) = 4 of them, weighted 0.8, 0.6, 0.4 and 0.2:
    # 1 + 2 (-0.4 + 0 - 0.18 + 0.18) = 0.2, and 2 x 0.2 / 40 is the square of 0.1.
    first, second = [3.0, -1.0, 3.0, -1.0] * 10, [3.0, 3.0, 1.0, 1.0] * 10
    found = sharpe_difference(first, second, rng=rng(), n_resamples=99)
    assert found.difference == pytest.approx(1.5)
    assert found.standard_error == pytest.approx(0.1)
    assert found.high - 1.5 == pytest.approx(1.5 - found.low)
    assert found.n_observations == 40


def test_days_in_another_order_differ_by_nothing() -> None:
    returns = rng().normal(0.1, 1.0, 90)
    found = sharpe_difference(returns, returns[::-1], rng=rng(), n_resamples=99)
    assert found.difference == pytest.approx(0.0, abs=1e-12)
    assert found.p_value == 1.0


@given(st.floats(0.01, 100.0), st.integers(0, 20))
def test_size_of_a_position_changes_nothing(size: float, seed: int) -> None:
    one, other = np.random.default_rng(seed).normal(0.05, 1.0, (2, 60))
    plain = sharpe_difference(one, other, rng=rng(), n_resamples=99)
    scaled = sharpe_difference(one, size * other, rng=rng(), n_resamples=99)
    assert scaled.difference == pytest.approx(plain.difference)
    assert scaled.p_value == pytest.approx(plain.p_value, abs=0.011)


def test_the_other_way_round_is_the_same_with_the_other_sign() -> None:
    one, other = rng().normal(0.1, 1.0, (2, 120))
    there = sharpe_difference(one, other, rng=rng(), n_resamples=199)
    back = sharpe_difference(other, one, rng=rng(), n_resamples=199)
    assert (back.difference, back.low, back.high) == pytest.approx((-there.difference, -there.high, -there.low))
    assert back.p_value == there.p_value


def test_the_same_question_has_the_same_answer() -> None:
    one, other = rng().normal(0.1, 1.0, (2, 80))
    assert sharpe_difference(one, other, rng=rng()) == sharpe_difference(one, other, rng=rng())


def pairs(n_days: int, seed: int, edge: float) -> tuple[FloatArray, FloatArray]:
    """Return two strategies that share much, remember, and have fat tails; the second earns `edge` more a day."""
    chance = np.random.default_rng([n_days, seed])
    shocks = chance.standard_t(5, size=(n_days, 3)) * math.sqrt(0.6)
    for day in range(1, n_days):
        shocks[day] += 0.2 * shocks[day - 1]
    common, own, others = shocks.T
    return 0.05 + 0.7 * common + 0.7 * own, 0.05 + edge + 0.7 * common + 0.7 * others


def rejected(n_days: int, edge: float, n_pairs: int) -> float:
    """Return the share of pairs called different at 5 %."""
    found = (
        sharpe_difference(*pairs(n_days, seed, edge), rng=np.random.default_rng(seed), n_resamples=199)
        for seed in range(n_pairs)
    )
    return sum(one.p_value <= 0.05 for one in found) / n_pairs


def test_equal_sharpe_ratios_are_called_different_as_often_as_is_asked_for() -> None:
    # Two standard errors of 400 pairs are 2.2 points.
    assert 0.025 <= rejected(146, 0.0, 400) <= 0.085


def test_a_difference_that_is_there_is_found() -> None:
    assert rejected(292, 0.3, 50) >= 0.9


def test_resamples_in_which_one_never_trades_count_against_a_difference() -> None:
    # Trades on 2 of 60 days: of ten blocks of six days one resample in three has none of them and no Sharpe ratio.
    rare = np.zeros(60)
    rare[[20, 21]] = 1.0, 0.9
    found = sharpe_difference(rng().normal(0.0, 1.0, 60), rare, rng=rng(), n_resamples=199, block_length=6)
    assert found.p_value > 0.2
    assert math.isinf(found.high)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([1.0, 2.0] * 10, [1.0, 2.0] * 10, "first: received 20 observations; allowed are at least 30"),
        ([1.0, 2.0] * 20, [1.0, 2.0] * 25, "second: received 50 observations; allowed are the 40 days of the first"),
        ([1.0, 2.0] * 20, [2.0, 4.0] * 20, "second: it is a multiple of the first"),
        ([1.0, 2.0] * 20, [0.0, math.nan] * 20, "second: 20 of 40 observations are NaN"),
        ([0.0] * 40, [1.0, 2.0] * 20, "first: 0 of 40 observations are not zero"),
    ],
)
def test_what_cannot_be_compared_is_refused(first: list[float], second: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sharpe_difference(first, second, rng=rng())


@pytest.mark.parametrize(("name", "value"), [("confidence", 1.0), ("n_resamples", 98), ("block_length", 40)])
def test_arguments_beyond_what_is_allowed_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name}: received"):
        sharpe_difference([1.0, 2.0] * 20, [1.0, 1.0, 3.0, 2.0] * 10, rng=rng(), **{name: value})  # type: ignore[arg-type]


def test_equal_shares_is_fishers_test_of_the_lady_tasting_tea() -> None:
    # 3 of 4 against 1 of 4: of C(8, 4) = 70 tables those no likelier than this one, 16 + 1 on either side.
    assert equal_shares((3, 4), (1, 4)) == pytest.approx(34 / 70)
    assert equal_shares((0, 7), (0, 3)) == 1.0
    with pytest.raises(ValueError, match="received 5 of 4 trials"):
        equal_shares((5, 4), (1, 4))
