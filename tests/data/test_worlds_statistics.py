"""Whether made worlds have the statistics they claim. Limits are about four standard errors wide."""

from __future__ import annotations

import itertools
import math
import statistics
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from data.worlds import World, make_world
from data.worlds.cause import crowding
from data.worlds.parameters import COINS
from data.worlds.processes import bridge_extremes, reaches

FloatArray = NDArray[np.float64]
COST = np.array([6.5, 9.5, 6.5, 9.5]) * 1e-4  # fee and slippage of one fill: BTC, DOGE, ETH, SOL


@lru_cache(maxsize=8)
def world(name: str, seed: int, plant_strength: float | None = None) -> World:
    return make_world(name, seed, plant_strength=plant_strength)


def column(made: World, name: str) -> FloatArray:
    return np.stack([getattr(market, name) for market in made.markets], axis=1)


def log_returns(made: World) -> FloatArray:
    return np.log(column(made, "close") / column(made, "open"))


def gain_after_funding(made: World) -> FloatArray:
    """Return the gain of a long over each bar, less the funding charged at the next open, as a fraction of the open."""
    close, opened, rate = column(made, "close"), column(made, "open"), column(made, "funding_rate")
    gain: FloatArray = close[:-1] * (1.0 - rate[1:]) / opened[:-1] - 1.0
    return gain


def correlation(a: FloatArray, b: FloatArray) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def pooled_sharpe(made: World, position: FloatArray) -> float:
    """Return the annual Sharpe ratio of equal sleeves of constant size, after costs of each change."""
    changes = np.abs(np.diff(position, axis=0, prepend=0.0))[:-1]
    returns = (position[:-1] * gain_after_funding(made) - COST * changes).mean(axis=1)
    return float(returns.mean() / returns.std(ddof=1) * math.sqrt(8760))


def t_statistic(sample: FloatArray) -> float:
    return float(sample.mean() / sample.std(ddof=1) * math.sqrt(sample.size))


def test_each_coin_has_its_volatility() -> None:
    measured = log_returns(world("empty", 1)).std(axis=0)
    np.testing.assert_allclose(measured, [coin.volatility for coin in COINS], rtol=0.15)


def test_volatility_clusters_for_days_and_returns_do_not() -> None:
    returns = log_returns(world("empty", 1))[:, 0]
    size = np.abs(returns)
    assert correlation(size[1:], size[:-1]) > 0.08
    assert correlation(size[24:], size[:-24]) > 0.06
    assert correlation(size[24:], size[:-24]) > correlation(size[480:], size[:-480]) + 0.03
    assert abs(correlation(returns[1:], returns[:-1])) < 0.03


def test_tails_are_fat() -> None:
    returns = log_returns(world("empty", 1))
    centred = returns - returns.mean(axis=0)
    kurtosis = (centred**4).mean(axis=0) / returns.var(axis=0) ** 2
    assert np.all(kurtosis > 6.0)
    assert np.all(kurtosis < 60.0)


def test_coins_move_together() -> None:
    matrix = np.corrcoef(log_returns(world("empty", 1)).T)
    pairs = matrix[np.triu_indices(4, k=1)]
    assert np.all(pairs > 0.48)
    assert np.all(pairs < 0.60)


def test_extreme_bars_of_two_coins_coincide_more_often_than_gaussian_ones_would() -> None:
    together = alone = 0
    for seed in range(1, 5):
        size = np.abs(log_returns(world("empty", seed)))
        extreme = size > np.quantile(size, 0.999, axis=0)
        together += sum(int((extreme[:, a] & extreme[:, b]).sum()) for a, b in itertools.combinations(range(4), 2))
        alone += 6 * int(extreme[:, 0].sum())
    # Gaussian returns of the same correlation share 6 % of their extreme bars.
    assert together / alone > 0.13


def test_volume_follows_volatility() -> None:
    made = world("empty", 1)
    volume, size = np.log(column(made, "volume")), np.log(np.abs(log_returns(made)) + 1e-5)
    assert all(correlation(volume[:, coin], size[:, coin]) > 0.3 for coin in range(4))


def test_one_percent_of_volume_covers_a_sleeve_grown_a_hundredfold() -> None:
    for market in world("planted", 1).markets:
        daily = np.convolve(market.volume, np.full(24, 1 / 24), mode="valid")
        assert (0.01 * daily * market.close[23:]).min() > 250_000.0


def test_funding_has_its_mean_spread_half_life_and_common_part() -> None:
    rates = np.vstack([column(world("empty", seed), "funding_rate") for seed in (1, 2, 3)]) * 1e4
    np.testing.assert_allclose(rates.mean(axis=0), 0.1, atol=0.04)
    np.testing.assert_allclose(rates.std(axis=0), 0.3, rtol=0.08)
    half_life = [correlation(rates[24:, coin], rates[:-24, coin]) for coin in range(4)]
    np.testing.assert_allclose(half_life, 0.5, atol=0.08)
    pairs = np.corrcoef(rates.T)[np.triu_indices(4, k=1)]
    np.testing.assert_allclose(pairs, 0.5, atol=0.12)


def test_funding_says_nothing_about_prices_in_the_empty_world() -> None:
    made = world("empty", 1)
    rates, gain = column(made, "funding_rate"), gain_after_funding(made)
    assert all(abs(correlation(rates[:-1, coin], gain[:, coin])) < 0.02 for coin in range(4))


def test_a_long_gains_exactly_its_funding_in_the_empty_world() -> None:
    gain = np.concatenate([gain_after_funding(world("empty", seed)).mean(axis=1) for seed in range(1, 9)])
    assert abs(t_statistic(gain)) < 4.0


