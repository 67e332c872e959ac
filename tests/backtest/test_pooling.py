"""Sleeves to one equity, by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.pooling import pool, simulate_pooled
from backtest.prepared import prepare
from backtest.result import Counts, Failure, Metrics, Result
from backtest.risk import Risk

NAN = math.nan
FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)
YEAR = 8.0


def sleeve(change, *, n_trades=0, n_forced=0, win_rate=NAN, traded=0.0, held=0, failure=None) -> Result:
    """A sleeve that began with 500 USDC."""
    nothing = Metrics(NAN, NAN, NAN, NAN, NAN, NAN, NAN, n_trades, win_rate)
    change = np.array(change, dtype=np.float64)
    counts = Counts(n_forced, 0, 0, 0)
    return Result("TEST", 10, 10 + change.size, 500.0, nothing, counts, failure, np.zeros(2), change, traded, held)


@pytest.fixture
def two_sleeves() -> list[Result]:
    """Together 1000, 1050, 1040, 1000."""
    return [
        sleeve([0, 50, -20, 0], n_trades=1, n_forced=1, win_rate=0.5, traded=300.0, held=2),
        sleeve([0, 0, 10, -40], n_trades=2, win_rate=1.0, traded=700.0, held=1),
    ]


def test_returns_are_those_of_the_summed_equity(two_sleeves):
    pooled = pool(two_sleeves, bars_per_year=YEAR)
    assert pooled.returns == pytest.approx([0.0, 0.05, -10 / 1050, -40 / 1040], rel=1e-12)
    assert pooled.sleeves == tuple(two_sleeves)
    assert pooled.failure is None


def test_metrics_are_those_of_the_summed_equity(two_sleeves):
    returns = np.array([0.0, 0.05, -10 / 1050, -40 / 1040])
    metrics = pool(two_sleeves, bars_per_year=YEAR).metrics
    assert metrics.net_return == pytest.approx(0.0, abs=1e-12)
    assert metrics.sharpe == pytest.approx(returns.mean() / returns.std(ddof=1) * math.sqrt(8), rel=1e-12)
    losses = math.sqrt(((10 / 1050) ** 2 + (40 / 1040) ** 2) / 4)
    assert metrics.sortino == pytest.approx(returns.mean() / losses * math.sqrt(8), rel=1e-12)
    assert metrics.max_drawdown == pytest.approx(50 / 1050, rel=1e-12)
    assert metrics.calmar == pytest.approx(0.0, abs=1e-12)


def test_activity_is_summed_and_exposure_averaged(two_sleeves):
    """1000 USDC traded with 1000 in half a year; 3 of 8 sleeve-bars; one win of two and two of two."""
    metrics = pool(two_sleeves, bars_per_year=YEAR).metrics
    assert metrics.turnover == pytest.approx(2.0)
    assert metrics.exposure == 3 / 8
    assert metrics.n_trades == 3
    assert metrics.win_rate == 3 / 4


@pytest.mark.parametrize(
    ("n_blocks", "expected"),
    [(1, [0.0]), (2, [math.log(1.05), math.log(1000 / 1050)]), (3, [0.0, math.log(1.05), math.log(1000 / 1050)])],
)
def test_blocks_are_equal_parts_of_the_summed_equity(two_sleeves, n_blocks, expected):
    """Three blocks of four bars: bar 0, bar 1, bars 2 and 3."""
    assert pool(two_sleeves, bars_per_year=YEAR, n_blocks=n_blocks).block_log_returns == pytest.approx(
        expected, abs=1e-12
    )


def test_more_blocks_than_bars_leave_some_empty(two_sleeves):
    blocks = pool(two_sleeves, bars_per_year=YEAR, n_blocks=8).block_log_returns
    assert blocks[::2].tolist() == [0.0] * 4
    assert blocks[1::2] == pytest.approx(np.log([1.0, 1.05, 1040 / 1050, 1000 / 1040]), abs=1e-12)


def test_one_ruined_sleeve_ruins_the_pool(two_sleeves):
    dead = replace(two_sleeves[1], failure=Failure.RUINED)
    pooled = pool([two_sleeves[0], dead], bars_per_year=YEAR)
    assert pooled.failure is Failure.RUINED
    assert np.isnan(pooled.returns).all()
    assert np.isnan(pooled.block_log_returns).all()
    assert math.isnan(pooled.metrics.sharpe)
    assert pooled.metrics.n_trades == 3


def test_sleeve_that_never_traded_is_no_failure_of_the_pool(two_sleeves):
    idle = sleeve([0, 0, 0, 0], failure=Failure.ZERO_VARIANCE)
    pooled = pool([two_sleeves[0], idle], bars_per_year=YEAR)
    assert pooled.failure is None
    assert pooled.metrics.net_return == pytest.approx(0.03)
    assert pooled.metrics.win_rate == 0.5


def test_pool_that_never_traded_has_zero_variance():
    pooled = pool([sleeve([0, 0, 0])] * 2, bars_per_year=YEAR)
    assert pooled.failure is Failure.ZERO_VARIANCE
    assert math.isnan(pooled.metrics.sharpe)
    assert math.isnan(pooled.metrics.win_rate)
    assert pooled.returns.tolist() == [0.0] * 3


@pytest.mark.parametrize("results", [[], [sleeve([0, 1]), sleeve([0, 1, 2])]])
def test_sleeves_of_different_bars_and_none_at_all_are_refused(results):
    with pytest.raises(ValueError, match="allowed are one or more that share start and stop"):
        pool(results, bars_per_year=YEAR)


def test_capital_is_split_equally_between_the_coins(make_market, make_signals):
    """300 USDC each at 100: three coins up 10, three coins down 20, and one idle sleeve."""
    markets = [make_market([100, 100, close, close]) for close in (110, 80, 50)]
    signals = [make_signals(4, long_entry=[0]), make_signals(4, long_entry=[0]), make_signals(4)]
    pooled = simulate_pooled([prepare(m, FREE) for m in markets], signals, Risk(), capital=900.0)
    assert pooled.returns == pytest.approx([0.0, 0.0, -30 / 900, 0.0], abs=1e-12)
    assert [s.initial_capital for s in pooled.sleeves] == [300.0] * 3


def test_simulation_stops_at_the_first_ruined_sleeve(make_market, make_signals):
    """A short whose price more than doubles, then a sleeve that is not simulated any more."""
    markets = [make_market([100, 100, 250, 250], max_leverage=1), make_market([100, 100, 110, 110])]
    signals = [make_signals(4, short_entry=[0]), make_signals(4, long_entry=[0])]
    pooled = simulate_pooled([prepare(m, FREE) for m in markets], signals, Risk())
    assert pooled.failure is Failure.RUINED
    assert len(pooled.sleeves) == 1


def test_pool_of_one_sleeve_is_that_sleeve(make_market, make_signals):
    """Ten coins bought at 100, worth 110 and sold at 80."""
    prepared = prepare(make_market([100, 100, 110, 80]), FREE)
    signals = make_signals(4, long_entry=[0])
    pooled = simulate_pooled([prepared], [signals], Risk(), capital=1000.0, n_blocks=2)
    assert pooled.returns == pytest.approx([0.0, 0.0, 0.1, -300 / 1100])
    assert pooled.metrics == pooled.sleeves[0].metrics
    assert pooled.metrics.net_return == pytest.approx(-0.2)
    assert pooled.metrics.max_drawdown == pytest.approx(300 / 1100)
    assert pooled.block_log_returns == pytest.approx([0.0, math.log(0.8)])
    assert pool(pooled.sleeves, bars_per_year=8760.0, n_blocks=4).block_log_returns == pytest.approx(
        [0.0, 0.0, math.log(1.1), math.log(8 / 11)]
    )


@pytest.mark.parametrize("closes", [(110,), (110, 80)])
def test_statistics_are_the_same_whether_returns_are_kept_or_not(make_market, make_signals, closes):
    prepared = [prepare(make_market([100, 100, close, 105]), FREE) for close in closes]
    signals = [make_signals(4, long_entry=[0])] * len(closes)
    kept, left = (simulate_pooled(prepared, signals, Risk(), keep_returns=keep) for keep in (True, False))
    assert left.returns.size == 0
    assert kept.returns.size == 4
    assert left.metrics == kept.metrics
    assert left.block_log_returns.tolist() == kept.block_log_returns.tolist()
