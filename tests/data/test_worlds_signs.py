"""Bars taken apart and put together, and moves with random signs: worked by hand and on made bars."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from data.bars import Bars
from data.errors import ConfigError, DataError
from data.market import Market
from data.quality import check_bars
from data.worlds import World, make_world
from data.worlds.parts import to_markets, to_parts
from data.worlds.signs import random_signs

Maker = Callable[..., Market]


@pytest.fixture(scope="module")
def history() -> tuple[Market, ...]:
    return make_world("garch", 3, years=1.0).markets


def moves(world: World) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.stack([np.diff(np.log(market.close)) for market in world.markets], axis=1)


def test_parts_of_three_bars_by_hand(make_market: Maker) -> None:
    market = make_market(
        [100.0, 110.0, 100.0], [105.0, 120.0, 100.0], [95.0, 100.0, 90.0], [100.0, 120.0, 95.0], [2.0, 3.0, 4.0]
    )
    parts = to_parts([market])
    np.testing.assert_allclose(np.exp(parts.gap[:, 0]), [1.0, 1.1, 100 / 120])
    np.testing.assert_allclose(np.exp(parts.highest[:, 0]), [1.05, 120 / 110, 1.0])
    np.testing.assert_allclose(np.exp(parts.lowest[:, 0]), [0.95, 100 / 110, 0.9])
    np.testing.assert_allclose(np.exp(parts.body[:, 0]), [1.0, 120 / 110, 0.95])
    np.testing.assert_allclose(parts.volume_usdc[:, 0], [200.0, 330.0, 400.0])
    turned = to_markets(parts.taken(np.array([0, 2, 1])), [market])[0]
    # The third bar opens a sixth below the first one's close, the second a tenth above the third's.
    np.testing.assert_allclose(turned.open, [100.0, 250 / 3, 1.1 * 250 / 3 * 0.95])
    np.testing.assert_allclose(turned.close, [100.0, 250 / 3 * 0.95, 250 / 3 * 0.95 * 1.2])
    np.testing.assert_allclose(turned.volume * turned.open, [200.0, 400.0, 330.0])


def test_a_hole_is_left_out_and_nothing_jumps_over_it(make_market: Maker) -> None:
    market = make_market([100.0, 1.0, 50.0, 50.0], close=[100.0, 1.0, 50.0, 60.0], available=[True, False, True, True])
    parts = to_parts([market])
    assert parts.n_bars == 3
    np.testing.assert_allclose(parts.gap[:, 0], [0.0, 0.0, 0.0])
    joined = to_markets(parts, [market])[0]
    np.testing.assert_allclose(joined.close, [100.0, 100.0, 120.0])
    assert np.all(np.diff(joined.time_ms) == market.interval_ms)


def test_a_history_put_together_in_its_own_order_is_itself(history: tuple[Market, ...]) -> None:
    again = to_markets(to_parts(history), history)
    for was, became in zip(history, again, strict=True):
        for name in ("open", "high", "low", "close", "volume", "funding_rate", "funding_cost"):
            np.testing.assert_allclose(getattr(became, name), getattr(was, name), rtol=1e-9, err_msg=name)


def test_coins_that_never_trade_together_are_refused(make_market: Maker) -> None:
    early = make_market([1.0, 1.0], available=[True, False])
    late = replace(make_market([1.0, 1.0], available=[False, True]), instrument=replace(early.instrument, coin="LATE"))
    with pytest.raises(DataError, match="TEST, LATE trade together on 0 bars; at least 2 are needed"):
        to_parts([early, late])


def test_random_signs_keep_the_size_of_moves_and_lose_their_direction(history: tuple[Market, ...]) -> None:
    world = random_signs(history, 5, source="test")
    was, became = to_parts(history).body, to_parts(world.markets).body
    np.testing.assert_allclose(np.abs(became), np.abs(was), atol=3e-3)
    kept = np.sign(became) == np.sign(was)
    assert 0.45 < kept.mean() < 0.55
    large = np.abs(was) > 0.005
    together = (kept[large.all(axis=1)] == kept[large.all(axis=1)][:, :1]).all(axis=1)
    assert together.all(), "all coins of a bar share one sign"


def test_a_bar_turned_over_has_its_high_below(make_market: Maker) -> None:
    market = make_market([100.0] * 8, [110.0] * 8, [98.0] * 8, [100.0] * 8)
    world = random_signs([market], 1, source="test")
    ranges = {(round(m, 6), round(n, 6)) for m, n in zip(*_reaches(world.markets[0]), strict=True)}
    assert ranges == {(1.1, 0.98), (round(1 / 0.98, 6), round(1 / 1.1, 6))}


def _reaches(market: Market) -> tuple[list[float], list[float]]:
    return (market.high / market.open).tolist(), (market.low / market.open).tolist()


def test_a_move_and_its_mirror_are_worth_the_funding_at_its_end(make_market: Maker) -> None:
    # One move of log(2) and a rate of 1 % at the next open: both outcomes together return 1 / (1 - 0.01) in the mean.
    market = make_market([100.0, 100.0, 200.0], close=[100.0, 200.0, 200.0], funding_rate=[0.0, 0.0, 0.01])
    outcomes = {round(float(random_signs([market], seed, source="test").markets[0].close[1]), 9) for seed in range(20)}
    assert len(outcomes) == 2
    assert sum(outcomes) / 2 == pytest.approx(100.0 / 0.99)


def test_no_timing_earns_on_random_signs(history: tuple[Market, ...]) -> None:
    gains = []
    for seed in range(8):
        returns = moves(random_signs(history, seed, source="test"))
        gains.append((np.sign(returns[:-1]) * returns[1:]).mean(axis=1))
    sample = np.concatenate(gains)
    assert abs(sample.mean() / sample.std(ddof=1) * math.sqrt(sample.size)) < 4.0


def test_bars_pass_every_rule_of_quality(history: tuple[Market, ...]) -> None:
    for market in random_signs(history, 2, source="test").markets:
        bars = Bars(market.time_ms, market.open, market.high, market.low, market.close, market.volume)
        assert check_bars(bars, market.interval_ms).findings == ()
        assert not np.isnan(market.funding_cost).any()


def test_a_seed_decides_everything(history: tuple[Market, ...]) -> None:
    first, again, other = (random_signs(history, seed, source="test").markets[0].close for seed in (4, 4, 5))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("seed", [-1, True, 1.5])
def test_a_seed_that_is_not_a_whole_number_is_refused(history: tuple[Market, ...], seed: int) -> None:
    with pytest.raises(ConfigError, match=r"seed is .*: allowed is a whole number, 0 or more"):
        random_signs(history, seed, source="test")