def test_a_position_on_high_funding_gains_nothing_in_the_empty_world() -> None:
    # Were the price's drift zero, collecting 0.3 bps an hour would be worth a t of about 10 here.
    gains = []
    for seed in range(1, 9):
        made = world("empty", seed)
        rates = column(made, "funding_rate")[:-1]
        gains.append((np.sign(0.1e-4 - rates) * gain_after_funding(made)).mean(axis=1))
    assert abs(t_statistic(np.concatenate(gains))) < 4.0


def test_a_stop_at_its_level_neither_gains_nor_loses() -> None:
    outcomes = []
    for seed in range(1, 5):
        made = world("empty", seed)
        opened, low, close = (column(made, name)[:-1] for name in ("open", "low", "close"))
        stopped = low <= 0.996 * opened
        assert 0.1 < stopped.mean() < 0.6
        outcomes.append(np.where(stopped, -0.004, close / opened - 1.0).mean(axis=1))
    assert abs(t_statistic(np.concatenate(outcomes))) < 4.0


def test_a_target_at_its_level_neither_gains_nor_loses() -> None:
    outcomes = []
    for seed in range(1, 5):
        made = world("empty", seed)
        opened, high, close = (column(made, name)[:-1] for name in ("open", "high", "close"))
        outcomes.append(np.where(high > 1.004 * opened, 0.004, close / opened - 1.0).mean(axis=1))
    assert abs(t_statistic(np.concatenate(outcomes))) < 4.0


def test_extremes_of_a_bridge_have_their_exact_law() -> None:
    end, variance = np.zeros(200_000), np.full(200_000, 4e-4)
    highest, lowest = bridge_extremes(end, reaches(np.random.default_rng(0), variance))
    # From 0 back to 0: the mean of the maximum is sqrt(pi v / 8), P(maximum > m) = exp(-2 m^2 / v).
    expected = math.sqrt(math.pi * 4e-4 / 8.0)
    assert highest.mean() == pytest.approx(expected, rel=0.01)
    assert lowest.mean() == pytest.approx(-expected, rel=0.01)
    assert (highest > 0.02).mean() == pytest.approx(math.exp(-2.0), abs=0.004)
    highest, lowest = bridge_extremes(end + 0.01, reaches(np.random.default_rng(0), variance))
    # To 0.01: P(maximum > 0.02) = exp(-2 * 0.02 * 0.01 / v) = exp(-1), P(minimum < -0.01) the same.
    assert (highest > 0.02).mean() == pytest.approx(math.exp(-1.0), abs=0.005)
    assert (lowest < -0.01).mean() == pytest.approx(math.exp(-1.0), abs=0.005)
    assert highest.min() >= 0.01
    assert lowest.max() <= 0.0


def expected_position(rates: list[float]) -> list[int]:
    """Work out the documented rule bar by bar with the standard library."""
    sums = [sum(rates[t - 7 : t + 1]) if t >= 7 else None for t in range(len(rates))]
    position, held = 0, [0]
    for t in range(len(rates) - 1):
        if t >= 174:
            past = [value for value in sums[t - 167 : t + 1] if value is not None]
            score = (past[-1] - statistics.fmean(past)) / statistics.stdev(past)
            if position == -1 and score < 0.5:
                position = 0
            if position == 1 and score > -0.5:
                position = 0
            if score > 1.5:
                position = -1
            if score < -1.5:
                position = 1
        held.append(position)
    return held


def test_the_oracle_holds_what_the_documented_rule_says() -> None:
    made = make_world("planted", 2, years=0.12)
    for coin, market in enumerate(made.markets):
        expected = expected_position(market.funding_rate.tolist())
        assert {-1, 0, 1} == set(expected)
        assert made.oracle_position[:, coin].tolist() == expected


def test_crowding_is_a_z_score_known_from_its_own_window() -> None:
    # Sums of two: nan, 3, 5, 11; over two of them: nan, nan, (5 - 4) / sqrt(2), (11 - 8) / sqrt(18).
    score = crowding(np.array([1.0, 2.0, 3.0, 8.0]), 2, 2)
    np.testing.assert_allclose(score, [np.nan, np.nan, math.sqrt(0.5), math.sqrt(0.5)])


def test_the_cause_holds_two_fifths_of_the_time_for_a_day_or_two() -> None:
    position = np.vstack([world("planted", seed).oracle_position for seed in (1, 2)])
    held = np.abs(position).mean()
    entries = ((position[1:] != 0) & (position[:-1] != position[1:])).sum() / position.size
    assert 0.35 < held < 0.48
    assert 30.0 < held / entries < 45.0


def test_the_oracle_earns_a_sharpe_near_six_after_costs_and_nothing_without_the_plant() -> None:
    seeds = range(1, 13)
    on = [pooled_sharpe(made := world("planted", seed), made.oracle_position.astype(float)) for seed in seeds]
    off = [pooled_sharpe(made := world("planted", seed, 0.0), made.oracle_position.astype(float)) for seed in seeds]
    # Sixty years: one standard error is 0.13.
    assert 5.8 < statistics.fmean(on) < 6.8
    assert -1.2 < statistics.fmean(off) < -0.1
    assert min(on) > 4.0
    assert max(off) < 1.2


def test_every_coin_and_both_sides_carry_the_cause() -> None:
    made = world("planted", 1)
    position = made.oracle_position.astype(float)
    for side in (-1.0, 1.0):
        assert pooled_sharpe(made, np.where(position == side, side, 0.0)) > 2.0
    for coin in range(4):
        alone = np.zeros_like(position)
        alone[:, coin] = position[:, coin]
        assert pooled_sharpe(made, alone) > 1.5
