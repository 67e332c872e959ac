"""Both simulators: stop, trailing stop and target inside a bar (clauses 10 to 12).

Every position is opened at open[1] = 100 unless a test says otherwise, so that without slippage E = 100.
"""

from functools import partial

import pytest

from backtest.costs import Costs
from backtest.result import ExitReason
from backtest.risk import Risk

approx = partial(pytest.approx, rel=1e-9)

FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)
SLIPPING = Costs(taker_fee_bps=10.0, slippage_bps=100.0)  # fee 0.001, slippage 1 %


def only_exit(trace):
    """Return (exit bar, exit price, reason) of the single trade."""
    assert len(trace.trades) == 1
    return trace.trades.exit_bar[0], approx(trace.trades.exit_price[0]), trace.trades.reason[0]


BEFORE = (100, 100, 100, 100)
ENTRY = (100, 101, 99, 100)
AFTER = (100, 100, 100, 100)


def test_stop_of_a_long_fills_at_its_level(trade_once):
    """Clauses 10 and 11: 100 * (1 - 0.25) = 75, touched exactly."""
    trace = trade_once([BEFORE, ENTRY, (98, 99, 75, 80), AFTER], Risk(stop=0.25))
    assert only_exit(trace) == (2, 75, ExitReason.STOP)
    assert trace.equity == approx([1000, 1000, 750, 750])


def test_stop_of_a_long_stands_while_the_low_stays_above(trade_once):
    """Clause 11."""
    trace = trade_once([BEFORE, ENTRY, (98, 99, 75.01, 80), AFTER], Risk(stop=0.25))
    assert only_exit(trace) == (3, 100, ExitReason.BORDER)


def test_stop_of_a_short_fills_at_its_level(trade_once):
    """Clauses 10 and 11, mirrored: 125, touched exactly."""
    trace = trade_once([BEFORE, ENTRY, (102, 125, 101, 110), AFTER], Risk(stop=0.25), short=True)
    assert only_exit(trace) == (2, 125, ExitReason.STOP)
    assert trace.equity[-1] == approx(750)


def test_gap_through_the_stop_fills_at_the_open(trade_once):
    """Clauses E9 and 11: the worse of level and open, on both sides."""
    long = trade_once([BEFORE, ENTRY, (70, 99, 60, 80), AFTER], Risk(stop=0.25))
    assert only_exit(long) == (2, 70, ExitReason.STOP)
    short = trade_once([BEFORE, ENTRY, (130, 140, 99, 120), AFTER], Risk(stop=0.25), short=True)
    assert only_exit(short) == (2, 130, ExitReason.STOP)


def test_stop_slips_and_pays_its_fee(trade_once):
    """Clauses E10, 9 and 11: E = 101, level 101 * 0.75, sold 1 % below it."""
    trace = trade_once([BEFORE, ENTRY, (98, 99, 70, 80), AFTER], Risk(stop=0.25), costs=SLIPPING)
    price, quantity = 101 * 0.75 * 0.99, 1000 / 101
    assert only_exit(trace) == (2, price, ExitReason.STOP)
    assert trace.trades.fees[0] == approx(1 + 0.001 * quantity * price)


def test_gap_through_the_stop_of_a_short_slips_from_the_open(trade_once):
    """Clauses 9 and 11: bought back 1 % above the open of 140."""
    trace = trade_once([BEFORE, ENTRY, (140, 140, 99, 120), AFTER], Risk(stop=0.25), short=True, costs=SLIPPING)
    assert only_exit(trace) == (2, 140 * 1.01, ExitReason.STOP)


def test_stop_can_be_hit_on_the_entry_bar(trade_once):
    """Clause E7."""
    trace = trade_once([BEFORE, (100, 101, 70, 90), AFTER], Risk(stop=0.25))
    assert only_exit(trace) == (1, 75, ExitReason.STOP)
    assert trace.result.n_bars_held == 1


def test_after_a_stop_the_same_bars_close_decides_again(simulator, make_market, make_signals):
    """Clause S10: stopped inside bar 1, in again at open[2]."""
    market = make_market([100, 100, 90, 90], low=[100, 70, 90, 90])
    signals = make_signals(4, long_entry=[0, 1])
    trace = simulator(market, signals, Risk(stop=0.25), FREE, initial_capital=1000.0)
    assert trace.trades.entry_bar.tolist() == [1, 2]
    assert trace.trades.exit_bar.tolist() == [1, 3]


