"""Resampled histories: how long their blocks are, and what their spread says."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.inference import automatic_block_length, sharpe_standard_error, stationary_bootstrap


def remembering(rho, n, seed=2):
    shocks = np.random.default_rng(seed).standard_normal(n)
    for i in range(1, n):
        shocks[i] += rho * shocks[i - 1]
    return shocks


def sharpe(returns):
    return float(returns.mean() / returns.std())


def test_memory_asks_for_longer_blocks():
    lengths = [automatic_block_length(remembering(rho, 3_000)) for rho in (0.0, 0.3, 0.7)]
    assert 1.0 <= lengths[0] < 4.0 < lengths[1] < lengths[2]


def test_the_length_is_that_of_the_formula_for_known_memory():
    """AR(0.5), n = 20,000: g / f0 = 2 rho / (1 - rho^2) = 4 / 3 and b = ((4 / 3)^2 n)^(1/3) = 32.9."""
    assert automatic_block_length(remembering(0.5, 20_000)) == pytest.approx(32.9, rel=0.15)


def test_the_spread_of_resampled_sharpe_ratios_is_their_standard_error():
    returns = remembering(0.3, 2_000) + 0.1
    drawn = stationary_bootstrap(returns, sharpe, rng=np.random.default_rng(4), n_resamples=400)
    assert drawn.shape == (400,)
    assert drawn.std() == pytest.approx(sharpe_standard_error(returns), rel=0.12)


def test_blocks_of_one_are_independent_draws():
    """Which is what misses the memory: the error of a mean is then that of independent returns."""
    returns = remembering(0.7, 1_000)
    drawn = stationary_bootstrap(
        returns, lambda r: float(r.mean()), rng=np.random.default_rng(4), n_resamples=400, block_length=1
    )
    assert drawn.std() == pytest.approx(returns.std() / np.sqrt(1_000), rel=0.1)


def test_every_resampled_return_is_one_of_those_that_were():
    returns = remembering(0.3, 50)
    seen = []
    stationary_bootstrap(returns, lambda r: seen.append(r.copy()) or 0.0, rng=np.random.default_rng(4), n_resamples=5)
    assert len(seen) == 5
    assert all(one.shape == (50,) and set(one) <= set(returns) for one in seen)


def test_the_same_generator_gives_the_same_draws():
    one, other = (
        stationary_bootstrap(remembering(0.3, 50), sharpe, rng=np.random.default_rng(9), n_resamples=20)
        for _ in range(2)
    )
    assert np.array_equal(one, other)
