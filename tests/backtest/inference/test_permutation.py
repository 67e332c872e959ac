"""Permuted bars: the same parts in another order, still bars, still aligned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from backtest.inference import exchangeable_share, permutation_p_value, permute_bars
from data.errors import DataError
from data.intervals import HOUR_MS

SERIES = ("open", "high", "low", "close", "volume", "funding_rate", "funding_cost")


def bars_of(make_market, rng, n_bars, holes=(), coin="TEST"):
    """Random bars: some closed without moving, some open where the one before closed."""
    body = np.exp(0.02 * rng.standard_normal(n_bars) * (rng.random(n_bars) < 0.8))
    gap = np.exp(0.01 * rng.standard_normal(n_bars) * (rng.random(n_bars) < 0.5))
    chain = np.multiply.accumulate(np.column_stack([gap, body]).ravel())
    opens, closes = 100 * chain[0::2], 100 * chain[1::2]
    return make_market(
        opens,
        np.maximum(opens, closes) * np.exp(0.01 * rng.random(n_bars) * (rng.random(n_bars) < 0.7)),
        np.minimum(opens, closes) * np.exp(-0.01 * rng.random(n_bars) * (rng.random(n_bars) < 0.7)),
        closes,
        volume=rng.random(n_bars),
        funding_rate=np.where(rng.random(n_bars) < 0.3, 1e-4 * rng.standard_normal(n_bars), 0.0),
        available=[i not in holes for i in range(n_bars)],
        coin=coin,
    )


def bodies(market):
    """Return what travels with a bar, one row each, sorted."""
    here = market.is_available
    parts = [market.high / market.open, market.low / market.open, market.close / market.open]
    parts += [market.volume, market.funding_rate, market.funding_cost / market.open]
    rows = np.round(np.column_stack(parts)[here], 10)
    return rows[np.lexsort(rows.T[::-1])]


def gaps(market):
    """Return opens over the close before, of bars that have a bar before them, sorted."""
    both = market.is_available[1:] & market.is_available[:-1]
    return np.sort((market.open[1:] / market.close[:-1])[both])


def later(market, bars):
    """Return a market whose calendar begins so many bars later."""
    return replace(market, time_ms=market.time_ms + bars * HOUR_MS)


def permuted_if_possible(markets, rng, **arguments):
    """Return permuted markets; hypothesis draws others where nothing can change place."""
    try:
        return permute_bars(markets, rng, **arguments)
    except DataError:
        reject()


HOLES = st.sets(st.integers(0, 39), max_size=8)
BEGINS = st.integers(0, 200)
"""How late after a border of the clock a calendar begins, in bars."""


@given(st.integers(0, 2**32 - 1), HOLES, BEGINS, st.integers(0, 30), st.sampled_from([1, 1, 2, 3, 7]))
@settings(max_examples=60)
def test_parts_stay_and_bars_stay_bars(make_market, seed, holes, begin, first_bar, block_bars):
    rng = np.random.default_rng(seed)
    market = later(bars_of(make_market, rng, 40, holes), begin)
    (found,) = permuted_if_possible([market], rng, first_bar=first_bar, block_bars=block_bars)
    assert np.array_equal(found.is_available, market.is_available)
    assert np.array_equal(found.time_ms, market.time_ms)
    here = market.is_available
    assert np.all(found.high[here] >= np.maximum(found.open, found.close)[here])
    assert np.all(found.low[here] <= np.minimum(found.open, found.close)[here])
    assert np.isnan(found.open[~here]).all()
    assert bodies(found) == pytest.approx(bodies(market), abs=1e-9)
    assert gaps(found) == pytest.approx(gaps(market), rel=1e-12)
    # A gap of nothing is exactly nothing still: no rule may see rounding.
    assert np.count_nonzero(gaps(found) == 1.0) == np.count_nonzero(gaps(market) == 1.0)
    for name in SERIES:
        assert getattr(found, name)[:first_bar] == pytest.approx(getattr(market, name)[:first_bar], nan_ok=True)


@given(st.integers(0, 2**32 - 1), HOLES, HOLES, BEGINS, st.sampled_from([1, 3, 4]))
@settings(max_examples=40)
def test_markets_stay_aligned_and_every_bar_keeps_its_place_in_its_block(
    make_market, seed, holes, other_holes, begin, block_bars
):
    """Volumes are bar numbers: on every bar that both coins have, both show the same one."""
    rng = np.random.default_rng(seed)
    one, other = (
        replace(
            later(bars_of(make_market, rng, 40, absent, coin), begin),
            volume=np.where([i not in absent for i in range(40)], np.arange(40.0), np.nan),
        )
        for coin, absent in (("A", holes), ("B", other_holes))
    )
    found = permuted_if_possible([one, other], rng, block_bars=block_bars)
    both = one.is_available & other.is_available
    assert np.array_equal(found[0].volume[both], found[1].volume[both])
    assert set(found[0].volume[both]) == set(np.flatnonzero(both))
    for before, after in zip((one, other), found, strict=True):
        here = np.flatnonzero(before.is_available)
        assert np.all((after.volume[here] - here) % block_bars == 0)


def test_three_bars_by_hand(make_market):
    """Bodies x2, x0.5, x4 and gaps -, 1.5, 1.25: the first bar stays, the other two may change places."""
    market = make_market([100, 300, 187.5], close=[200, 150, 750])
    seen = set()
    for seed in range(40):
        (found,) = permute_bars([market], np.random.default_rng(seed))
        seen.add((tuple(found.open.tolist()), tuple(found.close.tolist())))
    # Bodies 0.5 and 4 in either order, gaps 1.5 and 1.25 in either order.
    assert seen == {
        ((100.0, 300.0, 187.5), (200.0, 150.0, 750.0)),
        ((100.0, 250.0, 187.5), (200.0, 125.0, 750.0)),
        ((100.0, 300.0, 1500.0), (200.0, 1200.0, 750.0)),
        ((100.0, 250.0, 1500.0), (200.0, 1000.0, 750.0)),
    }


def orders(market, block_bars, **arguments):
    """Return every order in which the bars of a market, numbered by their volumes, come."""
    drawn = (permute_bars([market], np.random.default_rng(i), block_bars=block_bars, **arguments)[0] for i in range(40))
    return {tuple(int(number) for number in found.volume) for found in drawn}


def test_blocks_are_cut_at_the_clock_and_those_cut_off_stay(make_market):
    """Nine bars from the second of a block of three on: two bars are cut off, then 2-4 and 5-7, and one at the end."""
    market = later(make_market(np.arange(1.0, 10.0), volume=np.arange(9.0)), 1)
    assert orders(market, 3) == {(0, 1, 2, 3, 4, 5, 6, 7, 8), (0, 1, 5, 6, 7, 2, 3, 4, 8)}
    assert exchangeable_share([market], block_bars=3) == 6 / 9


def test_the_first_block_of_a_history_stays_since_nothing_is_before_it(make_market):
    market = make_market(np.arange(1.0, 7.0), volume=np.arange(6.0))
    assert orders(market, 2) == {(0, 1, 2, 3, 4, 5), (0, 1, 4, 5, 2, 3)}
    with pytest.raises(DataError, match="no block of 2 bars can change place: received 1 complete ones"):
        permute_bars([market], np.random.default_rng(1), block_bars=2, first_bar=3)


def test_a_block_with_a_hole_changes_place_with_one_that_has_the_same(make_market):
    """Blocks of three: whole, hole in the middle, whole, hole in the middle, whole. The first has nothing before it."""
    market = make_market(
        np.arange(1.0, 16.0), volume=np.arange(15.0), available=[bar not in (4, 10) for bar in range(15)]
    )
    volumes = replace(market, volume=np.arange(15.0))
    assert {order[3:6] for order in orders(volumes, 3)} == {(3, 4, 5), (9, 10, 11)}
    assert {order[6:9] for order in orders(volumes, 3)} == {(6, 7, 8), (12, 13, 14)}
    # Ten of the thirteen bars that are there.
    assert exchangeable_share([market], block_bars=3) == 10 / 13


def test_a_hole_of_one_coin_holds_the_block_of_all(make_market):
    one = make_market(np.arange(1.0, 9.0), volume=np.arange(8.0), coin="A")
    other = make_market(np.arange(1.0, 9.0), available=[bar != 3 for bar in range(8)], coin="B")
    # Of the blocks 2-3, 4-5 and 6-7 the first has a hole, and the second begins after it.
    with pytest.raises(
        DataError, match="received 4 complete ones from 2024-01-01 00:00 to 2024-01-01 07:00 UTC, no two of them alike"
    ):
        permute_bars([one, other], np.random.default_rng(1), block_bars=2)
    assert orders(one, 2) != {tuple(range(8))}


@pytest.mark.parametrize("block_bars", [24, 168])
def test_a_rule_of_the_clock_keeps_its_days_and_weeks(make_market, block_bars):
    """Half a year from 9 o'clock on, with three holes; volumes are hours of the block, and funding is paid at 0, 8, 16.

    Before blocks were cut at the clock most bars landed on another hour.
    """
    hours = 9 + np.arange(24 * 182)
    market = later(
        make_market(
            1.0 + hours,
            volume=(hours % block_bars).astype(float),
            funding_rate=np.where(hours % 8 == 0, 1e-4, 0.0),
            available=[bar not in (500, 501, 1_700, 3_333) for bar in range(hours.size)],
        ),
        9,
    )
    (found,) = permute_bars([market], np.random.default_rng(1), block_bars=block_bars)
    assert np.array_equal(found.volume, market.volume, equal_nan=True)
    assert np.array_equal(found.funding_rate, market.funding_rate)
    assert np.mean(found.close != market.close) > 0.8


@pytest.mark.parametrize("block_bars", [1, 6])
def test_unknown_funding_stays_where_it_is(make_market, block_bars):
    """Nobody knows the rates of one coin's first hundred bars: no bar of theirs changes place with a later one."""
    rate = np.where(np.arange(300) < 100, np.nan, 1e-4)
    market = make_market(np.arange(1.0, 301.0), volume=np.arange(300.0), funding_rate=rate, coin="A")
    other = make_market(np.arange(1.0, 301.0), funding_rate=np.full(300, 1e-4), coin="B")
    found, _ = permute_bars([market, other], np.random.default_rng(4), block_bars=block_bars)
    assert np.array_equal(np.isnan(found.funding_rate), np.isnan(rate))
    assert np.array_equal(np.isnan(found.funding_cost), np.isnan(rate))
    assert set(found.volume[:100]) == set(range(100))
    assert not np.array_equal(found.volume[1:100], market.volume[1:100])


