"""Both simulators: margin, leverage and liquidation (clauses 11 and 15).

Every position is opened at open[1] = 100 unless a test says otherwise, so that without slippage E = 100.
"""

from functools import partial

import pytest

from backtest.costs import Costs
from backtest.result import ExitReason, Failure
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


def test_liquidated_long_loses_its_margin_and_keeps_the_rest(trade_once):
    """Clauses Z9, Z12 and 15: exposure 1.5, L = 2, 15 coins, margin 750, m = 0.5 / 20; level 50 / 0.975 = 51.28."""
    safe = trade_once([BEFORE, ENTRY, (90, 90, 51.29, 80), AFTER], Risk(scale=1.5))
    assert only_exit(safe) == (3, 100, ExitReason.BORDER)
    hit = trade_once([BEFORE, ENTRY, (90, 90, 51.28, 80), AFTER], Risk(scale=1.5))
    assert only_exit(hit) == (2, 50, ExitReason.LIQUIDATION)
    assert hit.equity == approx([1000, 1000, 250, 250])
    assert hit.result.counts.n_liquidations == 1
    assert hit.result.failure is None


def test_liquidated_short_loses_its_margin_and_keeps_the_rest(trade_once):
    """Clauses Z10, Z12 and 15: 150 / 1.025 = 146.34."""
    safe = trade_once([BEFORE, ENTRY, (110, 146.34, 110, 110), AFTER], Risk(scale=1.5), short=True)
    assert only_exit(safe) == (3, 100, ExitReason.BORDER)
    hit = trade_once([BEFORE, ENTRY, (110, 146.35, 110, 110), AFTER], Risk(scale=1.5), short=True)
    assert only_exit(hit) == (2, 150, ExitReason.LIQUIDATION)
    assert hit.equity[-1] == approx(250)


def test_liquidation_pays_no_fee_and_no_slippage(trade_once):
    """Clauses 9 and 15: E = 101, notional 1500, entry fee 1.5; cash 998.5 - 750."""
    trace = trade_once([BEFORE, ENTRY, (40, 50, 30, 50), AFTER], Risk(scale=1.5), costs=SLIPPING)
    assert only_exit(trace) == (2, 50.5, ExitReason.LIQUIDATION)
    assert trace.trades.fees[0] == approx(1.5)
    assert trace.equity[-1] == approx(248.5)
    assert trace.trades.profit[0] == approx(248.5 - 1000)
    # A liquidation is a fill: its notional at the bankruptcy price counts.
    assert trace.result.traded_usdc == approx(1500 + 1500 / 101 * 50.5)


def test_long_without_leverage_is_never_liquidated(trade_once):
    """Clause 15: L = 1, so the level is 0."""
    trace = trade_once([BEFORE, ENTRY, (1, 1, 0.01, 1), (2, 2, 2, 2)], Risk())
    assert only_exit(trace) == (3, 2, ExitReason.BORDER)


def test_short_without_leverage_loses_everything_when_the_price_doubles(trade_once):
    """Clauses Z13, 15 and 16: level 200 / 1.025 = 195.12; the margin is all the cash."""
    trace = trade_once([BEFORE, ENTRY, (190, 196, 190, 190), AFTER], Risk(), short=True)
    assert only_exit(trace) == (2, 200, ExitReason.LIQUIDATION)
    assert trace.equity[-1] == approx(0, abs=1e-6)
    assert trace.result.failure is Failure.RUINED


def test_liquidation_comes_before_a_stop_that_is_farther(trade_once):
    """Clauses 11 and 15: exposure 2.5, L = 3, level 66.67 / 0.975 = 68.38; stop at 60."""
    trace = trade_once([BEFORE, ENTRY, (90, 90, 50, 80), AFTER], Risk(scale=2.5, stop=0.4))
    assert only_exit(trace) == (2, 100 * 2 / 3, ExitReason.LIQUIDATION)


def test_stop_that_is_nearer_comes_before_liquidation(trade_once):
    """Clauses E7 and 11: stop at 75 above 68.38; a gap through both is still the stop's, at the open."""
    inside = trade_once([BEFORE, ENTRY, (90, 90, 50, 80), AFTER], Risk(scale=2.5, stop=0.25))
    assert only_exit(inside) == (2, 75, ExitReason.STOP)
    gap = trade_once([BEFORE, ENTRY, (62, 90, 50, 80), AFTER], Risk(scale=2.5, stop=0.25))
    assert only_exit(gap) == (2, 62, ExitReason.STOP)
    assert gap.equity[-1] == approx(1000 - 25 * 38)


def test_liquidation_comes_before_a_stop_at_the_same_level(trade_once):
    """Clause 11: coin's maximum 2, m = 0.25, short with L = 2: 150 / 1.25 = 120 = 100 * (1 + 0.2)."""
    trace = trade_once(
        [BEFORE, ENTRY, (110, 120, 110, 110), AFTER], Risk(scale=1.5, stop=0.2), short=True, max_leverage=2
    )
    assert only_exit(trace) == (2, 150, ExitReason.LIQUIDATION)


def test_funding_paid_moves_the_liquidation_level(trade_once):
    """Clauses Z9 and 15: 2 % of 100 at bar 2 is f = 2 a coin; level 52 / 0.975 = 53.33, bankruptcy 52; margin 750."""
    bars = [BEFORE, ENTRY, (100, 100, 53.3, 80), AFTER]
    trace = trade_once(bars, Risk(scale=1.5), funding_rate=[0, 0, 0.02, 0])
    assert only_exit(trace) == (2, 52, ExitReason.LIQUIDATION)
    assert trace.trades.funding[0] == approx(30)
    assert trace.trades.profit[0] == approx(-750)
    assert trace.equity[-1] == approx(250)
    assert only_exit(trade_once(bars, Risk(scale=1.5))) == (3, 100, ExitReason.BORDER)