def test_pending_exit_fills_at_the_open_before_a_stop_of_that_bar(simulator, make_market, make_signals):
    """Clauses E5 and E7: the open comes before the low."""
    market = make_market([100, 100, 95, 95], low=[100, 100, 50, 95])
    signals = make_signals(4, long_entry=[0], long_exit=[1])
    trace = simulator(market, signals, Risk(stop=0.25), FREE)
    assert only_exit(trace) == (2, 95, ExitReason.SIGNAL)


def test_trailing_stop_of_a_long_follows_the_highs_of_earlier_bars_only(trade_once):
    """Clauses 10 and 12: on bar 1 B = E = 100 (level 75), on bar 2 B = 120 (level 90), bar 2's own 160 comes later."""
    bars = [(100, 500, 100, 100), (100, 120, 80, 118), (118, 160, 91, 150), (130, 140, 119, 125), AFTER]
    trace = trade_once(bars, Risk(trailing=0.25))
    # Bar 3: B = 160, level 120; the high of 500 before the entry never counts.
    assert only_exit(trace) == (3, 120, ExitReason.TRAILING)


def test_trailing_stop_of_a_short_follows_the_lows_of_earlier_bars_only(trade_once):
    """Clauses 10 and 12, mirrored: B = 100, then 80 (level 100)."""
    bars = [(100, 100, 5, 100), (100, 124, 80, 90), (90, 99, 88, 95), (95, 100, 70, 80), AFTER]
    trace = trade_once(bars, Risk(trailing=0.25), short=True)
    assert only_exit(trace) == (3, 100, ExitReason.TRAILING)


def test_gap_through_the_trailing_stop_fills_at_the_open(trade_once):
    """Clause 11."""
    trace = trade_once([BEFORE, (100, 160, 100, 150), (110, 111, 100, 105), AFTER], Risk(trailing=0.25))
    assert only_exit(trace) == (2, 110, ExitReason.TRAILING)


def test_higher_of_stop_and_trailing_counts_for_a_long(trade_once):
    """Clause 11: stop 90, trailing 120 * 0.8 = 96 after bar 1."""
    trace = trade_once([BEFORE, (100, 120, 99, 110), (110, 111, 50, 60), AFTER], Risk(stop=0.1, trailing=0.2))
    assert only_exit(trace) == (2, 96, ExitReason.TRAILING)


def test_stop_comes_before_trailing_on_a_tie(trade_once):
    """Clause 11: both at 75 on the entry bar."""
    trace = trade_once([BEFORE, (100, 100, 70, 80), AFTER], Risk(stop=0.25, trailing=0.25))
    assert only_exit(trace) == (1, 75, ExitReason.STOP)


def test_target_needs_the_price_to_trade_through(trade_once):
    """Clauses E8 and 11: 125 touched is not enough, 125.01 is; filled at 125 without slippage."""
    touched = trade_once([BEFORE, ENTRY, (110, 125, 105, 120), AFTER], Risk(target=0.25))
    assert only_exit(touched) == (3, 100, ExitReason.BORDER)
    through = trade_once([BEFORE, ENTRY, (110, 125.01, 105, 120), AFTER], Risk(target=0.25))
    assert only_exit(through) == (2, 125, ExitReason.TARGET)


def test_target_of_a_short_needs_the_price_to_trade_through(trade_once):
    """Clause 11, mirrored: 75."""
    touched = trade_once([BEFORE, ENTRY, (90, 91, 75, 80), AFTER], Risk(target=0.25), short=True)
    assert only_exit(touched) == (3, 100, ExitReason.BORDER)
    through = trade_once([BEFORE, ENTRY, (90, 91, 74.99, 80), AFTER], Risk(target=0.25), short=True)
    assert only_exit(through) == (2, 75, ExitReason.TARGET)


