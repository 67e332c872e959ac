"""What a made world is: arguments, arrays, and what its seed decides."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from data.bars import Bars
from data.canonical import canonical_json
from data.errors import ConfigError, DataError
from data.market import SERIES
from data.quality import check_bars
from data.worlds import WORLD_NAMES, World, make_world
from data.worlds.parameters import COINS, CauseParameters

SHORT = 0.1


def assert_same(first: World, second: World, names: tuple[str, ...] = SERIES) -> None:
    for a, b in zip(first.markets, second.markets, strict=True):
        for name in names:
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=f"{a.coin} {name}")


def differs(first: World, second: World, name: str) -> bool:
    return not any(
        np.array_equal(getattr(a, name), getattr(b, name)) for a, b in zip(first.markets, second.markets, strict=True)
    )


@pytest.mark.parametrize("name", WORLD_NAMES)
def test_bars_are_hourly_from_2020_and_pass_every_rule_of_quality(name: str) -> None:
    world = make_world(name, 3, years=1.0)
    assert world.coins == ("BTC", "DOGE", "ETH", "SOL")
    for market in world.markets:
        assert market.n_bars == 8760
        assert market.time_ms[0] == 1_577_836_800_000
        assert np.all(np.diff(market.time_ms) == 3_600_000)
        assert market.is_available.all()
        assert all(np.isfinite(getattr(market, series)).all() for series in SERIES)
        bars = Bars(market.time_ms, market.open, market.high, market.low, market.close, market.volume)
        assert check_bars(bars, market.interval_ms).findings == ()
        np.testing.assert_array_equal(market.open[1:], market.close[:-1])
        np.testing.assert_array_equal(market.funding_cost, market.funding_rate * market.open)


def test_five_years_are_43800_bars() -> None:
    assert make_world("empty", 0).markets[0].n_bars == 43_800


def test_instruments_have_the_lots_and_leverages_of_their_coins() -> None:
    instruments = {market.coin: market.instrument for market in make_world("empty", 0, years=SHORT).markets}
    assert {coin: item.lot_size for coin, item in instruments.items()} == {
        "BTC": 1e-5,
        "DOGE": 1.0,
        "ETH": 1e-4,
        "SOL": 1e-2,
    }
    assert {coin: item.max_leverage for coin, item in instruments.items()} == {
        "BTC": 40,
        "DOGE": 10,
        "ETH": 25,
        "SOL": 20,
    }
    assert {item.venue for item in instruments.values()} == {"synthetic"}


def test_a_seed_decides_everything() -> None:
    first, second = (make_world("planted", 7, years=SHORT) for _ in range(2))
    assert_same(first, second)
    np.testing.assert_array_equal(first.oracle_position, second.oracle_position)
    assert first.origin == second.origin


def test_another_seed_is_another_world() -> None:
    first, second = (make_world("planted", seed, years=SHORT) for seed in (7, 8))
    assert all(differs(first, second, name) for name in ("close", "high", "low", "volume", "funding_rate"))


def test_the_plant_changes_prices_by_its_drift_and_nothing_else() -> None:
    planted = make_world("planted", 5, years=1.0)
    off = make_world("planted", 5, years=1.0, plant_strength=0.0)
    assert_same(planted, off, ("volume", "funding_rate"))
    np.testing.assert_array_equal(planted.oracle_position, off.oracle_position)
    for column, coin in enumerate(COINS):
        with_plant, without = planted.markets[column], off.markets[column]
        drift = np.log(with_plant.close / with_plant.open) - np.log(without.close / without.open)
        expected = CauseParameters().strength * coin.volatility * planted.oracle_position[:, column]
        np.testing.assert_allclose(drift, expected, atol=1e-12)


def test_the_empty_world_is_the_planted_one_switched_off_without_an_oracle() -> None:
    empty = make_world("empty", 5, years=1.0)
    off = make_world("planted", 5, years=1.0, plant_strength=0.0)
    assert_same(empty, off)
    assert not empty.oracle_position.any()
    assert off.oracle_position.any()


def test_the_plant_has_the_strength_asked_for() -> None:
    strong = make_world("planted", 5, years=1.0, plant_strength=0.5)
    off = make_world("planted", 5, years=1.0, plant_strength=0.0)
    growth = np.log(strong.markets[0].close[-1] / off.markets[0].close[-1])
    assert growth == pytest.approx(0.5 * 0.005 * strong.oracle_position[:, 0].sum(), abs=1e-9)
    assert strong.origin["parameters"]["cause"]["strength"] == 0.5


def test_origin_is_plain_json_and_tells_worlds_apart() -> None:
    planted, empty = (make_world(name, 11, years=SHORT) for name in ("planted", "empty"))
    read_back = json.loads(canonical_json(planted.origin))
    assert read_back == planted.origin
    assert (read_back["name"], read_back["seed"], read_back["version"]) == ("planted", 11, 1)
    assert read_back["parameters"]["years"] == SHORT
    assert read_back["parameters"]["cause"]["window"] == 168
    assert planted.origin != empty.origin
    assert empty.origin["parameters"]["cause"]["strength"] == 0.0


def test_descriptions_say_what_is_hidden() -> None:
    assert "z-score over 168 h" in make_world("planted", 0, years=SHORT).description
    assert "nothing to find" in make_world("empty", 0, years=SHORT).description


def test_arrays_cannot_be_written() -> None:
    world = make_world("planted", 0, years=SHORT)
    with pytest.raises(ValueError, match="read-only"):
        world.oracle_position[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        world.markets[0].close[0] = 1.0


def test_an_oracle_of_another_shape_is_refused() -> None:
    world = make_world("planted", 0, years=SHORT)
    with pytest.raises(DataError, match=r"oracle_position has shape \(876, 3\); allowed is \(876, 4\)"):
        World(world.markets, world.oracle_position[:, :3].copy(), "", {})


def test_one_hour_is_a_world() -> None:
    assert make_world("planted", 0, years=1 / 8760).markets[0].n_bars == 1


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ConfigError, match="world 'plnted' is unknown: choose one of planted, planted-session, empty"):
        make_world("plnted", 0)


@pytest.mark.parametrize("seed", [-1, True, 1.5, "3"])
def test_a_seed_that_is_not_a_whole_number_is_refused(seed: object) -> None:
    with pytest.raises(ConfigError, match=r"seed is .*: allowed is a whole number, 0 or more"):
        make_world("empty", seed)  # type: ignore[arg-type]


@pytest.mark.parametrize("years", [0.0, -1.0, 20.1, math.nan, math.inf, 1e-6])
def test_a_length_out_of_range_is_refused(years: float) -> None:
    with pytest.raises(ConfigError, match=r"years is .*: allowed is a number from one hour"):
        make_world("empty", 0, years=years)


@pytest.mark.parametrize("strength", [-0.1, 1.5, math.nan, math.inf])
def test_a_strength_out_of_range_is_refused(strength: float) -> None:
    with pytest.raises(ConfigError, match=r"plant_strength is .*: allowed is a number from 0 to 1"):
        make_world("planted", 0, plant_strength=strength)


def test_a_plant_in_the_empty_world_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"plant_strength is 0\.05 in the empty world"):
        make_world("empty", 0, plant_strength=0.05)