def test_funding_received_moves_the_liquidation_level_of_a_short_away(trade_once):
    """Clause 15: f = -2 a coin; level 152 / 1.025 = 148.29, so that 147 is safe; without funding it is not."""
    bars = [BEFORE, ENTRY, (100, 147, 100, 100), AFTER]
    paid = trade_once(bars, Risk(scale=1.5), short=True, funding_rate=[0, 0, 0.02, 0])
    assert only_exit(paid) == (3, 100, ExitReason.BORDER)
    assert only_exit(trade_once(bars, Risk(scale=1.5), short=True)) == (2, 150, ExitReason.LIQUIDATION)


def test_exposure_is_cut_to_the_coins_maximum_leverage(trade_once):
    """Clauses Z7 and 15."""
    trace = trade_once([BEFORE, ENTRY, AFTER], Risk(scale=3.0), max_leverage=2)
    assert trace.trades.quantity[0] == approx(20)


@pytest.mark.parametrize(
    ("scale", "level"), [(1.0, 0.0), (1.01, 50 / 0.975), (2.0, 50 / 0.975), (2.01, 200 / 3 / 0.975)]
)
def test_margin_leverage_is_the_least_whole_number_that_covers_the_exposure(trade_once, scale, level):
    """Clauses Z7 and 15, seen through the liquidation level: 100 * (1 - 1/L) / 0.975 with L = 1, 2, 2, 3."""
    above = trade_once([BEFORE, ENTRY, (90, 90, level + 0.01, 90), AFTER], Risk(scale=scale))
    assert above.trades.reason == (ExitReason.BORDER,)
    if level > 0:
        below = trade_once([BEFORE, ENTRY, (90, 90, level - 0.01, 90), AFTER], Risk(scale=scale))
        assert below.trades.reason == (ExitReason.LIQUIDATION,)


def test_liquidation_takes_the_margin_whatever_funding_was_received(trade_once):
    """Clause 15: f = -2, level 152 / 1.025 = 148.29, bankruptcy 152; the 30 USDC received are lost with the margin."""
    bars = [BEFORE, ENTRY, (100, 148.3, 100, 100), AFTER]
    trace = trade_once(bars, Risk(scale=1.5), short=True, funding_rate=[0, 0, 0.02, 0])
    assert only_exit(trace) == (2, 152, ExitReason.LIQUIDATION)
    assert trace.trades.funding.tolist() == approx([-30])
    assert trace.trades.profit.tolist() == approx([-750])
    assert trace.equity == approx([1000, 1000, 250, 250])


def test_liquidation_level_moves_with_every_payment_of_funding(trade_once):
    """Clause 15: f = 1, then 3: level 51 / 0.975 = 52.31, then 53 / 0.975 = 54.36; a low of 53.5 is safe, then not."""
    bars = [BEFORE, ENTRY, (100, 100, 53.5, 100), (100, 100, 53.5, 100), AFTER]
    trace = trade_once(bars, Risk(scale=1.5), funding_rate=[0, 0, 0.01, 0.02, 0])
    assert only_exit(trace) == (3, 53, ExitReason.LIQUIDATION)


@pytest.mark.parametrize(("max_leverage", "level"), [(20, 50 / 0.975), (5, 50 / 0.9), (2, 50 / 0.75)])
def test_maintenance_is_half_the_initial_margin_at_the_coins_maximum(trade_once, max_leverage, level):
    """Clauses Z10 and 15: m = 0.5 / maximum is 0.025, 0.1 and 0.25; exposure 1.5 asks for L = 2 each time."""
    safe = trade_once([BEFORE, ENTRY, (90, 90, level + 0.01, 90), AFTER], Risk(scale=1.5), max_leverage=max_leverage)
    assert safe.trades.reason == (ExitReason.BORDER,)
    hit = trade_once([BEFORE, ENTRY, (90, 90, level - 0.01, 90), AFTER], Risk(scale=1.5), max_leverage=max_leverage)
    assert only_exit(hit) == (2, 50, ExitReason.LIQUIDATION)


def test_leverage_is_that_of_the_exposure_before_capacity_cut_it(trade_once):
    """Clause 15: 1 % of 100 coins is 1 coin, 10 % of the cash; yet L = 2 from exposure 1.5, and its margin is 50."""
    trace = trade_once([BEFORE, ENTRY, (90, 90, 51, 80), AFTER], Risk(scale=1.5), volume=[100, 1e9, 1e9, 1e9])
    assert trace.result.counts.n_capped == 1
    assert only_exit(trace) == (2, 50, ExitReason.LIQUIDATION)
    assert trace.equity == approx([1000, 1000, 950, 950])


def test_liquidation_is_a_lost_round_trip_and_a_fill(trade_once):
    """Clauses P8 and 21: a trade, but no forced one; 1500 in and 15 coins at the bankruptcy price of 50 out."""
    result = trade_once([BEFORE, ENTRY, (90, 90, 51, 80), AFTER], Risk(scale=1.5)).result
    assert (result.metrics.n_trades, result.counts.n_forced, result.counts.n_liquidations) == (1, 0, 1)
    assert result.metrics.win_rate == 0.0
    assert result.traded_usdc == approx(1500 + 750)
    assert result.metrics.turnover == approx(2250 / 1000 * 8760 / 4)
