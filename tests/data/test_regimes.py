"""Regime labels: by their definition on a few bars, and the same whatever comes before or after."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest

from data.market import FloatArray, Market
from data.regimes import (
    CRITICAL_PATH,
    Trend,
    Volatility,
    longest_path,
    trend_score,
    trend_state,
    volatility_rank,
    volatility_state,
)

MakeMarket = Callable[..., Market]


def walk(make_market: MakeMarket, deviations: FloatArray, drift: float = 0.0, seed: int = 1) -> Market:
    """Return a walk whose log returns have these deviations."""
    steps = drift + deviations * np.random.default_rng(seed).normal(size=deviations.size)
    return make_market(100.0 * np.exp(np.cumsum(steps)))


def test_the_wildest_day_of_a_month_is_wild_and_the_calmest_calm(make_market: MakeMarket) -> None:
    deviations = np.full(1_600, 0.01)
    deviations[1_000:1_024], deviations[1_400:1_424] = 0.05, 0.001
    market = walk(make_market, deviations)
    ranks, states = volatility_rank(market), volatility_state(market)
    assert np.isnan(ranks[:743]).all()
    assert np.isfinite(ranks[743:]).all()
    assert (ranks[1_023], states[1_023]) == (100.0, Volatility.WILD)
    assert (ranks[1_423], states[1_423]) == (0.0, Volatility.CALM)
    assert set(states[743:]) == {0.0, 1.0, 2.0}


def test_a_rank_is_that_of_the_days_volatility_among_720(make_market: MakeMarket) -> None:
    market = walk(make_market, np.full(900, 0.01))
    changes = np.diff(np.log(market.close))
    daily = np.array([changes[t - 23 : t + 1].std(ddof=1) for t in range(23, changes.size)])
    # Daily[k] ends with the change into bar k + 24.
    for t in (743, 800, 899):
        recent = daily[t - 24 - 719 : t - 24 + 1]
        assert volatility_rank(market)[t] == pytest.approx(100 * (recent < recent[-1]).mean() * 720 / 719)


def test_volatility_that_never_varies_is_normal(make_market: MakeMarket) -> None:
    states = volatility_state(make_market(np.full(800, 5.0)))
    np.testing.assert_array_equal(states[743:], np.full(57, float(Volatility.NORMAL)))


def test_a_trend_is_a_weeks_return_in_deviations_of_chance(make_market: MakeMarket) -> None:
    market = walk(make_market, np.full(400, 0.01), drift=0.01)
    changes = np.diff(np.log(market.close))
    scores = trend_score(market)
    assert np.isnan(scores[:168]).all()
    for t in (168, 250, 399):
        week = changes[t - 168 : t]
        assert scores[t] == pytest.approx(week.sum() / (week.std(ddof=1) * sqrt(168)), rel=1e-9)
    assert (trend_state(market)[168:] == Trend.RISING).all()
    down = walk(make_market, np.full(400, 0.01), drift=-0.01)
    assert (trend_state(down)[168:] == Trend.FALLING).all()


def test_a_walk_without_direction_goes_sideways_some_of_the_time(make_market: MakeMarket) -> None:
    states = trend_state(walk(make_market, np.full(60_000, 0.01)))[168:]
    shares = [float((states == state).mean()) for state in Trend]
    # Of normal deviations 30.9 % lie below -0.5, 38.3 % within 0.5; weeks overlap, so that 357 of them count.
    np.testing.assert_allclose(shares, [0.309, 0.383, 0.309], atol=0.08)


def test_a_hole_is_in_no_state_and_neither_is_the_month_after_it(make_market: MakeMarket) -> None:
    available = np.ones(1_700, dtype=np.bool_)
    available[800] = False
    rng = np.random.default_rng(2)
    market = make_market(np.exp(np.cumsum(rng.normal(0, 0.01, 1_700))), available=available)
    assert np.isnan(volatility_state(market)[800 : 801 + 743]).all()
    assert np.isfinite(volatility_state(market)[801 + 743 :]).all()
    assert np.isnan(trend_state(market)[800 : 801 + 168]).all()
    assert np.isfinite(trend_state(market)[801 + 168 :]).all()


def test_a_path_by_hand() -> None:
    # Squares 1, 1, 4, 4, mean 2.5: the path goes to -1.5, -3, -1.5, 0, and the squares' deviations add up to 9.
    paths = longest_path(np.array([1.0, -1.0, 2.0, -2.0]), 4, 0)
    np.testing.assert_allclose(paths, [np.nan, np.nan, np.nan, 3.0 / 3.0], rtol=1e-14)
    assert longest_path(np.array([1.0, -1.0, 1.0]), 2, 1).tolist()[1:] == [0.0, 0.0]


def test_a_change_of_volatility_is_seen_and_chance_takes_about_one_in_twenty_for_one() -> None:
    rng = np.random.default_rng(3)
    constant = np.array([longest_path(rng.standard_t(5, 336), 336, 0)[-1] for _ in range(400)])
    # One side of 400 draws at 5 % has a deviation of 1.1 %.
    assert 0.0 < (constant > CRITICAL_PATH).mean() < 0.09
    doubled = np.concatenate((np.full(168, 1.0), np.full(168, 2.0)))
    found = np.array([longest_path(doubled * rng.standard_t(5, 336), 336, 0)[-1] for _ in range(100)])
    assert (found > CRITICAL_PATH).mean() > 0.8
