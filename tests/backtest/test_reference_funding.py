"""Reference simulator: who pays funding, when, and what if nobody knows it (clause 17)."""

import dataclasses

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.reference import simulate_reference
from backtest.risk import Risk

FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)
NAN = float("nan")


def test_long_pays_from_the_bar_after_its_entry_to_the_bar_of_its_exit(make_market, make_signals):
    """Clause 17: opened at open[1], closed at open[3]: bars 2 and 3 count, 1 and 4 do not."""
    market = make_market([100] * 5, funding_rate=[0.5, 0.5, 0.01, 0.02, 0.5])
    signals = make_signals(5, long_entry=[0], long_exit=[2])

    trace = simulate_reference(market, signals, Risk(), FREE, initial_capital=1000.0)

    # 10 coins at 100: 1 % and 2 % of 1000.
    assert trace.trades.funding.tolist() == pytest.approx([30])
    assert trace.trades.profit.tolist() == pytest.approx([-30])
    assert trace.equity == pytest.approx([1000, 1000, 990, 970, 970])


def test_short_receives_what_a_long_pays(make_market, make_signals):
    """Clause 17."""
    market = make_market([100] * 5, funding_rate=[0.5, 0.5, 0.01, 0.02, 0.5])
    signals = make_signals(5, short_entry=[0], short_exit=[2])

    trace = simulate_reference(market, signals, Risk(), FREE, initial_capital=1000.0)

    assert trace.trades.funding.tolist() == pytest.approx([-30])
    assert trace.equity == pytest.approx([1000, 1000, 1010, 1030, 1030])


def test_both_sides_pay_while_funding_is_unknown(make_market, make_signals):
    """Clause 17: 8 bps per 8 h are 1 bp an hour of quantity * open = 10 * 110."""
    market = make_market([100, 100, 110, 110], funding_rate=[0, 0, NAN, 0])
    costs = dataclasses.replace(FREE, unknown_funding_bps_per_8h=8.0)

    long = simulate_reference(market, make_signals(4, long_entry=[0]), Risk(), costs, initial_capital=1000.0)
    short = simulate_reference(market, make_signals(4, short_entry=[0]), Risk(), costs, initial_capital=1000.0)

    assert long.trades.funding.tolist() == pytest.approx([0.11])
    assert short.trades.funding.tolist() == pytest.approx([0.11])
    assert long.equity[-1] == pytest.approx(1100 - 0.11)
    assert short.equity[-1] == pytest.approx(900 - 0.11)


def test_funding_is_charged_on_the_cost_of_a_coin_not_on_the_rate(make_market, make_signals):
    """Clause 17: the oracle price may differ from the open."""
    market = dataclasses.replace(make_market([100] * 4), funding_cost=np.array([0.0, 0.0, 3.0, 0.0]))

    trace = simulate_reference(market, make_signals(4, long_entry=[0]), Risk(), FREE, initial_capital=1000.0)

    assert trace.trades.funding.tolist() == pytest.approx([30])


def test_reversal_pays_with_the_old_side_and_is_sized_after_it(make_market, make_signals):
    """Clauses 14 and 17: the long pays 1 % at bar 2 and is closed there; the short starts from 990 USDC."""
    market = make_market([100] * 5, funding_rate=[0, 0, 0.01, 0.02, 0])
    signals = make_signals(5, long_entry=[0], short_entry=[1])

    trace = simulate_reference(market, signals, Risk(reverse=True), FREE, initial_capital=1000.0)

    assert trace.trades.funding.tolist() == pytest.approx([10, -9.9 * 2])
    assert trace.trades.quantity.tolist() == pytest.approx([10, 9.9])
    assert trace.equity[-1] == pytest.approx(990 + 19.8)


def test_position_stopped_inside_a_bar_has_paid_at_its_open(make_market, make_signals):
    """Clause 17: funding comes first of all."""
    market = make_market([100, 100, 100, 100], low=[100, 100, 70, 100], funding_rate=[0, 0, 0.01, 0.5])
    signals = make_signals(4, long_entry=[0])

    trace = simulate_reference(market, signals, Risk(stop=0.25), FREE, initial_capital=1000.0)

    assert trace.trades.profit.tolist() == pytest.approx([-250 - 10])
