"""Both simulators: statistics of a sleeve by hand (clauses 2, 4, 16, 18 and 20)."""

import math
from functools import partial

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.result import ExitReason, Failure
from backtest.risk import Risk

approx = partial(pytest.approx, rel=1e-9)

FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)


@pytest.fixture
def four_bars(simulator, make_market, make_signals):
    """Return a trace whose returns are 0, +10 %, -10 %, +10 %: long from open[1] = 100 to the last close."""

    def run(n_blocks=6):
        market = make_market([100, 100, 110, 99], close=[100, 110, 99, 108.9])
        signals = make_signals(4, long_entry=[0])
        return simulator(market, signals, Risk(), FREE, initial_capital=1000.0, n_blocks=n_blocks)

    return run


def test_equity_and_its_changes(four_bars):
    """Clause 2: the first return is 0."""
    trace = four_bars()
    assert trace.equity == approx([1000, 1100, 990, 1089])
    assert trace.result.equity_change == approx([0, 100, -110, 99])
    assert trace.result.metrics.net_return == approx(0.089)


def test_sharpe_is_the_mean_over_the_sample_deviation(four_bars):
    """Clause P3: mean 0.025; squared deviations 0.000625 + 0.005625 + 0.015625 + 0.005625 = 0.0275, over 3."""
    assert four_bars().result.metrics.sharpe == approx(0.025 / math.sqrt(0.0275 / 3) * math.sqrt(8760))


def test_sortino_divides_by_the_downside_over_all_bars(four_bars):
    """sqrt(0.1^2 / 4) = 0.05."""
    assert four_bars().result.metrics.sortino == approx(0.025 / 0.05 * math.sqrt(8760))


def test_drawdown_calmar_turnover_and_exposure(four_bars):
    """1100 -> 990; 1.089^(8760/4) - 1 a year; bought 1000 and sold 1089; held on 3 of 4 bars."""
    metrics = four_bars().result.metrics
    assert metrics.max_drawdown == approx(0.1)
    assert math.log(metrics.calmar * 0.1) == approx(2190 * math.log(1.089))
    assert metrics.turnover == approx((1000 + 1089) / 1000 * 2190)
    assert metrics.exposure == 0.75


def test_block_returns_are_sums_of_logarithms_over_equal_blocks(four_bars):
    """Clauses P7 and 4: two blocks of two bars; three blocks end at 4/3 -> 1, 8/3 -> 2 and 4."""
    assert four_bars(2).result.block_log_returns == approx([math.log(1.1), math.log(0.99)])
    assert four_bars(3).result.block_log_returns == approx([0, math.log(1.1), math.log(0.99)])


def test_blocks_without_a_bar_are_zero(four_bars):
    """Clauses 4 and 21: eight blocks of four bars end at 0, 1, 1, 2, 2, 3, 3 and 4."""
    logs = [0, 0, 0, math.log(1.1), 0, math.log(0.9), 0, math.log(1.1)]
    assert four_bars(8).result.block_log_returns == approx(logs)


def test_initial_capital_is_the_first_peak_of_the_drawdown(simulator, make_market, make_signals):
    """Clause 2: a fee of 10 % on the first fill, never recovered."""
    costs = Costs(taker_fee_bps=1000.0, slippage_bps=0.0)
    trace = simulator(make_market([100] * 3), make_signals(3, long_entry=[0]), Risk(), costs)
    assert trace.result.metrics.max_drawdown == approx(0.2)


def test_statistics_without_a_losing_bar_are_nan_where_they_divide_by_it(simulator, make_market, make_signals):
    """No fall, so neither Sortino nor Calmar exists; Sharpe does."""
    trace = simulator(make_market([100, 100, 110]), make_signals(3, long_entry=[0]), Risk(), FREE)
    metrics = trace.result.metrics
    assert math.isnan(metrics.sortino)
    assert math.isnan(metrics.calmar)
    assert metrics.max_drawdown == 0.0
    assert metrics.sharpe > 0.0


def test_annual_return_beyond_the_largest_number_is_infinite(simulator, make_market, make_signals):
    """Three bars that double the sleeve compound to 2^2920 a year; the dip to 90 gives a drawdown."""
    market = make_market([100, 100, 90, 200], close=[100, 90, 200, 200])
    trace = simulator(market, make_signals(4, long_entry=[0]), Risk(), FREE, stop=3)
    assert trace.result.metrics.calmar == math.inf


def test_win_rate_counts_forced_closes_and_trade_count_does_not(simulator, make_market, make_signals):
    """Two signal exits (one wins), one forced loss: 1 of 3 wins, 2 trades."""
    market = make_market([100, 100, 110, 110, 100, 100, 90])
    signals = make_signals(7, long_entry=[0, 2, 4], long_exit=[1, 3])
    result = simulator(market, signals, Risk(), FREE).result
    assert result.metrics.n_trades == 2
    assert result.metrics.win_rate == approx(1 / 3)
    assert result.counts.n_forced == 1


def test_win_needs_a_profit_after_fees(simulator, make_market, make_signals):
    """0.5 % gained, 2 x 0.45 % paid."""
    costs = Costs(taker_fee_bps=45.0, slippage_bps=0.0)
    signals = make_signals(4, long_entry=[0], long_exit=[1])
    result = simulator(make_market([100, 100, 100.5, 100.5]), signals, Risk(), costs).result
    assert result.metrics.win_rate == 0.0


