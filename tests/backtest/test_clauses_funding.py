"""Both simulators: who pays funding, when, and what if nobody knows it (clause 17)."""

import dataclasses
from functools import partial

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.risk import Risk
from data.alignment import settle
from data.bars import Funding
from data.intervals import HOUR_MS

approx = partial(pytest.approx, rel=1e-9)

FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)
NAN = float("nan")


def test_long_pays_from_the_bar_after_its_entry_to_the_bar_of_its_exit(simulator, make_market, make_signals):
    """Clauses E3 and 17: opened at open[1], closed at open[3]: bars 2 and 3 count, 1 and 4 do not."""
    market = make_market([100] * 5, funding_rate=[0.5, 0.5, 0.01, 0.02, 0.5])
    signals = make_signals(5, long_entry=[0], long_exit=[2])

    trace = simulator(market, signals, Risk(), FREE, initial_capital=1000.0)

    # 10 coins at 100: 1 % and 2 % of 1000.
    assert trace.trades.funding.tolist() == approx([30])
    assert trace.trades.profit.tolist() == approx([-30])
    assert trace.equity == approx([1000, 1000, 990, 970, 970])


def test_short_receives_what_a_long_pays(simulator, make_market, make_signals):
    """Clause 17."""
    market = make_market([100] * 5, funding_rate=[0.5, 0.5, 0.01, 0.02, 0.5])
    signals = make_signals(5, short_entry=[0], short_exit=[2])

    trace = simulator(market, signals, Risk(), FREE, initial_capital=1000.0)

    assert trace.trades.funding.tolist() == approx([-30])
    assert trace.equity == approx([1000, 1000, 1010, 1030, 1030])


def test_both_sides_pay_while_funding_is_unknown(simulator, make_market, make_signals):
    """Clauses Z17 and 17: 8 bps per 8 h are 1 bp an hour of quantity * open = 10 * 110."""
    market = make_market([100, 100, 110, 110], funding_rate=[0, 0, NAN, 0])
    costs = dataclasses.replace(FREE, unknown_funding_bps_per_8h=8.0)

    long = simulator(market, make_signals(4, long_entry=[0]), Risk(), costs, initial_capital=1000.0)
    short = simulator(market, make_signals(4, short_entry=[0]), Risk(), costs, initial_capital=1000.0)

    assert long.trades.funding.tolist() == approx([0.11])
    assert short.trades.funding.tolist() == approx([0.11])
    assert long.equity[-1] == approx(1100 - 0.11)
    assert short.equity[-1] == approx(900 - 0.11)


def test_funding_is_charged_on_the_cost_of_a_coin_not_on_the_rate(simulator, make_market, make_signals):
    """Clauses E1 and 17: the oracle price may differ from the open."""
    market = dataclasses.replace(make_market([100] * 4), funding_cost=np.array([0.0, 0.0, 3.0, 0.0]))

    trace = simulator(market, make_signals(4, long_entry=[0]), Risk(), FREE, initial_capital=1000.0)

    assert trace.trades.funding.tolist() == approx([30])


def test_reversal_pays_with_the_old_side_and_is_sized_after_it(simulator, make_market, make_signals):
    """Clauses 14 and 17: the long pays 1 % at bar 2 and is closed there; the short starts from 990 USDC."""
    market = make_market([100] * 5, funding_rate=[0, 0, 0.01, 0.02, 0])
    signals = make_signals(5, long_entry=[0], short_entry=[1])

    trace = simulator(market, signals, Risk(reverse=True), FREE, initial_capital=1000.0)

    assert trace.trades.funding.tolist() == approx([10, -9.9 * 2])
    assert trace.trades.quantity.tolist() == approx([10, 9.9])
    assert trace.equity[-1] == approx(990 + 19.8)


def test_position_stopped_inside_a_bar_has_paid_at_its_open(simulator, make_market, make_signals):
    """Clause 17: funding comes first of all."""
    market = make_market([100, 100, 100, 100], low=[100, 100, 70, 100], funding_rate=[0, 0, 0.01, 0.5])
    signals = make_signals(4, long_entry=[0])

    trace = simulator(market, signals, Risk(stop=0.25), FREE, initial_capital=1000.0)

    assert trace.trades.profit.tolist() == approx([-250 - 10])


@pytest.mark.parametrize(("hours", "paid"), [(1, 0.11), (4, 0.44), (24, 2.64)])
def test_unknown_funding_grows_with_the_length_of_the_bar(simulator, make_market, make_signals, hours, paid):
    """Clause 17: 8 bps per 8 h of 10 coins at 110: 1 bp of 1100 an hour."""
    market = make_market([100, 100, 110, 110], funding_rate=[0, 0, NAN, 0])
    interval_ms = hours * HOUR_MS
    market = dataclasses.replace(
        market, interval_ms=interval_ms, time_ms=market.time_ms[0] + interval_ms * np.arange(4)
    )
    costs = dataclasses.replace(FREE, unknown_funding_bps_per_8h=8.0)

    trace = simulator(market, make_signals(4, long_entry=[0]), Risk(), costs, initial_capital=1000.0)

    assert trace.trades.funding.tolist() == approx([paid])


def test_long_bar_accrues_at_each_settlement_inside_it_at_the_price_known_for_it(simulator, make_market, make_signals):
    """Clauses E1 and E2: four-hour bars, settled hourly at 0.1 %; oracle prices of 90 at hours 9 and 10 alone.

    Bought at the open of hour 4, which pays nothing for hours 1 to 4; hours 5 to 8 cost 4 x 0.1 % x 100, hours 9 to 12
    2 x 0.1 % x 90 and 2 x 0.1 % x 110, the open that ends them.
    """
    opens = np.array([100.0, 100.0, 100.0, 110.0])
    market = make_market(opens)
    calendar = market.time_ms[0] + 4 * HOUR_MS * np.arange(4)
    oracle = np.array([90.0 if hour in (9, 10) else NAN for hour in range(1, 14)])
    history = Funding(market.time_ms[0] + HOUR_MS * np.arange(1, 14), np.full(13, 0.001), oracle)
    rates, costs = settle(history, calendar, opens, 4 * HOUR_MS)
    market = dataclasses.replace(
        market, interval_ms=4 * HOUR_MS, time_ms=calendar, funding_rate=rates, funding_cost=costs
    )

    trace = simulator(market, make_signals(4, long_entry=[0]), Risk(), FREE, initial_capital=1000.0)

    assert trace.trades.funding.tolist() == approx([10 * (0.4 + 0.18 + 0.22)])
    assert trace.equity == approx([1000, 1000, 996, 1100 - 8])
