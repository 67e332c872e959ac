"""Which coin does better: sleeves whose days are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backtest.result import Counts, Metrics, Result, Trace, Trades
from data.intervals import DAY_MS
from organism.gauntlet.coin_comparison import UNKNOWN, compare_coins

N_DAYS = 1_460
TIME_MS = DAY_MS * np.arange(N_DAYS, dtype=np.int64)
NOTHING = np.zeros(0)


def sleeve(coin: str, returns: np.ndarray) -> Trace:
    """Return a sleeve that earns these returns, a bar a day."""
    equity = 2_500.0 * np.cumprod(1.0 + returns)
    change = np.diff(equity, prepend=2_500.0)
    metrics = Metrics(*[math.nan] * 7, 0, math.nan)
    result = Result(
        coin, 0, N_DAYS, 2_500.0, metrics, Counts(0, 0, 0, 0), None, np.zeros(6), change, traded_usdc=0.0, n_bars_held=0
    )
    whole = np.zeros(0, dtype=np.int64)
    return Trace(result, equity, Trades(whole, whole, whole, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, ()))


def days(seed: int, sharpe: float = 0.0) -> np.ndarray:
    """Return days whose annual Sharpe ratio in the sample is exactly this, and whose deviation is 1 %."""
    drawn = np.random.default_rng(seed).normal(size=N_DAYS)
    drawn = (drawn - drawn.mean()) / drawn.std(ddof=1)
    return 0.01 * (drawn + sharpe / math.sqrt(365))


def test_a_coin_that_does_better_by_far_is_found():
    """Sharpe 4 beside three of 0: a difference of 4 in 4 years, whose error is near sqrt((1 + 1/3) / 4) = 0.58."""
    traces = [sleeve(str(seed), days(seed, 4.0 if seed == 2 else 0.0)) for seed in range(4)]
    found = compare_coins(traces, TIME_MS, 365.0)
    assert found[2].difference == pytest.approx(4.0, abs=1e-9)
    assert found[2].p_value < 1e-6
    assert [one.difference for place, one in enumerate(found) if place != 2] == pytest.approx([-4 / 3] * 3, abs=1e-9)
    for place, one in enumerate(found):
        equity = np.sum([trace.equity for at, trace in enumerate(traces) if at != place], axis=0)
        returns = np.diff(equity, prepend=7_500.0) / np.concatenate(([7_500.0], equity[:-1]))
        assert one.sharpe_without == pytest.approx(returns.mean() / returns.std(ddof=1) * math.sqrt(365), rel=1e-9)


def test_what_all_coins_share_is_no_difference():
    common = days(9, 3.0)
    traces = [sleeve(str(seed), common + 0.1 * days(seed)) for seed in range(4)]
    assert all(one.p_value > 0.05 for one in compare_coins(traces, TIME_MS, 365.0))


def test_coins_alike_are_rarely_said_to_differ():
    """Holm keeps the chance of even one wrong word in a universe at 5 %; of 200 such universes that is 10, give 7."""
    wrong = 0
    for world in range(200):
        traces = [
            sleeve(str(coin), 0.01 * np.random.default_rng([world, coin]).normal(size=N_DAYS)) for coin in range(4)
        ]
        wrong += any(one.p_value <= 0.05 for one in compare_coins(traces, TIME_MS, 365.0))
    assert 2 <= wrong <= 17


def test_a_coin_that_never_traded_is_left_out():
    traces = [sleeve("A", days(1, 1.0)), sleeve("B", np.zeros(N_DAYS)), sleeve("C", days(2))]
    found = compare_coins(traces, TIME_MS, 365.0)
    assert (found[1].difference, found[1].p_value) == (None, None)
    assert found[0].difference == pytest.approx(1.0, abs=1e-9)
    assert found[1].sharpe_without is not None


def test_nothing_is_known_of_a_single_coin():
    assert compare_coins([sleeve("A", days(1))], TIME_MS, 365.0) == (UNKNOWN,)


def test_two_copies_do_not_differ():
    found = compare_coins([sleeve("A", days(1)), sleeve("B", days(1))], TIME_MS, 365.0)
    assert [one.difference for one in found] == [None, None]
