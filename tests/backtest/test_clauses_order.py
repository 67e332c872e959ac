"""Both simulators: the order of events inside one bar (clauses E1 to E12), and the books it leaves (clause 18)."""

from functools import partial

import pytest

from backtest.costs import Costs
from backtest.result import ExitReason
from backtest.risk import Risk

approx = partial(pytest.approx, rel=1e-9)

FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)


def test_one_bar_pays_exits_enters_is_stopped_marks_and_decides_in_this_order(simulator, make_market, make_signals):
    """Clauses E1 to E12, everything at bar 2, which opens at 110 and reaches 123.75.

    Funding of 1 % of 110 on the 10 coins carried in: -11. The long from 100 closes at 110: +100, cash 1089. The short
    is 1089 / 110 = 9.9 coins, has paid nothing, and is stopped on its entry bar at 110 * 1.125: -136.125. The
    bar is marked at 952.875, and its close decides the long of open[3] = 120, which is 952.875 / 120 coins.
    """
    opens, high, low = [100, 100, 110, 120, 120], [100, 100, 123.75, 120, 120], [100, 100, 108, 120, 120]
    market = make_market(opens, high, low, funding_rate=[0, 0, 0.01, 0.5, 0])
    signals = make_signals(5, long_entry=[0, 2], short_entry=[1])

    trace = simulator(market, signals, Risk(reverse=True, stop=0.125), FREE, initial_capital=1000.0)

    assert trace.trades.entry_bar.tolist() == [1, 2, 3]
    assert trace.trades.exit_bar.tolist() == [2, 2, 4]
    assert trace.trades.reason == (ExitReason.REVERSAL, ExitReason.STOP, ExitReason.BORDER)
    assert trace.trades.quantity.tolist() == approx([10, 9.9, 952.875 / 120])
    assert trace.trades.funding.tolist() == approx([11, 0, 0])
    assert trace.trades.profit.tolist() == approx([89, -136.125, 0], abs=1e-6)
    assert trace.equity == approx([1000, 1000, 952.875, 952.875, 952.875])


def test_decision_at_a_close_fills_at_the_next_open_whatever_lies_between(simulator, make_market, make_signals):
    """Clauses T4 and E12: decided at a close of 100, filled at the open of 130, out at the open of 117."""
    market = make_market([100, 130, 117, 117], close=[100, 120, 117, 117])
    signals = make_signals(4, long_entry=[0], long_exit=[1])
    trace = simulator(market, signals, Risk(), FREE, initial_capital=1300.0)
    assert trace.trades.entry_price.tolist() == approx([130])
    assert trace.trades.exit_price.tolist() == approx([117])
    assert trace.equity == approx([1300, 1200, 1170, 1170])


def test_carried_position_has_paid_before_a_gap_liquidates_it(simulator, make_market, make_signals):
    """Clauses E1 and 15: 2 USDC a coin at open[2] lift the level to 52 / 0.975 = 53.33, above the open of 53."""
    market = make_market(
        [100, 100, 53, 53], high=[100, 100, 60, 53], funding_rate=[0, 0, 2 / 53, 0], close=[100, 100, 60, 53]
    )
    trace = simulator(market, make_signals(4, long_entry=[0]), Risk(scale=1.5), FREE, initial_capital=1000.0)
    assert trace.trades.reason == (ExitReason.LIQUIDATION,)
    assert trace.trades.exit_price.tolist() == approx([52])
    assert trace.equity == approx([1000, 1000, 250, 250])


def test_exit_price_fees_funding_and_profit_add_up_to_the_change_of_cash(simulator, make_market, make_signals):
    """Clause 18: fee 1 %, slippage 2 %; 1000 USDC of coins at 102, sold at 150 * 0.98 = 147 after 3 USDC a coin."""
    market = make_market([100, 100, 150, 150, 150], funding_rate=[0, 0, 0.02, 0, 0])
    signals = make_signals(5, long_entry=[0], long_exit=[1])
    costs = Costs(taker_fee_bps=100.0, slippage_bps=200.0)

    trace = simulator(market, signals, Risk(), costs, initial_capital=1000.0)

    coins = 1000 / 102
    fees, funding = 0.01 * 1000 + 0.01 * coins * 147, coins * 3
    assert trace.trades.fees.tolist() == approx([fees])
    assert trace.trades.funding.tolist() == approx([funding])
    assert trace.trades.profit.tolist() == approx([coins * (147 - 102) - fees - funding])
    assert trace.equity[-1] == approx(1000 + coins * 45 - fees - funding)


def test_every_fill_but_a_liquidation_pays_the_taker_fee_of_4_5_bps(simulator, make_market, make_signals):
    """Clauses Z14 and 9, at the default fee: 0.45 USDC into 1000, 0.4725 out of 1050, by signal, target and border."""
    costs = Costs(slippage_bps=0.0)
    high = [100, 100, 106, 100]
    runs = [
        ({"long_exit": [1]}, Risk(), [100, 100, 105, 105], None),
        ({}, Risk(target=0.05), [100, 100, 100, 100], high),
        ({}, Risk(), [100, 100, 105, 105], None),
    ]
    for levels, risk, opens, highs in runs:
        signals = make_signals(4, long_entry=[0], **levels)
        trace = simulator(make_market(opens, high=highs), signals, risk, costs, initial_capital=1000.0)
        assert trace.trades.fees.tolist() == approx([0.45 + 0.4725])
        assert trace.equity[-1] == approx(1050 - 0.9225)
