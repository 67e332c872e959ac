"""Reference simulator: stop, trailing stop, target and liquidation inside a bar (clauses 10 to 12 and 15).

Every position is opened at open[1] = 100 unless a test says otherwise, so that without slippage E = 100.
"""

import pytest

from backtest.costs import Costs
from backtest.reference import simulate_reference
from backtest.result import ExitReason, Failure
from backtest.risk import Risk

FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)
SLIPPING = Costs(taker_fee_bps=10.0, slippage_bps=100.0)  # fee 0.001, slippage 1 %


@pytest.fixture
def trade_once(make_market, make_signals):
    """Enter at open[1] with 1000 USDC and return the trace; bars are (open, high, low, close)."""

    def run(bars, risk, *, short=False, costs=FREE, funding_rate=None, **instrument):
        open_, high, low, close = zip(*bars, strict=True)
        market = make_market(open_, high, low, close, funding_rate=funding_rate, **instrument)
        entry = {"short_entry": [0]} if short else {"long_entry": [0]}
        signals = make_signals(len(bars), **entry)
        return simulate_reference(market, signals, risk, costs, initial_capital=1000.0)

    return run


def only_exit(trace):
    """Return (exit bar, exit price, reason) of the single trade."""
    assert len(trace.trades) == 1
    return trace.trades.exit_bar[0], pytest.approx(trace.trades.exit_price[0]), trace.trades.reason[0]


BEFORE = (100, 100, 100, 100)
ENTRY = (100, 101, 99, 100)
AFTER = (100, 100, 100, 100)


def test_stop_of_a_long_fills_at_its_level(trade_once):
    """Clauses 10 and 11: 100 * (1 - 0.25) = 75, touched exactly."""
    trace = trade_once([BEFORE, ENTRY, (98, 99, 75, 80), AFTER], Risk(stop=0.25))
    assert only_exit(trace) == (2, 75, ExitReason.STOP)
    assert trace.equity == pytest.approx([1000, 1000, 750, 750])


def test_stop_of_a_long_stands_while_the_low_stays_above(trade_once):
    """Clause 11."""
    trace = trade_once([BEFORE, ENTRY, (98, 99, 75.01, 80), AFTER], Risk(stop=0.25))
    assert only_exit(trace) == (3, 100, ExitReason.BORDER)


def test_stop_of_a_short_fills_at_its_level(trade_once):
    """Clauses 10 and 11, mirrored: 125, touched exactly."""
    trace = trade_once([BEFORE, ENTRY, (102, 125, 101, 110), AFTER], Risk(stop=0.25), short=True)
    assert only_exit(trace) == (2, 125, ExitReason.STOP)
    assert trace.equity[-1] == pytest.approx(750)


def test_gap_through_the_stop_fills_at_the_open(trade_once):
    """Clause 11: the worse of level and open, on both sides."""
    long = trade_once([BEFORE, ENTRY, (70, 99, 60, 80), AFTER], Risk(stop=0.25))
    assert only_exit(long) == (2, 70, ExitReason.STOP)
    short = trade_once([BEFORE, ENTRY, (130, 140, 99, 120), AFTER], Risk(stop=0.25), short=True)
    assert only_exit(short) == (2, 130, ExitReason.STOP)


def test_stop_slips_and_pays_its_fee(trade_once):
    """Clauses 9 and 11: E = 101, level 101 * 0.75, sold 1 % below it."""
    trace = trade_once([BEFORE, ENTRY, (98, 99, 70, 80), AFTER], Risk(stop=0.25), costs=SLIPPING)
    price, quantity = 101 * 0.75 * 0.99, 1000 / 101
    assert only_exit(trace) == (2, price, ExitReason.STOP)
    assert trace.trades.fees[0] == pytest.approx(1 + 0.001 * quantity * price)


def test_gap_through_the_stop_of_a_short_slips_from_the_open(trade_once):
    """Clauses 9 and 11: bought back 1 % above the open of 140."""
    trace = trade_once([BEFORE, ENTRY, (140, 140, 99, 120), AFTER], Risk(stop=0.25), short=True, costs=SLIPPING)
    assert only_exit(trace) == (2, 140 * 1.01, ExitReason.STOP)


def test_stop_can_be_hit_on_the_entry_bar(trade_once):
    """Handbook, order of events 4."""
    trace = trade_once([BEFORE, (100, 101, 70, 90), AFTER], Risk(stop=0.25))
    assert only_exit(trace) == (1, 75, ExitReason.STOP)
    assert trace.result.n_bars_held == 1


