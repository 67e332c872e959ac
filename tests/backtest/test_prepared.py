"""Costs folded into a market: funding of both sides, capacity, segments, and what is remembered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.layout import CAPACITY, FAR_BARS, LONG, LOW, MOST_PAID, NEAR_BARS, PAID, SHORT
from backtest.prepared import prepare
from backtest.risk import Risk, SizingRule
from backtest.trace import trace
from data.intervals import HOUR_MS

NAN = float("nan")


def funding_of(market, make_signals, costs, **level) -> float:
    """Return what one coin pays that is held from the open of bar 1 to the open of the last."""
    signals = make_signals(market.n_bars, **level)
    trades = trace(prepare(market, costs), signals, Risk(max_hold_bars=market.n_bars - 2)).trades
    return float(trades.funding[0] / trades.quantity[0])


def test_longs_pay_what_shorts_receive(make_market, make_signals):
    """Nothing at the open of bar 1, where the position begins; 0.11 and then -0.24 USDC at the next two."""
    market = make_market([100, 100, 110, 120], funding_rate=[0.1, 0.1, 1e-3, -2e-3])
    assert funding_of(market, make_signals, Costs(), long_entry=[0]) == pytest.approx(-0.13)
    assert funding_of(market, make_signals, Costs(), short_entry=[0]) == pytest.approx(0.13)


@pytest.mark.parametrize(("hours", "paid"), [(1, 0.01), (8, 0.08), (24, 0.24)])
def test_both_sides_pay_the_pessimistic_rate_where_funding_is_unknown(make_market, make_signals, hours, paid):
    """8 bps in 8 hours at 100 USDC are 1 cent an hour; the bar after costs 10 cents a long."""
    market = make_market([100] * 4, funding_rate=[0.0, 0.0, NAN, 1e-3])
    market = replace(market, interval_ms=hours * HOUR_MS, time_ms=hours * market.time_ms)
    costs = Costs(unknown_funding_bps_per_8h=8.0)
    assert funding_of(market, make_signals, costs, long_entry=[0]) == pytest.approx(paid + 0.1)
    assert funding_of(market, make_signals, costs, short_entry=[0]) == pytest.approx(paid - 0.1)


def test_capacity_is_a_share_of_the_mean_volume_of_24_bars_before(make_market):
    """Volumes 1, 2, 3 ...: before bar 30 lie 7 to 30 with a mean of 18.5."""
    market = make_market([100] * 31, volume=np.arange(1, 32))
    capacity = prepare(market, Costs(capacity_share=0.5)).arrays.quotes[:, CAPACITY]
    assert capacity[:4].tolist() == [0.0, 0.5, 0.75, 1.0]
    assert capacity[24] == pytest.approx(0.5 * 12.5)
    assert capacity[30] == pytest.approx(0.5 * 18.5)


def test_capacity_leaves_missing_bars_out_of_the_mean_and_reaches_over_them(make_market):
    available = np.ones(60, dtype=bool)
    available[[1, 2]] = False
    available[30:57] = False
    volume = np.full(60, 10.0)
    volume[0], volume[28] = 40.0, 70.0
    market = make_market([100] * 60, volume=volume, available=available)
    capacity = prepare(market, Costs(capacity_share=1.0)).arrays.quotes[:, CAPACITY]
    assert capacity[3] == 40.0
    assert capacity[4] == 25.0
    # Bars 28 to 51 of which only 28 and 29 traded; then 29 alone; then none.
    assert capacity[52:55].tolist() == [40.0, 10.0, 0.0]
    assert capacity[58] == 10.0


def test_segments_are_the_runs_of_available_bars(make_market):
    market = make_market([100] * 8, available=[False, True, True, False, True, False, True, True])
    prepared = prepare(market, Costs())
    assert prepared.segments(0, 8).tolist() == [[1, 3], [4, 5], [6, 8]]
    assert prepared.segments(2, 7).tolist() == [[2, 3], [4, 5], [6, 7]]
    assert prepared.segments(3, 4).shape == (0, 2)


def test_sizing_is_computed_once_for_each_rule_and_window(make_market):
    prepared = prepare(make_market(np.linspace(100, 200, 760)), Costs())
    risk = Risk(sizing=SizingRule.RISK_PER_STOP, sizing_window_bars=5)
    first = prepared.sizing(risk)
    assert prepared.sizing(replace(risk, stop=0.1, scale=2.0)) is first
    assert prepared.sizing(replace(risk, sizing_window_bars=8)) is not first
    assert prepared.sizing(replace(risk, sizing=SizingRule.INVERSE_VOLATILITY))[1].tolist() == [1.0]
    assert prepared.sizing(Risk(sizing_window_bars=5)) is prepared.sizing(Risk(sizing_window_bars=8))


def test_nothing_prepared_can_be_written(make_market):
    arrays = prepare(make_market([100] * 40), Costs()).arrays
    assert len(arrays) >= 3
    assert not any(array.flags.writeable for array in arrays)


def test_year_has_as_many_bars_as_the_interval_says(make_market):
    assert prepare(make_market([100] * 4), Costs()).bars_per_year == 8760.0


def test_blocks_hold_the_least_low_and_the_largest_high(make_market):
    """Two blocks of eight bars and one of two; over a missing bar the others count."""
    low = np.array([9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 5.0, 6.0, 7.0, 8.0, 9.0, 8.0, 7.0, 6.0, 5.0])
    market = make_market([10.0] * 18, low=low, high=low + 10.0)
    arrays = prepare(market, Costs()).arrays
    assert arrays.path[:2].tolist() == [[9.0, 19.0], [8.0, 18.0]]
    assert arrays.near.tolist() == [[2.0, 19.0], [1.0, 19.0], [5.0, 16.0]]
    assert arrays.far[:, :2].tolist() == [[1.0, 19.0]]
    available = [bar not in {7, 8, 16, 17} for bar in range(18)]
    holey = make_market([10.0] * 18, low=low, high=low + 10.0, available=available)
    near = prepare(holey, Costs()).arrays.near
    assert near[:2].tolist() == [[3.0, 19.0], [5.0, 19.0]]
    assert np.isnan(near[2]).all()


@pytest.mark.parametrize("n_bars", [1, 7, 8, 9, 31, 32, 33, 64, 100])
def test_blocks_cover_every_bar(make_market, n_bars):
    low = 100.0 + np.random.default_rng(3).random(n_bars)
    arrays = prepare(make_market([100.0] * n_bars, low=low, high=low + 10.0), Costs()).arrays
    for blocks, size in ((arrays.near, NEAR_BARS), (arrays.far, FAR_BARS)):
        expected = [low[first : first + size].min() for first in range(0, n_bars, size)]
        assert blocks[:, LOW].tolist() == expected


def test_most_paid_is_that_of_the_bars_of_a_block(make_market):
    rates = np.random.default_rng(3).normal(0.0, 1e-3, 40)
    arrays = prepare(make_market([100.0] * 40, funding_rate=rates), Costs()).arrays
    for way in (LONG, SHORT):
        paid = arrays.quotes[:, PAID + way]
        assert arrays.far[:, MOST_PAID + way].tolist() == [paid[:32].max(), paid[32:].max()]
