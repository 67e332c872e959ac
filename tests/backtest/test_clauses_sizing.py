"""Both simulators: exposure, quantity, and orders that are not made (clauses 13 and 14)."""

from functools import partial

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.result import ExitReason
from backtest.risk import Risk, SizingRule

approx = partial(pytest.approx, rel=1e-9)

FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)
FIRST_VALUE = 721
"""With a window of 2 the first volatility or range is that of bar 2, and 720 of them end at bar 721."""
INVERSE = Risk(sizing=SizingRule.INVERSE_VOLATILITY, sizing_window_bars=2)


@pytest.fixture
def simulate(simulator, make_signals):
    """Run a market with entries at the listed bars, without costs, from 1000 USDC."""

    def run(market, long_entry, risk=Risk(), capital=1000.0, **levels):  # noqa: B008  (a frozen value)
        signals = make_signals(market.n_bars, long_entry=long_entry, **levels)
        return simulator(market, signals, risk, FREE, initial_capital=capital)

    return run


def test_quantity_is_rounded_down_to_the_lot(make_market, simulate):
    """Clauses Z3 and 14: 1000 / 300 = 3.33 coins."""
    trace = simulate(make_market([300] * 3, lot_size=0.25), [0])
    assert trace.trades.quantity.tolist() == [3.25]


def test_rounding_forgives_the_error_of_the_division(make_market, simulate):
    """Clause 14: 0.3 / 0.1 is 2.9999999999999996 in floating point, and three lots."""
    trace = simulate(make_market([100] * 3, lot_size=0.1), [0], capital=30.0)
    assert trace.trades.quantity.tolist() == approx([0.3])


def test_order_under_the_minimum_is_not_made_and_counted(make_market, simulate):
    """Clauses Z4 and 14: 9.99 USDC, twice."""
    trace = simulate(make_market([100] * 4), [0, 1], capital=9.99)
    assert len(trace.trades) == 0
    assert trace.result.counts.n_skipped == 2


def test_order_of_exactly_the_minimum_is_made(make_market, simulate):
    """Clauses Z4 and 14: 0.125 coins at 80."""
    trace = simulate(make_market([80] * 3, lot_size=0.125), [0], capital=10.0)
    assert trace.trades.quantity.tolist() == [0.125]


def test_reversal_whose_entry_is_skipped_still_closes(make_market, simulate):
    """Clause 14: 100 USDC become 5, too few for the short."""
    trace = simulate(make_market([100, 100, 5, 5]), [0], Risk(reverse=True), capital=100.0, short_entry=[1])
    assert trace.trades.reason == (ExitReason.REVERSAL,)
    assert trace.trades.exit_bar.tolist() == [2]
    assert trace.result.counts.n_skipped == 1
    assert trace.equity == approx([100, 100, 5, 5])


def test_quantity_stays_fixed_until_the_exit_and_compounds_at_the_next_entry(make_market, simulate):
    """Clauses Z2 and 14: 10 coins from 100 to 120; then 1200 USDC at 120 are 10 coins, at 60 twenty."""
    trace = simulate(make_market([100, 100, 110, 120, 60, 60]), [0, 3], long_exit=[2])
    assert trace.trades.quantity.tolist() == approx([10, 20])


def test_order_is_capped_by_the_volume_of_the_24_bars_before_its_fill(make_market, simulate):
    """Clauses Z15 and 14: filled at bar 26, so bars 2 to 25 count: 1 % of 100 coins."""
    volume = [1e9] * 2 + [100] * 24 + [1e9] * 3
    trace = simulate(make_market([100] * 29, volume=volume), [25])
    assert trace.trades.quantity.tolist() == approx([1])
    assert trace.result.counts.n_capped == 1


def test_capacity_uses_the_bars_there_are(make_market, simulate):
    """Clause 14: filled at bar 3, bar 1 missing: the mean of 100 and 300 is 200."""
    market = make_market([100] * 5, volume=[100, 0, 300, 1e9, 1e9], available=[True, False, True, True, True])
    trace = simulate(market, [2])
    assert trace.trades.quantity.tolist() == approx([2])