def test_after_a_stop_the_same_bars_close_decides_again(make_market, make_signals):
    """Handbook, signals: stopped inside bar 1, in again at open[2]."""
    market = make_market([100, 100, 90, 90], low=[100, 70, 90, 90])
    signals = make_signals(4, long_entry=[0, 1])
    trace = simulate_reference(market, signals, Risk(stop=0.25), FREE, initial_capital=1000.0)
    assert trace.trades.entry_bar.tolist() == [1, 2]
    assert trace.trades.exit_bar.tolist() == [1, 3]


def test_pending_exit_fills_at_the_open_before_a_stop_of_that_bar(make_market, make_signals):
    """Handbook, order of events: the open comes before the low."""
    market = make_market([100, 100, 95, 95], low=[100, 100, 50, 95])
    signals = make_signals(4, long_entry=[0], long_exit=[1])
    trace = simulate_reference(market, signals, Risk(stop=0.25), FREE)
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
    """Clause 11: 125 touched is not enough, 125.01 is; filled at 125 without slippage."""
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
    """Clause 11."""
    long = trade_once([BEFORE, ENTRY, (130, 131, 129, 130), AFTER], Risk(target=0.25))
    assert only_exit(long) == (2, 130, ExitReason.TARGET)
    short = trade_once([BEFORE, ENTRY, (70, 71, 69, 70), AFTER], Risk(target=0.25), short=True)
    assert only_exit(short) == (2, 70, ExitReason.TARGET)


def test_target_pays_the_fee_but_no_slippage(trade_once):
    """Clauses 9 and 11: E = 101, target 101 * 1.25 = 126.25."""
    trace = trade_once([BEFORE, ENTRY, (110, 127, 105, 120), AFTER], Risk(target=0.25), costs=SLIPPING)
    assert only_exit(trace) == (2, 126.25, ExitReason.TARGET)
    assert trace.trades.fees[0] == pytest.approx(1 + 0.001 * (1000 / 101) * 126.25)


def test_bar_that_touches_stop_and_target_ends_at_the_stop(trade_once):
    """Clause 11."""
    trace = trade_once([BEFORE, ENTRY, (100, 150, 70, 140), AFTER], Risk(stop=0.25, target=0.25))
    assert only_exit(trace) == (2, 75, ExitReason.STOP)


def test_liquidated_long_loses_its_margin_and_keeps_the_rest(trade_once):
    """Clause 15: exposure 1.5, L = 2, 15 coins, margin 750, m = 0.5 / 20; level 50 / 0.975 = 51.28."""
    safe = trade_once([BEFORE, ENTRY, (90, 90, 51.29, 80), AFTER], Risk(scale=1.5))
    assert only_exit(safe) == (3, 100, ExitReason.BORDER)
    hit = trade_once([BEFORE, ENTRY, (90, 90, 51.28, 80), AFTER], Risk(scale=1.5))
    assert only_exit(hit) == (2, 50, ExitReason.LIQUIDATION)
    assert hit.equity == pytest.approx([1000, 1000, 250, 250])
    assert hit.result.counts.n_liquidations == 1
    assert hit.result.failure is None


def test_liquidated_short_loses_its_margin_and_keeps_the_rest(trade_once):
    """Clause 15: 150 / 1.025 = 146.34."""
    safe = trade_once([BEFORE, ENTRY, (110, 146.34, 110, 110), AFTER], Risk(scale=1.5), short=True)
    assert only_exit(safe) == (3, 100, ExitReason.BORDER)
    hit = trade_once([BEFORE, ENTRY, (110, 146.35, 110, 110), AFTER], Risk(scale=1.5), short=True)
    assert only_exit(hit) == (2, 150, ExitReason.LIQUIDATION)
    assert hit.equity[-1] == pytest.approx(250)


def test_liquidation_pays_no_fee_and_no_slippage(trade_once):
    """Clauses 9 and 15: E = 101, notional 1500, entry fee 1.5; cash 998.5 - 750."""
    trace = trade_once([BEFORE, ENTRY, (40, 50, 30, 50), AFTER], Risk(scale=1.5), costs=SLIPPING)
    assert only_exit(trace) == (2, 50.5, ExitReason.LIQUIDATION)
    assert trace.trades.fees[0] == pytest.approx(1.5)
    assert trace.equity[-1] == pytest.approx(248.5)
    assert trace.trades.profit[0] == pytest.approx(248.5 - 1000)
    # A liquidation is a fill: its notional at the bankruptcy price counts.
    assert trace.result.traded_usdc == pytest.approx(1500 + 1500 / 101 * 50.5)


def test_long_without_leverage_is_never_liquidated(trade_once):
    """Clause 15: L = 1, so the level is 0."""
    trace = trade_once([BEFORE, ENTRY, (1, 1, 0.01, 1), (2, 2, 2, 2)], Risk())
    assert only_exit(trace) == (3, 2, ExitReason.BORDER)