def test_drift_stays_so_that_always_long_is_never_surprised(make_market):
    """The last close is the same, up to rounding: what was held throughout earns the same in every history."""
    market = bars_of(make_market, np.random.default_rng(3), 300)
    ends = [permute_bars([market], np.random.default_rng(seed))[0].close[-1] for seed in range(5)]
    assert ends == pytest.approx([market.close[-1]] * 5, rel=1e-12)


def test_funding_is_paid_on_the_new_price(make_market):
    market = bars_of(make_market, np.random.default_rng(3), 300)
    (found,) = permute_bars([market], np.random.default_rng(4))
    assert found.funding_cost == pytest.approx(found.funding_rate * found.open, rel=1e-12)


def test_the_memory_of_a_trend_is_destroyed(make_market):
    """A wave of 50 bars: half of it explains the next bar before, nothing after."""
    wave = np.exp(np.cumsum(0.02 * np.sin(np.arange(1_000) / 8)))
    (found,) = permute_bars([make_market(wave, close=wave)], np.random.default_rng(4))
    steps, moved = (np.diff(np.log(series)) for series in (wave, found.close))
    assert np.corrcoef(steps[1:], steps[:-1])[0, 1] > 0.9
    assert abs(np.corrcoef(moved[1:], moved[:-1])[0, 1]) < 0.1


