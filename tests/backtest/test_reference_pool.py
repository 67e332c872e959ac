"""Reference simulator: sleeves pooled by summed equity (clauses 19 and 20)."""

import math

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.reference import pool_reference, simulate_reference
from backtest.result import Failure
from backtest.risk import Risk

FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)
YEAR = 8760.0


@pytest.fixture
def sleeve(make_market, make_signals):
    """Return the trace of 500 USDC on the given opens, closing where they opened."""

    def run(opens, coin="A", n_blocks=2, **levels):
        signals = make_signals(len(opens), **levels)
        market = make_market(opens, coin=coin)
        return simulate_reference(market, signals, Risk(), FREE, initial_capital=500.0, n_blocks=n_blocks)

    return run


@pytest.fixture
def two_sleeves(sleeve):
    """A: 500, 500, 550, 500, 500 (long 1 to 3). B: 500, 500, 500, 500, 600 (short, 100 to 80, from 3)."""
    first = sleeve([100, 100, 110, 100, 100], "A", long_entry=[0], long_exit=[2])
    second = sleeve([100, 100, 100, 100, 80], "B", short_entry=[2])
    return first, second


def test_pooled_returns_come_from_summed_equity(two_sleeves):
    """Handbook, sleeves: 1000, 1000, 1050, 1000, 1100."""
    pooled = pool_reference(two_sleeves, YEAR)
    returns = [0, 50 / 1000, -50 / 1050, 100 / 1000]
    assert pooled.returns == pytest.approx([0, *returns])
    assert pooled.metrics.net_return == pytest.approx(0.1)
    assert pooled.failure is None
    assert [result.coin for result in pooled.sleeves] == ["A", "B"]


def test_pooled_sharpe_is_that_of_the_summed_equity(two_sleeves):
    """Handbook, sleeves: never an average of the sleeves' own."""
    returns = [0, 0, 1 / 20, -1 / 21, 1 / 10]
    mean = sum(returns) / 5
    deviation = math.sqrt(sum((r - mean) ** 2 for r in returns) / 4)
    pooled = pool_reference(two_sleeves, YEAR)
    assert pooled.metrics.sharpe == pytest.approx(mean / deviation * math.sqrt(YEAR))
    assert pooled.metrics.max_drawdown == pytest.approx(50 / 1050)
    assert pooled.metrics.sortino == pytest.approx(mean / (1 / 21 / math.sqrt(5)) * math.sqrt(YEAR))


def test_pooled_turnover_exposure_and_trades(two_sleeves):
    """Clause 19: 500 + 500 and 500 + 400 of 1000 USDC in 5 hours; held 2 and 2 of 5 bars; one trade is forced."""
    metrics = pool_reference(two_sleeves, YEAR).metrics
    assert metrics.turnover == pytest.approx(1900 / 1000 * YEAR / 5)
    assert metrics.exposure == pytest.approx((2 / 5 + 2 / 5) / 2)
    assert metrics.n_trades == 1
    assert metrics.win_rate == 0.5


def test_pooled_blocks_are_those_of_the_summed_equity(two_sleeves):
    """Clause 4: bars 0 and 1, then 2 to 4: 1100 / 1000."""
    assert pool_reference(two_sleeves, YEAR).block_log_returns == pytest.approx([0, math.log(1.1)])


def test_sleeve_that_never_trades_is_no_failure_of_the_pool(sleeve):
    """Clause 20: the sum has variance; its capital counts."""
    first = sleeve([100, 100, 110, 110], "A", long_entry=[0])
    idle = sleeve([100, 100, 110, 110], "B")
    pooled = pool_reference([first, idle], YEAR)
    assert pooled.failure is None
    assert pooled.metrics.net_return == pytest.approx(50 / 1000)


def test_pool_without_any_fill_has_zero_variance(sleeve):
    """Clause 20."""
    pooled = pool_reference([sleeve([100] * 4, "A"), sleeve([100] * 4, "B")], YEAR)
    assert pooled.failure is Failure.ZERO_VARIANCE
    assert math.isnan(pooled.metrics.sharpe)
    assert pooled.returns.tolist() == [0.0] * 4


def test_one_dead_sleeve_ruins_the_pool(sleeve):
    """Clause 20: the short's price more than doubles."""
    dead = sleeve([100, 100, 250, 250], "A", short_entry=[0])
    alive = sleeve([100, 100, 110, 110], "B", long_entry=[0])
    pooled = pool_reference([dead, alive], YEAR)
    assert pooled.failure is Failure.RUINED
    assert math.isnan(pooled.metrics.net_return)
    assert np.isnan(pooled.returns).all()
    assert np.isnan(pooled.block_log_returns).all()


def test_nothing_to_pool_is_refused():
    """The door of the pool."""
    with pytest.raises(ValueError, match="at least one trace"):
        pool_reference([], YEAR)


def test_sleeves_of_different_slices_are_refused(sleeve):
    """The door of the pool."""
    with pytest.raises(ValueError, match="one slice for all"):
        pool_reference([sleeve([100] * 4), sleeve([100] * 5)], YEAR)