def test_order_without_volume_before_it_is_capped_to_nothing_and_skipped(make_market, simulate):
    """Clause 14."""
    trace = simulate(make_market([100] * 4, volume=[0, 0, 1e9, 1e9]), [0])
    assert len(trace.trades) == 0
    assert (trace.result.counts.n_capped, trace.result.counts.n_skipped) == (1, 1)


def test_order_within_capacity_is_not_counted_as_capped(make_market, simulate):
    """Clause 14: 10 coins wanted, 1 % of 1000 allowed."""
    trace = simulate(make_market([100] * 3, volume=[1001, 0, 0], lot_size=0.5), [0])
    assert trace.trades.quantity.tolist() == [10]
    assert trace.result.counts.n_capped == 0


@pytest.mark.parametrize(("scale", "coins"), [(0.5, 5), (2.5, 25), (3.0, 30), (7.0, 30)])
def test_scale_multiplies_exposure_up_to_three(make_market, simulate, scale, coins):
    """Clause 13."""
    trace = simulate(make_market([100] * 3), [0], Risk(scale=scale))
    assert trace.trades.quantity.tolist() == approx([coins])


def test_notional_is_that_of_the_equity_before_the_fee(simulator, make_market, make_signals):
    """Clause Z1: a fee of 10 % leaves 900 USDC, yet 10 coins at 100 were bought; sold for 100 more."""
    costs = Costs(taker_fee_bps=1000.0, slippage_bps=0.0)
    trace = simulator(make_market([100] * 3), make_signals(3, long_entry=[0]), Risk(), costs, initial_capital=1000.0)
    assert trace.trades.quantity.tolist() == approx([10])
    assert trace.equity == approx([1000, 900, 800])


def test_order_that_its_lot_rounds_under_the_minimum_is_not_made(make_market, simulate):
    """Clause 14: 0.15 coins of 100 are 15 USDC, one lot of 0.08 is 8."""
    trace = simulate(make_market([100] * 3, lot_size=0.08), [0], capital=15.0)
    assert len(trace.trades) == 0
    assert trace.result.counts.n_skipped == 1


def test_capacity_looks_back_over_the_start_of_a_slice(simulator, make_market, make_signals):
    """Clause 14: the slice starts at bar 2, the fill is at bar 3: 1 % of the mean of 100, 300 and 500 is 3 coins."""
    market = make_market([100] * 5, volume=[100, 300, 500, 1e9, 1e9])
    trace = simulator(market, make_signals(5, long_entry=[2]), Risk(), FREE, start=2, initial_capital=1000.0)
    assert trace.trades.quantity.tolist() == approx([3])


def test_exposure_of_a_rule_ends_at_three_however_large_the_scale(make_market, simulate):
    """Clauses 13 and Z6: ten times 0.5003 is cut to 3."""
    market = make_market(alternating_closes(725, FIRST_VALUE))
    tenfold = Risk(sizing=SizingRule.INVERSE_VOLATILITY, sizing_window_bars=2, scale=10.0)
    trace = simulate(market, [FIRST_VALUE], tenfold)
    assert trace.trades.quantity[0] * market.open[722] == approx(3000)


def alternating_closes(n_bars, larger_move_at):
    """Closes whose log returns are +0.01 and -0.01 in turn, but +-0.03 on one bar."""
    moves = 0.01 * np.where(np.arange(n_bars) % 2 == 1, 1.0, -1.0)
    moves[0] = 0.0
    moves[larger_move_at] *= 3.0
    return 100.0 * np.exp(np.cumsum(moves))


def test_inverse_volatility_compares_with_the_mean_of_720_bars(make_market, simulate):
    """Clauses Z6 and 13: the deviation of two returns a, b is |a - b| / sqrt(2): u is 50, then 25 at bar 721."""
    market = make_market(alternating_closes(725, FIRST_VALUE))
    trace = simulate(market, [FIRST_VALUE])
    assert trace.trades.quantity[0] * market.open[722] == approx(1000)  # the fixed rule
    trace = simulate(market, [FIRST_VALUE], INVERSE)
    exposure = 25 / ((719 * 50 + 25) / 720)
    assert trace.trades.entry_bar.tolist() == [722]
    assert trace.trades.quantity[0] * market.open[722] == approx(1000 * exposure)