def test_short_without_leverage_loses_everything_when_the_price_doubles(trade_once):
    """Clauses 15 and 16: level 200 / 1.025 = 195.12; the margin is all the cash."""
    trace = trade_once([BEFORE, ENTRY, (190, 196, 190, 190), AFTER], Risk(), short=True)
    assert only_exit(trace) == (2, 200, ExitReason.LIQUIDATION)
    assert trace.equity[-1] == pytest.approx(0, abs=1e-6)
    assert trace.result.failure is Failure.RUINED


def test_liquidation_comes_before_a_stop_that_is_farther(trade_once):
    """Clauses 11 and 15: exposure 2.5, L = 3, level 66.67 / 0.975 = 68.38; stop at 60."""
    trace = trade_once([BEFORE, ENTRY, (90, 90, 50, 80), AFTER], Risk(scale=2.5, stop=0.4))
    assert only_exit(trace) == (2, 100 * 2 / 3, ExitReason.LIQUIDATION)


def test_stop_that_is_nearer_comes_before_liquidation(trade_once):
    """Clause 11: stop at 75 above 68.38; a gap through both is still the stop's, at the open."""
    inside = trade_once([BEFORE, ENTRY, (90, 90, 50, 80), AFTER], Risk(scale=2.5, stop=0.25))
    assert only_exit(inside) == (2, 75, ExitReason.STOP)
    gap = trade_once([BEFORE, ENTRY, (62, 90, 50, 80), AFTER], Risk(scale=2.5, stop=0.25))
    assert only_exit(gap) == (2, 62, ExitReason.STOP)
    assert gap.equity[-1] == pytest.approx(1000 - 25 * 38)


def test_liquidation_comes_before_a_stop_at_the_same_level(trade_once):
    """Clause 11: coin's maximum 2, m = 0.25, short with L = 2: 150 / 1.25 = 120 = 100 * (1 + 0.2)."""
    trace = trade_once(
        [BEFORE, ENTRY, (110, 120, 110, 110), AFTER], Risk(scale=1.5, stop=0.2), short=True, max_leverage=2
    )
    assert only_exit(trace) == (2, 150, ExitReason.LIQUIDATION)


def test_funding_paid_moves_the_liquidation_level(trade_once):
    """Clause 15: 2 % of 100 at bar 2 is f = 2 a coin; level 52 / 0.975 = 53.33, bankruptcy 52; the margin stays 750."""
    bars = [BEFORE, ENTRY, (100, 100, 53.3, 80), AFTER]
    trace = trade_once(bars, Risk(scale=1.5), funding_rate=[0, 0, 0.02, 0])
    assert only_exit(trace) == (2, 52, ExitReason.LIQUIDATION)
    assert trace.trades.funding[0] == pytest.approx(30)
    assert trace.trades.profit[0] == pytest.approx(-750)
    assert trace.equity[-1] == pytest.approx(250)
    assert only_exit(trade_once(bars, Risk(scale=1.5))) == (3, 100, ExitReason.BORDER)


def test_funding_received_moves_the_liquidation_level_of_a_short_away(trade_once):
    """Clause 15: f = -2 a coin; level 152 / 1.025 = 148.29, so that 147 is safe; without funding it is not."""
    bars = [BEFORE, ENTRY, (100, 147, 100, 100), AFTER]
    paid = trade_once(bars, Risk(scale=1.5), short=True, funding_rate=[0, 0, 0.02, 0])
    assert only_exit(paid) == (3, 100, ExitReason.BORDER)
    assert only_exit(trade_once(bars, Risk(scale=1.5), short=True)) == (2, 150, ExitReason.LIQUIDATION)


def test_exposure_is_cut_to_the_coins_maximum_leverage(trade_once):
    """Clause 15."""
    trace = trade_once([BEFORE, ENTRY, AFTER], Risk(scale=3.0), max_leverage=2)
    assert trace.trades.quantity[0] == pytest.approx(20)


@pytest.mark.parametrize(
    ("scale", "level"), [(1.0, 0.0), (1.01, 50 / 0.975), (2.0, 50 / 0.975), (2.01, 200 / 3 / 0.975)]
)
def test_margin_leverage_is_the_least_whole_number_that_covers_the_exposure(trade_once, scale, level):
    """Clause 15, seen through the liquidation level: 100 * (1 - 1/L) / 0.975 with L = 1, 2, 2, 3."""
    above = trade_once([BEFORE, ENTRY, (90, 90, level + 0.01, 90), AFTER], Risk(scale=scale))
    assert above.trades.reason == (ExitReason.BORDER,)
    if level > 0:
        below = trade_once([BEFORE, ENTRY, (90, 90, level - 0.01, 90), AFTER], Risk(scale=scale))
        assert below.trades.reason == (ExitReason.LIQUIDATION,)
