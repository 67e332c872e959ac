"""Causes that are read off the prices that they move, by hand; and parameters drawn from a seed."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from data.canonical import canonical_json
from data.errors import ConfigError
from data.worlds import World, drawn_cause, make_world
from data.worlds.drawn import DRAWS
from data.worlds.drifts import Ground, Prices
from data.worlds.parameters import COINS, Cause, CauseParameters, LeadLagParameters, SqueezeParameters
from data.worlds.plants import (
    LEAD_BARS,
    lead_coin,
    lead_lag_position,
    planted_drift,
    squeeze_and_score,
    squeeze_position,
)

FloatArray = NDArray[np.float64]
KINDS = tuple(DRAWS)
CAUSES = (SqueezeParameters(window=4, tight=1.5, leaves=1.0, hold_bars=3), LeadLagParameters(2, 0.5, 2))


def prices_of(close: FloatArray, volume: FloatArray | None = None) -> Prices:
    """Return bars that open where the last one closed and reach nowhere else."""
    opened = np.vstack((close[:1], close[:-1]))
    volume = np.ones(close.shape) if volume is None else volume
    return Prices(opened, np.maximum(opened, close), np.minimum(opened, close), close, volume)


def ground_of(fair: FloatArray) -> Ground:
    """Return a ground whose coins differ in volume and whose prices are those of `fair`."""
    volume = np.ones(fair.shape) * np.arange(fair.shape[1], 0, -1)

    def prices(drift: FloatArray) -> Prices:
        return prices_of(100.0 * np.exp(np.cumsum(fair + 0.005 * drift, axis=0)), volume)

    return Ground(np.ones(fair.shape), np.zeros(fair.shape), fair, fair, np.random.default_rng(1), prices)


def prices_seen(world: World) -> Prices:
    names = ("open", "high", "low", "close", "volume")
    return Prices(*(np.stack([getattr(market, name) for market in world.markets], axis=1) for name in names))


def test_width_and_score_of_four_bars_by_hand() -> None:
    close = np.array([10.0, 11.0, 10.0, 11.0, 13.0])
    high, low = close + 0.5, close - 0.5
    width, score = squeeze_and_score(high, low, close, 4)
    assert np.isnan(width[:4]).all()
    # Closes 11, 10, 11, 13: mean 11.25, squares 4.75; each true range is from one close to half beyond the other.
    deviation = (4.75 / 3) ** 0.5
    assert score[4] == pytest.approx(1.75 / deviation)
    assert width[4] == pytest.approx(2.0 * deviation / (1.5 * (1.5 + 1.5 + 1.5 + 2.5) / 4))


def test_a_close_that_leaves_a_tight_range_is_followed_for_so_many_bars() -> None:
    close = np.full(30, 100.0) + 0.1 * (np.arange(30) % 2)
    close[20:] = 100.6
    cause = SqueezeParameters(window=8, tight=2.0, leaves=2.0, hold_bars=4)
    position = squeeze_position(prices_of(close[:, None]), cause)
    assert np.flatnonzero(position).tolist() == [21, 22, 23, 24]
    assert (position[21:25] == 1).all()
    fallen = squeeze_position(prices_of(200.0 - close[:, None]), cause)
    assert np.array_equal(fallen, -position)


def test_a_wide_range_is_no_squeeze() -> None:
    close = 100.0 + np.arange(30.0)
    cause = SqueezeParameters(window=8, tight=1.0, leaves=1.0, hold_bars=4)
    assert not squeeze_position(prices_of(close[:, None]), cause).any()


def test_the_lead_coin_is_the_one_of_which_most_was_traded_and_of_equals_the_first() -> None:
    close = np.full((LEAD_BARS + 3, 3), 2.0)
    volume = np.ones((LEAD_BARS + 3, 3))
    volume[LEAD_BARS, 2] = 3.0
    lead, is_known = lead_coin(prices_of(close, volume))
    assert lead[LEAD_BARS - 1 :].tolist() == [0, 2, 2, 2]
    assert is_known.tolist() == [False] * (LEAD_BARS - 1) + [True] * 4


def test_coins_that_lag_follow_the_lead_and_the_lead_itself_does_not() -> None:
    close = np.full((LEAD_BARS + 10, 3), 100.0)
    start = LEAD_BARS + 2
    close[start:, 0] = 103.0
    close[start:, 2] = 104.0
    cause = LeadLagParameters(move_bars=2, move_percent=2.0, hold_bars=3)
    position = lead_lag_position(prices_of(close, np.array([2.0, 1.0, 1.0]) * np.ones(close.shape)), cause)
    # The second coin follows; the third had gone further than the lead.
    assert np.flatnonzero(position[:, 1]).tolist() == [start + 1, start + 2, start + 3]
    assert position[start + 1, 1] == 1
    assert not position[:, [0, 2]].any()


def test_who_is_out_at_an_open_asks_again_at_that_close() -> None:
    close = np.full((LEAD_BARS + 20, 2), 100.0)
    # The lead goes on rising by 2 % a bar for ten bars.
    close[LEAD_BARS:, 0] *= 1.02 ** np.minimum(np.arange(1, 21), 10)
    position = lead_lag_position(prices_of(close, np.array([9.0, 1.0]) * np.ones(close.shape)), CAUSES[1])[:, 1]
    assert np.flatnonzero(position[LEAD_BARS:])[:6].tolist() == [1, 2, 4, 5, 7, 8]


@pytest.mark.parametrize("cause", CAUSES, ids=["squeeze", "lead-lag"])
def test_a_position_follows_from_the_bars_before_it_alone(cause: Cause) -> None:
    rng = np.random.default_rng(4)
    fair = 0.005 * rng.standard_normal((LEAD_BARS + 400, 3))
    changed = fair.copy()
    border = LEAD_BARS + 200
    changed[border:] = 0.01 * rng.standard_normal(changed[border:].shape)
    first, second = (planted_drift(ground_of(moves), 0.5, cause).position for moves in (fair, changed))
    assert first[: border + 1].any()
    np.testing.assert_array_equal(first[: border + 1], second[: border + 1])
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("kind", KINDS)
def test_a_plant_switched_off_is_the_empty_world(kind: str) -> None:
    off, empty = make_world(kind, 5, years=0.3, plant_strength=0.0), make_world("empty", 5, years=0.3)
    assert off.oracle_position.any()
    for planted, plain in zip(off.markets, empty.markets, strict=True):
        for name in ("open", "high", "low", "close", "volume", "funding_rate"):
            np.testing.assert_array_equal(getattr(planted, name), getattr(plain, name))


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawn_plant_moves_prices_by_its_strength_where_its_position_is_held_and_nowhere_else(kind: str) -> None:
    cause = replace(drawn_cause(kind, 3), strength=0.25)
    planted, plain = make_world(kind, 5, years=0.3, cause=cause), make_world("empty", 5, years=0.3)
    assert 0.01 < np.mean(planted.oracle_position != 0) < 0.6
    for column, coin in enumerate(COINS):
        with_plant, without = planted.markets[column], plain.markets[column]
        drift = np.log(with_plant.close / with_plant.open) - np.log(without.close / without.open)
        expected = 0.25 * coin.volatility * planted.oracle_position[:, column]
        np.testing.assert_allclose(drift, expected, atol=1e-12)


def test_the_prices_of_a_world_ask_for_the_position_that_moved_them() -> None:
    squeeze, lag = (replace(drawn_cause(kind, 1), strength=0.3) for kind in ("planted-squeeze", "planted-lead-lag"))
    assert isinstance(squeeze, SqueezeParameters)
    assert isinstance(lag, LeadLagParameters)
    first = make_world("planted-squeeze", 2, years=0.5, cause=squeeze)
    second = make_world("planted-lead-lag", 2, years=0.5, cause=lag)
    np.testing.assert_array_equal(squeeze_position(prices_seen(first), squeeze), first.oracle_position)
    np.testing.assert_array_equal(lead_lag_position(prices_seen(second), lag), second.oracle_position)


def test_the_default_cause_is_no_other_than_none_given() -> None:
    plain, named = make_world("planted", 5, years=0.1), make_world("planted", 5, years=0.1, cause=CauseParameters())
    assert plain.origin == named.origin
    np.testing.assert_array_equal(plain.markets[0].close, named.markets[0].close)


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_draws_the_same_cause_again_and_seeds_draw_many(kind: str) -> None:
    drawn = [drawn_cause(kind, seed) for seed in range(40)]
    assert drawn == [drawn_cause(kind, seed) for seed in range(40)]
    assert len(set(drawn)) > 12


@pytest.mark.parametrize("kind", KINDS)
def test_origin_and_description_tell_what_was_drawn(kind: str) -> None:
    cause = replace(drawn_cause(kind, 3), strength=0.3)
    world = make_world(kind, 1, years=0.05, cause=cause)
    assert json.loads(canonical_json(world.origin)) == world.origin
    assert asdict(cause) in world.origin["parameters"].values()
    assert "by 0.3 of" in world.description


def test_a_cause_of_another_world_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"cause of the planted world is .*: allowed is a CauseParameters"):
        make_world("planted", 1, years=0.05, cause=SqueezeParameters())
    with pytest.raises(ConfigError, match=r"cause of the empty world is .*: allowed is none"):
        make_world("empty", 1, years=0.05, cause=SqueezeParameters())


def test_a_world_without_a_cause_has_none_to_draw() -> None:
    with pytest.raises(ConfigError, match="world 'empty' has no cause to draw: choose one of planted, planted-session"):
        drawn_cause("empty", 1)