def test_scale_multiplies_the_rule(make_market, simulate):
    """Clause 13."""
    market = make_market(alternating_closes(725, FIRST_VALUE))
    doubled = Risk(sizing=SizingRule.INVERSE_VOLATILITY, sizing_window_bars=2, scale=2.0)
    trace = simulate(market, [FIRST_VALUE], doubled)
    assert trace.trades.quantity[0] * market.open[722] == approx(2000 * 25 / ((719 * 50 + 25) / 720))


def test_rule_without_enough_history_makes_no_order_and_counts_it(make_market, simulate):
    """Clause 13: the decision of bar 720 looks back on 719 volatilities."""
    trace = simulate(make_market(alternating_closes(725, FIRST_VALUE)), [FIRST_VALUE - 1], INVERSE)
    assert len(trace.trades) == 0
    assert trace.result.counts.n_skipped == 1


@pytest.mark.parametrize("rule", [SizingRule.INVERSE_VOLATILITY, SizingRule.RISK_PER_STOP])
def test_window_that_touches_a_hole_has_no_value(make_market, simulate, rule):
    """Clause 13: bar 1 is missing, so bar 2 has no return, bar 4 the first pair of them, bar 723 the first mean."""
    available = np.arange(727) != 1
    market = make_market(alternating_closes(727, 723), available=available)
    risk = Risk(sizing=rule, sizing_window_bars=2, stop=0.5)
    assert simulate(market, [722], risk).result.counts.n_skipped == 1
    assert simulate(market, [723], risk).trades.entry_bar.tolist() == [724]


def test_sizing_looks_back_over_the_start_of_a_slice(simulator, make_market, make_signals):
    """Clauses 13 and V6: history before `start` is known, a slice of it has no value of its own."""
    market = make_market(alternating_closes(725, FIRST_VALUE))
    signals = make_signals(725, long_entry=[FIRST_VALUE])
    trace = simulator(market, signals, INVERSE, FREE, start=720)
    assert trace.trades.entry_bar.tolist() == [722]


@pytest.mark.parametrize("rule", [SizingRule.INVERSE_VOLATILITY, SizingRule.RISK_PER_STOP])
def test_price_that_never_moves_has_no_value(make_market, simulate, rule):
    """Clause 13: 1 / 0 is not a size."""
    trace = simulate(make_market([100] * 725), [722], Risk(sizing=rule, sizing_window_bars=2))
    assert len(trace.trades) == 0
    assert trace.result.counts.n_skipped == 1


def ranging_market(make_market, after):
    """Bars of 99 to 101 around 100, then 97 to 103 on bar 721, then the bars `after` as (open, high, low, close)."""
    bars = [(100, 101, 99, 100)] * FIRST_VALUE + [(100, 103, 97, 100), *after]
    return make_market(*zip(*bars, strict=True))


S = 0.04 / ((719 * 0.02 + 0.04) / 720)
"""a is 0.02 before and (0.02 + 0.06) / 2 = 0.04 at bar 721; S is 1.997."""


def test_risk_per_stop_divides_exposure_and_multiplies_the_stop(make_market, simulate):
    """Clauses Z6 and 13: exposure 1 / S, stop at 100 * (1 - 0.1 * S) = 80.03; a low of 85 is safe, one of 80 is not."""
    market = ranging_market(make_market, [(100, 100, 100, 100), (100, 100, 85, 90), (90, 90, 80, 85), (85,) * 4])
    risk = Risk(sizing=SizingRule.RISK_PER_STOP, sizing_window_bars=2, stop=0.1)
    trace = simulate(market, [FIRST_VALUE], risk)
    assert trace.trades.quantity.tolist() == approx([10 / S])
    assert trace.trades.exit_bar.tolist() == [724]
    assert trace.trades.exit_price.tolist() == approx([100 * (1 - 0.1 * S)])


