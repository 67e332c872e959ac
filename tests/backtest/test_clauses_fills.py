"""Both simulators: when and at what price orders fill, and what they cost (clauses 1 to 3, 8, 9)."""

from functools import partial

import pytest

from backtest.costs import Costs
from backtest.result import ExitReason
from backtest.risk import Risk

approx = partial(pytest.approx, rel=1e-9)

FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)
DEAR = Costs(taker_fee_bps=10.0, slippage_bps=100.0)  # fee 0.001, slippage 1 %


def test_long_fills_at_the_next_open_with_slippage_and_fee_on_both_sides(simulator, make_market, make_signals):
    """Clauses T4, 1 and 9."""
    market = make_market([100, 110, 120, 130], close=[105, 115, 125, 135])
    signals = make_signals(4, long_entry=[0], long_exit=[1])

    trace = simulator(market, signals, Risk(), DEAR, initial_capital=1000.0)

    buy, sell = 110 * 1.01, 120 * 0.99
    quantity = 1000 / buy
    fees = 0.001 * 1000 + 0.001 * quantity * sell
    profit = quantity * (sell - buy) - fees
    assert trace.trades.entry_bar.tolist() == [1]
    assert trace.trades.exit_bar.tolist() == [2]
    assert trace.trades.side.tolist() == [1]
    assert trace.trades.reason == (ExitReason.SIGNAL,)
    assert trace.trades.quantity[0] == approx(quantity, rel=1e-9)
    assert trace.trades.entry_price[0] == approx(buy)
    assert trace.trades.exit_price[0] == approx(sell)
    assert trace.trades.fees[0] == approx(fees)
    assert trace.trades.profit[0] == approx(profit)
    marked = 1000 - 1 + quantity * (115 - buy)
    assert trace.equity == approx([1000, marked, 1000 + profit, 1000 + profit])


def test_short_sells_lower_and_buys_back_higher(simulator, make_market, make_signals):
    """Clause 9, mirrored."""
    market = make_market([100, 110, 90, 95], close=[105, 108, 92, 95])
    signals = make_signals(4, short_entry=[0], short_exit=[1])

    trace = simulator(market, signals, Risk(), DEAR, initial_capital=1000.0)

    sell, buy = 110 * 0.99, 90 * 1.01
    quantity = 1000 / sell
    fees = 0.001 * 1000 + 0.001 * quantity * buy
    profit = quantity * (sell - buy) - fees
    assert trace.trades.side.tolist() == [-1]
    assert trace.trades.entry_price[0] == approx(sell)
    assert trace.trades.exit_price[0] == approx(buy)
    marked = 1000 - 1 + quantity * (sell - 108)
    assert trace.equity == approx([1000, marked, 1000 + profit, 1000 + profit])


def test_turnover_counts_the_notional_of_both_fills(simulator, make_market, make_signals):
    """Clause 18."""
    market = make_market([100, 100, 150, 150])
    signals = make_signals(4, long_entry=[0], long_exit=[1])

    trace = simulator(market, signals, Risk(), FREE, initial_capital=1000.0)

    # 10 coins bought for 1000, sold for 1500; four hours are 4 / 8760 of a year.
    assert trace.result.traded_usdc == approx(2500)
    assert trace.result.metrics.turnover == approx(2500 / 1000 * 8760 / 4)


def test_slice_starts_flat_and_its_first_decision_fills_one_bar_later(simulator, make_market, make_signals):
    """Clause 1: the entry of bar 1 belongs to an earlier slice, that of bar 2 fills at open[3]."""
    market = make_market([100, 100, 100, 110, 120, 130])
    signals = make_signals(6, long_entry=[1, 2], long_exit=[3])

    trace = simulator(market, signals, Risk(), FREE, start=2, stop=5, initial_capital=1000.0)

    assert trace.trades.entry_bar.tolist() == [3]
    assert trace.trades.exit_bar.tolist() == [4]
    assert trace.equity == approx([1000, 1000, 1000 * 120 / 110])
    assert (trace.result.start, trace.result.stop) == (2, 5)


def test_decision_whose_fill_lies_past_the_border_is_void(simulator, make_market, make_signals):
    """Clauses V4 and 3."""
    market = make_market([100, 100, 100, 100])
    signals = make_signals(4, long_entry=[2])

    trace = simulator(market, signals, Risk(), FREE, stop=3)

    assert len(trace.trades) == 0
    assert trace.result.counts.n_skipped == 0


def test_position_open_at_the_border_closes_at_its_close_with_costs_flagged(simulator, make_market, make_signals):
    """Clauses V5, P9, 3 and 9."""
    market = make_market([100, 100, 100, 100], close=[100, 105, 120, 100], high=[120] * 4)
    signals = make_signals(4, long_entry=[0])

    trace = simulator(market, signals, Risk(), DEAR, stop=3, initial_capital=1000.0)

    quantity, sell = 1000 / 101, 120 * 0.99
    assert trace.trades.exit_bar.tolist() == [2]
    assert trace.trades.exit_price[0] == approx(sell)
    assert trace.trades.reason == (ExitReason.BORDER,)
    assert trace.equity[-1] == approx(1000 - 1 + quantity * (sell - 101) - 0.001 * quantity * sell)
    assert trace.result.counts.n_forced == 1
    assert trace.result.metrics.n_trades == 0
    assert trace.result.metrics.win_rate == 1.0


def test_exit_decided_at_the_last_close_is_a_forced_close(simulator, make_market, make_signals):
    """Clause 8: open[3] lies past the border."""
    market = make_market([100, 100, 100, 50], close=[100, 100, 110, 50])
    signals = make_signals(4, long_entry=[0], long_exit=[2])

    trace = simulator(market, signals, Risk(), FREE, stop=3, initial_capital=1000.0)

    assert trace.trades.reason == (ExitReason.BORDER,)
    assert trace.trades.exit_price[0] == 110