def test_gap_beyond_the_target_fills_at_the_better_open(trade_once):
    """Clauses E9 and 11."""
    long = trade_once([BEFORE, ENTRY, (130, 131, 129, 130), AFTER], Risk(target=0.25))
    assert only_exit(long) == (2, 130, ExitReason.TARGET)
    short = trade_once([BEFORE, ENTRY, (70, 71, 69, 70), AFTER], Risk(target=0.25), short=True)
    assert only_exit(short) == (2, 70, ExitReason.TARGET)


def test_target_pays_the_fee_but_no_slippage(trade_once):
    """Clauses Z14, 9 and 11: E = 101, target 101 * 1.25 = 126.25."""
    trace = trade_once([BEFORE, ENTRY, (110, 127, 105, 120), AFTER], Risk(target=0.25), costs=SLIPPING)
    assert only_exit(trace) == (2, 126.25, ExitReason.TARGET)
    assert trace.trades.fees[0] == approx(1 + 0.001 * (1000 / 101) * 126.25)


def test_bar_that_touches_stop_and_target_ends_at_the_stop(trade_once):
    """Clause 11."""
    trace = trade_once([BEFORE, ENTRY, (100, 150, 70, 140), AFTER], Risk(stop=0.25, target=0.25))
    assert only_exit(trace) == (2, 75, ExitReason.STOP)


@pytest.mark.parametrize("short", [False, True])
def test_bar_that_opens_beyond_the_target_and_touches_the_stop_ends_at_the_stop(trade_once, short):
    """Clause 11: the open may have come first, yet of two levels in one bar the worse one counts."""
    bar = (70, 125, 70, 120) if short else (130, 131, 75, 80)
    trace = trade_once([BEFORE, ENTRY, bar, AFTER], Risk(stop=0.25, target=0.25), short=short)
    assert only_exit(trace) == (2, 125 if short else 75, ExitReason.STOP)
    assert trace.equity[-1] == approx(750)


def test_lower_of_stop_and_trailing_counts_for_a_short(trade_once):
    """Clause 11, mirrored: stop 110, trailing 80 * 1.2 = 96 after the low of bar 1."""
    trace = trade_once(
        [BEFORE, (100, 101, 80, 90), (90, 150, 90, 140), AFTER], Risk(stop=0.1, trailing=0.2), short=True
    )
    assert only_exit(trace) == (2, 96, ExitReason.TRAILING)


def test_trailing_stop_starts_from_the_entry_price_where_no_high_is_above_it(trade_once):
    """Clauses 10 and 12: bought at 101, the high of 100.5 is lower, so B = 101 and the level 75.75, sold 1 % lower."""
    bars = [BEFORE, (100, 100.5, 99, 100), (100, 100, 75.6, 80), AFTER]
    trace = trade_once(bars, Risk(trailing=0.25), costs=SLIPPING)
    assert only_exit(trace) == (2, 75.75 * 0.99, ExitReason.TRAILING)


@pytest.mark.parametrize(
    ("risk", "long_bar", "long_exit", "short_bar", "short_exit"),
    [
        (Risk(stop=0.25), (100, 101, 70, 90), (75, ExitReason.STOP), (100, 130, 99, 110), (125, ExitReason.STOP)),
        (
            Risk(trailing=0.25),
            (100, 400, 75, 90),
            (75, ExitReason.TRAILING),
            (100, 125, 10, 110),
            (125, ExitReason.TRAILING),
        ),
        (Risk(target=0.25), (100, 126, 99, 110), (125, ExitReason.TARGET), (100, 101, 74, 90), (75, ExitReason.TARGET)),
        (
            Risk(scale=1.5),
            (100, 101, 51, 90),
            (50, ExitReason.LIQUIDATION),
            (100, 147, 99, 110),
            (150, ExitReason.LIQUIDATION),
        ),
    ],
)
def test_every_level_can_be_met_on_the_entry_bar(trade_once, risk, long_bar, long_exit, short_bar, short_exit):
    """Clauses E7 and 12: levels from E = 100; the bar's own extremes move no trailing stop; L = 2."""
    assert only_exit(trade_once([BEFORE, long_bar, AFTER], risk)) == (1, *long_exit)
    assert only_exit(trade_once([BEFORE, short_bar, AFTER], risk, short=True)) == (1, *short_exit)
