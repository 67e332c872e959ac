"""Worlds that hold nothing: what is true of each kind, and that it is. Limits are about four standard errors wide."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from data.worlds import NULL_NAMES, RECIPES, WORLD_NAMES, World, make_world

FloatArray = NDArray[np.float64]
COST = np.array([6.5, 9.5, 6.5, 9.5]) * 1e-4  # fee and slippage of one fill: BTC, DOGE, ETH, SOL
VOLATILITY = np.array([0.0050, 0.0080, 0.0060, 0.0070])
FAIR = ("empty", "iid-tails", "garch")
SEEDS = range(1, 7)


@lru_cache(maxsize=6)
def world(name: str, seed: int) -> World:
    return make_world(name, seed)


def column(made: World, name: str) -> FloatArray:
    return np.stack([getattr(market, name) for market in made.markets], axis=1)


def gain_after_funding(made: World) -> FloatArray:
    """Return the gain of a long over each bar, less the funding charged at the next open, as a fraction of the open."""
    close, opened, rate = column(made, "close"), column(made, "open"), column(made, "funding_rate")
    gain: FloatArray = close[:-1] * (1.0 - rate[1:]) / opened[:-1] - 1.0
    return gain


def log_returns(made: World) -> FloatArray:
    return np.log(column(made, "close") / column(made, "open"))


def t_statistic(sample: FloatArray) -> float:
    return float(sample.mean() / sample.std(ddof=1) * math.sqrt(sample.size))


def correlation(a: FloatArray, b: FloatArray) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def test_all_but_the_planted_worlds_hold_nothing() -> None:
    assert tuple(RECIPES) == WORLD_NAMES
    assert set(RECIPES) - set(NULL_NAMES) == {"planted", "planted-session", "planted-squeeze", "planted-lead-lag"}
    for name in NULL_NAMES:
        late = make_world(name, 1, years=0.5).oracle_position[round(0.6 * 4380) :]
        assert not late.any(), name


@pytest.mark.parametrize("name", FAIR)
def test_a_long_gains_exactly_its_funding(name: str) -> None:
    gain = np.concatenate([gain_after_funding(world(name, seed)).mean(axis=1) for seed in SEEDS])
    assert abs(t_statistic(gain)) < 4.0


@pytest.mark.parametrize("name", FAIR)
def test_neither_momentum_nor_reversion_nor_quiet_times_gain_anything(name: str) -> None:
    gains: dict[str, list[FloatArray]] = {"last bar": [], "last day": [], "quiet": []}
    for seed in SEEDS:
        made = world(name, seed)
        gain, move = gain_after_funding(made), log_returns(made)
        day = np.cumsum(move, axis=0)[23:] - np.vstack((np.zeros((1, 4)), np.cumsum(move, axis=0)[:-24]))
        size = np.abs(move)
        gains["last bar"].append((np.sign(move[:-2]) * gain[1:]).mean(axis=1))
        gains["last day"].append((np.sign(day[:-2]) * gain[24:]).mean(axis=1))
        gains["quiet"].append(np.where(size[:-2] < np.median(size), gain[1:], 0.0).mean(axis=1))
    for words, parts in gains.items():
        assert abs(t_statistic(np.concatenate(parts))) < 4.0, words


@pytest.mark.parametrize("name", ["iid-tails", "garch"])
def test_volatility_is_the_coins_and_coins_move_together(name: str) -> None:
    moves = np.vstack([log_returns(world(name, seed)) for seed in SEEDS])
    np.testing.assert_allclose(moves.std(axis=0), VOLATILITY, rtol=0.1)
    pairs = np.corrcoef(moves.T)[np.triu_indices(4, k=1)]
    np.testing.assert_allclose(pairs, 0.55, atol=0.05)


def test_volatility_clusters_under_garch_and_not_among_independent_bars() -> None:
    for name, low, high in (("garch", 0.05, 0.5), ("iid-tails", -0.02, 0.02)):
        size = np.abs(log_returns(world(name, 1)))
        for lag in (1, 24):
            found = np.mean([correlation(size[lag:, coin], size[:-lag, coin]) for coin in range(4)])
            assert low < found < high, (name, lag)


def test_bars_that_are_independent_still_have_fat_tails() -> None:
    move = log_returns(world("iid-tails", 1))
    kurtosis = (move**4).mean(axis=0) / (move**2).mean(axis=0) ** 2
    assert np.all(kurtosis > 5.0)


def test_holding_has_a_sharpe_near_two_where_everything_rises_and_timing_adds_nothing() -> None:
    held, timed = [], []
    for seed in SEEDS:
        gain = gain_after_funding(world("drift", seed))
        held.append(gain.mean(axis=0) / gain.std(axis=0) * math.sqrt(8760))
        move = log_returns(world("drift", seed))
        timed.append((np.sign(move[:-2]) * (gain[1:] - gain.mean(axis=0))).mean(axis=1))
    # Thirty years of four coins that move together: a standard error of about 0.15.
    assert np.mean(held) == pytest.approx(2.0, abs=0.6)
    assert abs(t_statistic(np.concatenate(timed))) < 4.0


def net_of_costs(made: World, position: FloatArray) -> tuple[float, float]:
    """Return the annual Sharpe ratio of equal sleeves of constant size before and after the cost of each change."""
    changes = np.abs(np.diff(position, axis=0, prepend=0.0))[:-1]
    gross = (position[:-1] * gain_after_funding(made)).mean(axis=1)
    net = gross - (COST * changes).mean(axis=1)
    return tuple(float(r.mean() / r.std(ddof=1) * math.sqrt(8760)) for r in (gross, net))  # type: ignore[return-value]


def test_the_edge_below_cost_is_large_before_costs_and_lost_after_them() -> None:
    for seed in (1, 2):
        made = world("below-cost", seed)
        position = np.zeros(made.oracle_position.shape)
        position[1:] = -np.sign(log_returns(made)[:-1])
        gross, net = net_of_costs(made, position)
        assert gross > 8.0
        assert net < -1.5


def test_short_regimes_cost_more_than_they_bring_even_to_who_sees_the_last_sign() -> None:
    nets = []
    for seed in SEEDS:
        made, empty = world("short-regimes", seed), world("empty", seed)
        sign = np.sign(log_returns(made) - log_returns(empty))
        assert 0.22 < np.mean(sign[1:] != sign[:-1]) < 0.28
        position = np.zeros(sign.shape)
        position[1:] = sign[:-1]
        gross, net = net_of_costs(made, position)
        assert gross > 3.0
        nets.append(net)
    # On a bar it gains 0.05 of 65 basis points and pays for half a fill of 8: a Sharpe ratio of -1.6, give or take 0.2.
    assert -2.5 < np.mean(nets) < -0.8


@pytest.mark.parametrize("name", ["below-cost", "short-regimes"])
def test_a_drift_that_cannot_be_traded_is_worth_less_than_one_fill(name: str) -> None:
    # The bound of `data.worlds.drifts`: V is the strength times the coin's volatility.
    assert np.all(RECIPES[name].strength * VOLATILITY < COST)


def test_the_edge_ends_with_the_in_sample_part() -> None:
    early, late = [], []
    for seed in SEEDS:
        planted, ending = world("planted", seed), world("ending-edge", seed)
        end = round(0.6 * ending.oracle_position.shape[0])
        np.testing.assert_array_equal(ending.oracle_position[:end], planted.oracle_position[:end])
        gain = (planted.oracle_position[:-1] * gain_after_funding(ending)).mean(axis=1)
        early.append(gain[:end])
        late.append(gain[end:])
    assert t_statistic(np.concatenate(early)) > 8.0
    assert abs(t_statistic(np.concatenate(late))) < 4.0