def test_risk_per_stop_multiplies_target_and_trailing(make_market, simulate):
    """Clause 13: target 100 * (1 + 0.1 * S) = 119.97; trailing 110 * (1 - 0.1 * S) = 88.03."""
    rising = ranging_market(make_market, [(100, 110, 100, 110), (110, 119.98, 110, 115), (115,) * 4])
    risk = Risk(sizing=SizingRule.RISK_PER_STOP, sizing_window_bars=2, target=0.1)
    trace = simulate(rising, [FIRST_VALUE], risk)
    assert trace.trades.exit_price.tolist() == approx([100 * (1 + 0.1 * S)])
    falling = ranging_market(make_market, [(100, 110, 100, 110), (110, 110, 88, 90), (90,) * 4])
    risk = Risk(sizing=SizingRule.RISK_PER_STOP, sizing_window_bars=2, trailing=0.1)
    trace = simulate(falling, [FIRST_VALUE], risk)
    assert trace.trades.exit_price.tolist() == approx([110 * (1 - 0.1 * S)])


def test_distance_of_risk_per_stop_ends_at_99_percent(make_market, simulate):
    """Clause 13: 0.6 * S = 1.198 becomes 0.99, a level of 1."""
    market = ranging_market(make_market, [(100, 100, 100, 100), (10, 10, 0.5, 5), (5,) * 4])
    risk = Risk(sizing=SizingRule.RISK_PER_STOP, sizing_window_bars=2, stop=0.6)
    trace = simulate(market, [FIRST_VALUE], risk)
    assert trace.trades.reason == (ExitReason.STOP,)
    assert trace.trades.exit_price.tolist() == approx([1.0])


@pytest.mark.parametrize("price", [104.0, 96.0])
def test_true_range_reaches_from_the_previous_close(make_market, simulate, price):
    """Clause 13: bar 721 trades only at 104, or at 96, after a close of 100: a range of 4 / price."""
    bars = [(100, 101, 99, 100)] * FIRST_VALUE + [(price,) * 4] * 3
    risk = Risk(sizing=SizingRule.RISK_PER_STOP, sizing_window_bars=2)
    trace = simulate(make_market(*zip(*bars, strict=True)), [FIRST_VALUE], risk)
    last = (0.02 + 4 / price) / 2
    factor = last / ((719 * 0.02 + last) / 720)
    assert trace.trades.quantity.tolist() == approx([1000 / price / factor])


def test_one_deviation_of_zero_takes_the_value_from_every_mean_that_it_enters(make_market, simulate):
    """Clause 13: closes 5 to 7 are equal, so u[7] has no value, nor has any mean up to that of 7 to 726."""
    moves = 0.01 * np.where(np.arange(730) % 2 == 1, 1.0, -1.0)
    moves[[0, 6, 7]] = 0.0
    market = make_market(100.0 * np.exp(np.cumsum(moves)))
    assert simulate(market, [726], INVERSE).result.counts.n_skipped == 1
    traced = simulate(market, [727], INVERSE)
    assert traced.trades.entry_bar.tolist() == [728]
    # |0.01 - 0| / sqrt(2) at bar 8 is half of every other deviation, so u[8] is twice the others.
    assert traced.trades.quantity[0] * market.open[728] == approx(1000 * 720 / 721)


def test_one_range_of_zero_is_a_number_in_the_means_of_others(make_market, simulate):
    """Clause 13: bars 6 and 7 stand still, so a[7] = 0 and a[8] = 0.01 among 718 of 0.02; s[726] = 0.02 / mean."""
    bars = [(100, 101, 99, 100)] * 730
    bars[6] = bars[7] = (100,) * 4
    risk = Risk(sizing=SizingRule.RISK_PER_STOP, sizing_window_bars=2)
    traced = simulate(make_market(*zip(*bars, strict=True)), [726], risk)
    assert traced.trades.quantity.tolist() == approx([10 * (718 * 0.02 + 0.01) / 720 / 0.02])
    bars[725] = bars[726] = (100,) * 4
    # Its own a is 0, and 1 / 0 is not a size.
    assert simulate(make_market(*zip(*bars, strict=True)), [726], risk).result.counts.n_skipped == 1


def test_skip_is_counted_at_the_bar_that_should_have_filled(simulator, make_market, make_signals):
    """Clause 13: decided at bar 3 without a value; bar 4 counts it, and a slice that ends before bar 4 does not."""
    market, signals = make_market([100, 101, 100, 101, 100]), make_signals(5, long_entry=[3])
    assert simulator(market, signals, INVERSE, FREE).result.counts.n_skipped == 1
    assert simulator(market, signals, INVERSE, FREE, stop=4).result.counts.n_skipped == 0
