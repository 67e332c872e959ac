"""What a run looks like: computed, shown, and nobody's death."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.inference import deflated_sharpe
from organism.gauntlet.alarms import alarms_of, deflated, overfitting

RNG = np.random.default_rng(4)
SPREAD = RNG.normal(0.0, 0.05, 5_000)
GOOD = RNG.normal(0.003, 0.01, 1_000)
NOISE = [RNG.normal(0.0, 0.01, 1_000) for _ in range(12)]


def test_the_deflated_ratio_is_that_of_the_moments_of_the_days() -> None:
    centred = (GOOD - GOOD.mean()) / GOOD.std()
    expected = deflated_sharpe(
        GOOD.mean() / GOOD.std(ddof=1),
        1_000,
        5_000,
        SPREAD.var(ddof=1),
        skew=float((centred**3).mean()),
        kurtosis=float((centred**4).mean()),
    )
    assert deflated(GOOD, SPREAD, 5_000) == pytest.approx(expected)
    assert deflated(NOISE[0], SPREAD, 5_000) == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(
    ("returns", "trials", "n_trials"),
    [(np.zeros(100), SPREAD, 10), (GOOD, np.empty(0), 10), (GOOD, np.full(9, 0.1), 10), (GOOD, SPREAD, 0)],
)
def test_what_does_not_exist_is_none(returns: np.ndarray, trials: np.ndarray, n_trials: int) -> None:
    assert deflated(returns, trials, n_trials) is None


def test_overfitting_needs_two_strategies_that_differ() -> None:
    assert overfitting([]) is overfitting([GOOD]) is overfitting([GOOD, GOOD]) is overfitting([GOOD, 2 * GOOD]) is None
    assert overfitting([GOOD, np.zeros(1_000)]) is None
    chance = overfitting([GOOD, *NOISE])
    assert chance is not None
    assert chance < 0.05


def test_a_good_one_survives_among_noise_and_each_has_its_own_alarms() -> None:
    candidates = {"a" * 64: GOOD, "b" * 64: NOISE[0]}
    found = alarms_of(candidates, [GOOD, *NOISE], SPREAD, 5_000)
    assert [found[key].survives_stepwise for key in candidates] == [True, False]
    assert found["a" * 64].overfitting == found["b" * 64].overfitting
    assert (found["a" * 64].deflated_sharpe or 0.0) > (found["b" * 64].deflated_sharpe or 0.0)
