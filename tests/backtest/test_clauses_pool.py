"""Both simulators: sleeves pooled by summed equity (clauses 4, 19 and 20)."""

import math
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.pooling import pool, simulate_pooled
from backtest.prepared import prepare
from backtest.reference import pool_reference, simulate_reference
from backtest.result import Failure, PooledResult
from backtest.risk import Risk
from backtest.signals import Signals
from backtest.trace import trace
from data.market import Market

approx = partial(pytest.approx, rel=1e-9)
FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)
CAPITAL = 500.0
YEAR = 8760.0


class Sleeve(NamedTuple):
    """One coin of the pool, with 500 USDC."""

    market: Market
    signals: Signals


def pool_by_reference(sleeves, n_blocks) -> PooledResult:
    """Add up the equity of the plain simulator."""
    options = {"initial_capital": CAPITAL, "n_blocks": n_blocks}
    return pool_reference([simulate_reference(*sleeve, Risk(), FREE, **options) for sleeve in sleeves], YEAR)


def pool_kernel_results(sleeves, n_blocks) -> PooledResult:
    """Add up results that the kernel has left."""
    options = {"initial_capital": CAPITAL, "n_blocks": n_blocks}
    traces = [trace(prepare(market, FREE), signals, Risk(), **options) for market, signals in sleeves]
    return pool([traced.result for traced in traces], bars_per_year=YEAR, n_blocks=n_blocks)


def pool_in_kernel(sleeves, n_blocks) -> PooledResult:
    """Simulate all of them in one call, as a search does."""
    prepared = [prepare(market, FREE) for market, _ in sleeves]
    capital = CAPITAL * len(sleeves)
    return simulate_pooled(prepared, [levels for _, levels in sleeves], Risk(), capital=capital, n_blocks=n_blocks)


@pytest.fixture(params=[pool_by_reference, pool_kernel_results, pool_in_kernel])
def pooled_of(request):
    """One way of pooling after the other: `pooled_of(sleeves, n_blocks)`."""
    return lambda sleeves, n_blocks=2: request.param(sleeves, n_blocks)


@pytest.fixture
def sleeve(make_market, make_signals):
    """Return one coin on the given opens, closing where they opened."""

    def run(opens, coin="A", **levels):
        return Sleeve(make_market(opens, coin=coin), make_signals(len(opens), **levels))

    return run


@pytest.fixture
def two_sleeves(sleeve):
    """A: 500, 500, 550, 500, 500 (long 1 to 3). B: 500, 500, 500, 500, 600 (short, 100 to 80, from 3)."""
    first = sleeve([100, 100, 110, 100, 100], "A", long_entry=[0], long_exit=[2])
    second = sleeve([100, 100, 100, 100, 80], "B", short_entry=[2])
    return first, second


def test_pooled_returns_come_from_summed_equity(pooled_of, two_sleeves):
    """Clause P2: 1000, 1000, 1050, 1000, 1100."""
    pooled = pooled_of(two_sleeves)
    returns = [0, 50 / 1000, -50 / 1050, 100 / 1000]
    assert pooled.returns == approx([0, *returns])
    assert pooled.metrics.net_return == approx(0.1)
    assert pooled.failure is None
    assert [result.coin for result in pooled.sleeves] == ["A", "B"]


def test_pooled_sharpe_is_that_of_the_summed_equity(pooled_of, two_sleeves):
    """Clause P5: never an average of the sleeves' own."""
    returns = [0, 0, 1 / 20, -1 / 21, 1 / 10]
    mean = sum(returns) / 5
    deviation = math.sqrt(sum((r - mean) ** 2 for r in returns) / 4)
    pooled = pooled_of(two_sleeves)
    assert pooled.metrics.sharpe == approx(mean / deviation * math.sqrt(YEAR))
    assert pooled.metrics.max_drawdown == approx(50 / 1050)
    assert pooled.metrics.sortino == approx(mean / (1 / 21 / math.sqrt(5)) * math.sqrt(YEAR))


def test_pooled_turnover_exposure_and_trades(pooled_of, two_sleeves):
    """Clause 19: 500 + 500 and 500 + 400 of 1000 USDC in 5 hours; held 2 and 2 of 5 bars; one trade is forced."""
    metrics = pooled_of(two_sleeves).metrics
    assert metrics.turnover == approx(1900 / 1000 * YEAR / 5)
    assert metrics.exposure == approx((2 / 5 + 2 / 5) / 2)
    assert metrics.n_trades == 1
    assert metrics.win_rate == 0.5


def test_pooled_blocks_are_those_of_the_summed_equity(pooled_of, two_sleeves):
    """Clauses P7 and 4: bars 0 and 1, then 2 to 4: 1100 / 1000."""
    assert pooled_of(two_sleeves).block_log_returns == approx([0, math.log(1.1)])


def test_sleeve_that_never_trades_is_no_failure_of_the_pool(pooled_of, sleeve):
    """Clause 20: the sum has variance; its capital counts."""
    first = sleeve([100, 100, 110, 110], "A", long_entry=[0])
    idle = sleeve([100, 100, 110, 110], "B")
    pooled = pooled_of([first, idle])
    assert pooled.failure is None
    assert pooled.metrics.net_return == approx(50 / 1000)


def test_pool_without_any_fill_has_zero_variance(pooled_of, sleeve):
    """Clause 20."""
    pooled = pooled_of([sleeve([100] * 4, "A"), sleeve([100] * 4, "B")])
    assert pooled.failure is Failure.ZERO_VARIANCE
    assert math.isnan(pooled.metrics.sharpe)
    assert pooled.returns.tolist() == [0.0] * 4


def test_one_dead_sleeve_ruins_the_pool(pooled_of, sleeve):
    """Clauses 16 and 20: the short's price more than doubles."""
    dead = sleeve([100, 100, 250, 250], "A", short_entry=[0])
    alive = sleeve([100, 100, 110, 110], "B", long_entry=[0])
    pooled = pooled_of([dead, alive])
    assert pooled.failure is Failure.RUINED
    assert math.isnan(pooled.metrics.net_return)
    assert np.isnan(pooled.returns).all()
    assert np.isnan(pooled.block_log_returns).all()


def test_coin_that_was_never_listed_holds_its_sleeve_in_cash_and_counts(pooled_of, sleeve, make_market, make_signals):
    """Clauses T8 and P2: 500 and 550 of the first, 500 of the second: 5 %, not 10 %."""
    first = sleeve([100, 100, 110, 110], "A", long_entry=[0])
    missing = Sleeve(make_market([0.0] * 4, coin="B", available=[False] * 4), make_signals(4, long_entry=[0, 1]))
    pooled = pooled_of([first, missing])
    assert pooled.returns == approx([0, 0, 0.05, 0])
    assert pooled.metrics.exposure == approx((3 / 4 + 0) / 2)


def test_sleeves_are_never_rebalanced(pooled_of, sleeve):
    """Clause P1: A doubles its 500 before B enters with its own 500, which the last bar halves: 1000 + 250."""
    first = sleeve([100, 100, 200, 200, 200], "A", long_entry=[0], long_exit=[1])
    second = sleeve([100, 100, 100, 100, 50], "B", long_entry=[2])
    pooled = pooled_of([first, second])
    assert pooled.returns == approx([0, 0, 0.5, 0, -250 / 1500])
    assert [result.traded_usdc for result in pooled.sleeves] == approx([500 + 1000, 500 + 250])
    assert {result.initial_capital for result in pooled.sleeves} == {500.0}