def test_entry_filled_on_the_last_bar_is_held_for_that_bar(simulator, make_market, make_signals):
    """Clauses 1 and 3: open[2] is inside the slice, close[2] is its end."""
    market = make_market([100, 100, 100], close=[100, 100, 90])
    signals = make_signals(3, long_entry=[1])

    trace = simulator(market, signals, Risk(), FREE, initial_capital=1000.0)

    assert trace.trades.entry_bar.tolist() == trace.trades.exit_bar.tolist() == [2]
    assert trace.equity == approx([1000, 1000, 900])
    assert trace.result.n_bars_held == 1


def test_hole_closes_at_the_last_close_and_keeps_equity_inside(simulator, make_market, make_signals):
    """Clauses T10 and 3: bars 3 and 4 are missing; the jump from 110 to 200 across them earns nothing."""
    market = make_market(
        [100, 100, 105, 0, 0, 200, 210, 220],
        close=[100, 105, 110, 0, 0, 210, 220, 220],
        available=[True, True, True, False, False, True, True, True],
    )
    signals = make_signals(8, long_entry=[0, 2, 3, 4, 5], long_exit=[6])

    trace = simulator(market, signals, Risk(), FREE, initial_capital=1000.0)

    # The entries at bars 2 (fill past the hole's border), 3 and 4 (inside it) are void; that of bar 5 fills at 6.
    assert trace.trades.entry_bar.tolist() == [1, 6]
    assert trace.trades.exit_bar.tolist() == [2, 7]
    assert trace.trades.reason == (ExitReason.BORDER, ExitReason.SIGNAL)
    after_first = 1000 * 110 / 100
    marked = after_first * 220 / 210
    assert trace.equity == approx([1000, 1050, after_first, after_first, after_first, after_first, marked, marked])
    assert trace.result.n_bars_held == 3  # bars 1, 2 and 6


def test_coin_listed_late_waits_in_cash(simulator, make_market, make_signals):
    """Clause 3: nothing fills on the first available bar, whatever the bar before says."""
    market = make_market([0, 0, 100, 110], available=[False, False, True, True])
    signals = make_signals(4, long_entry=[0, 1])

    trace = simulator(market, signals, Risk(), FREE, initial_capital=1000.0)

    assert len(trace.trades) == 0
    assert trace.equity.tolist() == [1000.0] * 4


def test_coin_listed_late_decides_at_its_first_close_and_fills_at_its_second_open(simulator, make_market, make_signals):
    """Clauses T8 and 3: cash until bar 2 is there, long from open[3] = 110 to the last close of 121."""
    market = make_market([0, 0, 100, 110, 121], close=[0, 0, 100, 110, 121], available=[False] * 2 + [True] * 3)
    signals = make_signals(5, long_entry=[2])

    trace = simulator(market, signals, Risk(), FREE, initial_capital=1000.0)

    assert trace.trades.entry_bar.tolist() == [3]
    assert trace.equity == approx([1000, 1000, 1000, 1000, 1100])


def test_delisted_coin_closes_at_its_last_close_with_costs_and_stays_in_cash(simulator, make_market, make_signals):
    """Clauses T9 and 3: bars 3 and 4 are gone; sold at the close of bar 2 less 1 %, fee 0.1 %, and never again."""
    market = make_market([100, 100, 105, 0, 0], close=[100, 105, 120, 0, 0], available=[True, True, True, False, False])
    signals = make_signals(5, long_entry=[0, 2, 3], long_exit=[2])

    trace = simulator(market, signals, Risk(), DEAR, initial_capital=1000.0)

    quantity, sell = 1000 / 101, 120 * 0.99
    after = 1000 - 1 + quantity * (sell - 101) - 0.001 * quantity * sell
    assert trace.trades.exit_bar.tolist() == [2]
    assert trace.trades.reason == (ExitReason.BORDER,)
    assert trace.equity == approx([1000, 1000 - 1 + quantity * (105 - 101), after, after, after])
    assert trace.result.counts.n_forced == 1


@pytest.mark.parametrize(
    ("risk", "levels"),
    [
        (Risk(max_hold_bars=2), {}),
        (Risk(reverse=True), {"short_entry": [2]}),
        (Risk(), {"long_exit": [2]}),
    ],
)
def test_every_exit_whose_open_lies_past_the_border_is_forced(simulator, make_market, make_signals, risk, levels):
    """Clause 8: due at open[3] = 50, past the slice's end; closed at close[2] = 110, flagged, and nothing reversed."""
    market = make_market([100, 100, 100, 50], close=[100, 100, 110, 50])
    signals = make_signals(4, long_entry=[0], **levels)

    trace = simulator(market, signals, risk, FREE, stop=3, initial_capital=1000.0)

    assert trace.trades.reason == (ExitReason.BORDER,)
    assert trace.trades.exit_price.tolist() == approx([110])
    assert (trace.result.counts.n_forced, trace.result.metrics.n_trades) == (1, 0)


def test_later_slice_starts_flat_with_the_initial_capital(simulator, make_market, make_signals):
    """Clauses V3 and 1: [0, 3) ends with 1200; [3, 6) begins with 1000 again and knows nothing of its position."""
    market = make_market([100, 100, 120, 120, 120, 60])
    signals = make_signals(6, long_entry=[0, 3])

    first = simulator(market, signals, Risk(), FREE, stop=3, initial_capital=1000.0)
    second = simulator(market, signals, Risk(), FREE, start=3, initial_capital=1000.0)

    assert first.equity == approx([1000, 1000, 1200])
    assert second.equity == approx([1000, 1000, 500])
    assert second.trades.quantity.tolist() == approx([1000 / 120])