def test_sleeve_that_never_trades_has_zero_variance(simulator, make_market, make_signals):
    """Clauses P4 and 20: a failure, not a Sharpe of 0."""
    result = simulator(make_market([100, 101, 102]), make_signals(3), Risk(), FREE, n_blocks=2).result
    assert result.failure is Failure.ZERO_VARIANCE
    assert math.isnan(result.metrics.sharpe)
    assert math.isnan(result.metrics.win_rate)
    assert (result.metrics.net_return, result.metrics.exposure, result.metrics.turnover) == (0.0, 0.0, 0.0)
    assert result.block_log_returns.tolist() == [0.0, 0.0]


def test_trade_without_any_effect_has_zero_variance(simulator, make_market, make_signals):
    """Clauses P4, 20 and 21: the deviation is exactly 0."""
    result = simulator(make_market([100] * 3), make_signals(3, long_entry=[0]), Risk(), FREE).result
    assert result.traded_usdc > 0
    assert result.failure is Failure.ZERO_VARIANCE
    assert result.metrics.win_rate == 0.0  # a profit of exactly 0 is no win


def test_slice_of_one_bar_has_zero_variance(simulator, make_market, make_signals):
    """Clause 20: nothing can fill on the first bar."""
    trace = simulator(make_market([100, 110]), make_signals(2, long_entry=[0]), Risk(), FREE, stop=1)
    assert trace.result.failure is Failure.ZERO_VARIANCE
    assert trace.equity.tolist() == [10_000.0]


@pytest.fixture
def ruined(simulator, make_market, make_signals):
    """Return the trace of a short whose price doubles on bar 2: the margin is all of its cash, a fee was paid."""
    market = make_market([100, 100, 150, 100, 100], high=[100, 100, 200, 100, 100])
    signals = make_signals(5, short_entry=[0, 2, 3])
    costs = Costs(taker_fee_bps=10.0, slippage_bps=0.0)
    return simulator(market, signals, Risk(), costs, initial_capital=1000.0, n_blocks=2)


def test_dead_sleeve_stops_trading_and_keeps_its_last_equity(ruined):
    """Clause 16: 1000 - 1 - 1000, for ever; the later entries are not even counted."""
    assert ruined.trades.reason == (ExitReason.LIQUIDATION,)
    assert ruined.equity == approx([1000, 999, -1, -1, -1])
    assert ruined.result.counts.n_skipped == 0


def test_dead_sleeve_has_no_statistics(ruined):
    """Clauses Z13 and 16."""
    metrics = ruined.result.metrics
    assert ruined.result.failure is Failure.RUINED
    numbers = (metrics.net_return, metrics.sharpe, metrics.sortino, metrics.max_drawdown, metrics.calmar)
    assert np.isnan((*numbers, metrics.turnover, metrics.exposure, metrics.win_rate)).all()
    assert np.isnan(ruined.result.block_log_returns).all()
    assert ruined.result.block_log_returns.shape == (2,)


def test_sleeve_marked_at_zero_or_less_is_dead(simulator, make_market, make_signals):
    """Clause 16: a close beyond the bar's own high, as broken history may have it, marks the short below zero."""
    market = make_market([100, 100, 100, 100], high=[100] * 4, close=[100, 250, 100, 100])
    trace = simulator(market, make_signals(4, short_entry=[0]), Risk(), FREE, initial_capital=1000.0)
    assert trace.result.failure is Failure.RUINED
    assert trace.equity == approx([1000, -500, -500, -500])


def test_closing_fill_that_ruins_the_sleeve_opens_nothing(simulator, make_market, make_signals):
    """Clause 16: the open of 250 fills the short's reversal at a loss of 1500."""
    market = make_market([100, 100, 250, 250])
    signals = make_signals(4, short_entry=[0], long_entry=[1])
    trace = simulator(market, signals, Risk(reverse=True), FREE, initial_capital=1000.0)
    assert trace.trades.reason == (ExitReason.REVERSAL,)
    assert trace.equity == approx([1000, 1000, -500, -500])
    assert trace.result.failure is Failure.RUINED
    assert trace.result.counts.n_skipped == 0


@pytest.mark.parametrize(("price", "failure"), [(0.00009, Failure.RUINED), (0.00011, None)])
def test_sleeve_is_dead_at_a_millionth_of_its_capital(simulator, make_market, make_signals, price, failure):
    """Clause 16: 10 coins at 0.0001 would be 0.001 USDC, a millionth of 1000; the level of L = 1 is never met."""
    market = make_market([100, 100, price, price, price])
    trace = simulator(market, make_signals(5, long_entry=[0]), Risk(), FREE, initial_capital=1000.0)
    assert trace.result.failure is failure
    assert trace.equity == approx([1000, 1000, 10 * price, 10 * price, 10 * price])
    # A dead sleeve stops at once: what it holds never becomes a trade.
    assert len(trace.trades) == (0 if failure else 1)


def test_flat_bars_are_part_of_the_sharpe_ratio(simulator, make_market, make_signals):
    """Clauses P2 and P3: +10 % and five flat bars: mean 0.1 / 6, squares 0.01 - 6 * (0.1 / 6)^2, over 5."""
    market = make_market([100, 100, 110, 110, 110, 110])
    trace = simulator(market, make_signals(6, long_entry=[0], long_exit=[1]), Risk(), FREE, initial_capital=1000.0)
    mean = 0.1 / 6
    deviation = math.sqrt((0.01 - 6 * mean**2) / 5)
    assert trace.result.metrics.sharpe == approx(mean / deviation * math.sqrt(8760))
    assert trace.result.metrics.exposure == approx(1 / 6)