def test_markets_of_two_calendars_are_refused(make_market):
    one = make_market([1.0, 2.0])
    with pytest.raises(DataError, match="B does not share the calendar of TEST"):
        permute_bars([one, replace(make_market([1.0, 2.0, 3.0], coin="B"))], np.random.default_rng(1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"first_bar": 2}, "first_bar: received 2; allowed are 0 to 1, the last bar"),
        ({"first_bar": -1}, "first_bar: received -1"),
        ({"block_bars": 0}, "block_bars: received 0; allowed is a whole number of at least 1"),
    ],
)
def test_impossible_orders_are_refused(make_market, arguments, message):
    with pytest.raises(ValueError, match=message):
        permute_bars([make_market([1.0, 2.0])], np.random.default_rng(1), **arguments)
    with pytest.raises(ValueError, match="markets: received none"):
        permute_bars([], np.random.default_rng(1))


def test_the_p_value_of_a_permutation_counts_the_history_that_was():
    """Two of four at least as good: 3 / 5. None of 99: 0.01, and never 0."""
    assert permutation_p_value(1.0, [0.0, 1.0, 2.0, 0.5]) == 0.6
    assert permutation_p_value(9.0, np.zeros(99)) == 0.01
    with pytest.raises(ValueError, match="received 0 values"):
        permutation_p_value(1.0, [])
    with pytest.raises(ValueError, match="1 of them NaN"):
        permutation_p_value(1.0, [np.nan, 1.0])
