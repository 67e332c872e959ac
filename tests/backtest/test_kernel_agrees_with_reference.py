"""Kernel and reference, trade by trade, on whatever history can hold.

`python tests/torture/simulators.py --cases 100000 --workers 2` goes on where these leave off.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.costs import Costs
from backtest.kernel import simulate
from backtest.parity import first_difference
from backtest.pooling import pool, simulate_pooled
from backtest.prepared import prepare
from backtest.reference import pool_reference, simulate_reference
from backtest.result import ExitReason, Failure, Metrics
from backtest.risk import Risk
from backtest.trace import trace
from backtest.workspace import Workspace

MAX_BARS = 240
FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)
ORDINARY = settings(max_examples=300, deadline=None, derandomize=True, database=None)
seeds = st.integers(0, 2**63 - 1)
lengths = st.integers(2, MAX_BARS)


def trace_case(case):
    return trace(prepare(case.market, case.costs), case.signals, case.risk, **case.options)


def reference_of(case):
    return simulate_reference(case.market, case.signals, case.risk, case.costs, **case.options)


def both(market, signals, risk, costs=FREE):
    """Return what the kernel and the reference make of it."""
    return trace(prepare(market, costs), signals, risk), simulate_reference(market, signals, risk, costs)


def assert_agreement(case) -> None:
    ours, theirs = trace_case(case), reference_of(case)
    difference = first_difference(ours, theirs)
    assert difference is None, str(difference)
    # What pooling reads besides, of ruined sleeves too.
    assert ours.result.n_bars_held == theirs.result.n_bars_held
    assert ours.result.traded_usdc == pytest.approx(theirs.result.traded_usdc, rel=1e-9)
    assert ours.result.equity_change == pytest.approx(theirs.result.equity_change, rel=0.0, abs=1e-9 * 10_000.0)


def assert_same_metrics(first: Metrics, second: Metrics) -> None:
    for item in fields(Metrics):
        expected = pytest.approx(getattr(second, item.name), rel=1e-9, abs=1e-9, nan_ok=True)
        assert getattr(first, item.name) == expected, item.name


@ORDINARY
@given(seed=seeds, n_bars=lengths)
def test_kernel_agrees_with_reference(random_case, seed, n_bars):
    case = random_case(np.random.default_rng(seed), n_bars)
    assert_agreement(case)


@settings(ORDINARY, max_examples=40)
@given(seed=seeds)
def test_kernel_agrees_with_reference_under_variable_sizing(random_long_case, seed):
    case = random_long_case(np.random.default_rng(seed))
    assert_agreement(case)


def test_random_cases_reach_every_exit_every_failure_and_every_count(random_case):
    """Agreement says nothing about what never happens."""
    seen: Counter[object] = Counter()
    for seed in range(300):
        traced = trace_case(random_case(np.random.default_rng(seed), MAX_BARS))
        seen.update(traced.trades.reason)
        seen.update([traced.result.failure])
        seen.update(name for name in ("n_skipped", "n_capped") if getattr(traced.result.counts, name))
    assert set(seen) == {*ExitReason, *Failure, None, "n_skipped", "n_capped"}
    assert min(seen[reason] for reason in ExitReason) >= 20
    assert min(seen["n_skipped"], seen["n_capped"], seen[Failure.RUINED]) >= 5


def test_random_markets_hold_every_oddity(random_case):
    """Prices of every height, bars that jump to a limit, settlements inside bars, listing and delisting."""
    seen: Counter[str] = Counter()
    for seed in range(150):
        market = random_case(np.random.default_rng(seed), MAX_BARS).market
        open_, close = market.open[market.is_available], market.close[market.is_available]
        if open_.size < 2:
            continue
        one_price = (market.high == market.low)[market.is_available]
        jumps = np.abs(np.log(open_[1:] / close[:-1])) > 0.04
        seen["limit"] += bool((one_price[1:] & jumps).any())
        seen["tiny"] += bool(open_.max() < 1e-4)
        seen["huge"] += bool(open_.min() > 1e3)
        seen["delisted"] += not market.is_available[-1]
        seen["listed late"] += not market.is_available[0]
        seen["hole"] += len(market.segments(0, MAX_BARS)) > 3
        seen["funded"] += bool(np.nan_to_num(market.funding_rate).any())
        seen["partly unknown"] += 0 < np.isnan(market.funding_rate).sum() < MAX_BARS
        seen["now and then"] += 0 < np.count_nonzero(market.funding_rate == 0.0) < MAX_BARS
    assert min(seen.values()) >= 10, seen
    assert len(seen) == 9


def test_random_cases_of_variable_sizing_trade_and_skip(random_long_case):
    """The rules have a value on some decisions and none on others."""
    traces = [trace_case(random_long_case(np.random.default_rng(seed))) for seed in range(30)]
    assert sum(len(traced.trades) > 0 for traced in traces) >= 15
    assert sum(traced.result.counts.n_skipped > 0 for traced in traces) >= 5


@settings(ORDINARY, max_examples=60)
@given(seed=seeds, n_bars=lengths, n_coins=st.integers(2, 4))
def test_three_ways_of_pooling_agree(random_pool, seed, n_bars, n_coins):
    """Simulated together, pooled from results, pooled by the reference from equity."""
    cases = random_pool(np.random.default_rng(seed), n_coins, n_bars)
    prepared = [prepare(case.market, case.costs) for case in cases]
    first, options = cases[0], dict(cases[0].options)
    capital = options.pop("initial_capital")
    together = simulate_pooled(prepared, [c.signals for c in cases], first.risk, capital=capital * n_coins, **options)
    sleeves = [trace_case(case).result for case in cases]
    apart = pool(sleeves, bars_per_year=prepared[0].bars_per_year, n_blocks=options["n_blocks"])
    reference = pool_reference([reference_of(case) for case in cases], prepared[0].bars_per_year)
    for pooled in (together, apart):
        assert pooled.failure == reference.failure
        assert pooled.returns == pytest.approx(reference.returns, rel=1e-9, abs=1e-9, nan_ok=True)
        assert pooled.block_log_returns == pytest.approx(reference.block_log_returns, abs=1e-9, nan_ok=True)
    assert_same_metrics(apart.metrics, reference.metrics)
    if reference.failure is not Failure.RUINED:
        # Simulated together, the sleeves after a ruined one are left out, and so are their trades.
        assert_same_metrics(together.metrics, reference.metrics)


def test_liquidation_comes_before_a_stop_at_the_same_level(make_market, make_signals):
    """Short at 96 with one times leverage and half of it maintenance: 192 / 1.5 = 128, and so is 96 * (1 + 1 / 3)."""
    market = make_market([96.0] * 4, high=[96.0, 96.0, 130.0, 96.0], max_leverage=1)
    for traced in both(market, make_signals(4, short_entry=[0]), Risk(stop=1 / 3)):
        assert traced.trades.reason == (ExitReason.LIQUIDATION,)


@pytest.mark.parametrize("level", ["stop", "trailing"])
def test_the_widest_distance_is_the_same_level_in_both(make_market, make_signals, level):
    """99 % below 100 is 1: a low of 1.2 leaves the position, one of 0.7 ends it. Beyond it, the two would differ."""
    market = make_market([100.0] * 5, low=[100.0, 100.0, 1.2, 0.7, 100.0])
    for traced in both(market, make_signals(5, long_entry=[0]), Risk(**{level: 0.99}), FREE):
        assert traced.trades.exit_bar.tolist() == [3]
        assert traced.trades.exit_price == pytest.approx([1.0])


def test_stop_comes_before_a_trailing_stop_at_the_same_level(make_market, make_signals):
    """Both at 90 until a higher price has raised the second."""
    market = make_market([100.0] * 4, low=[100.0, 100.0, 85.0, 100.0])
    for traced in both(market, make_signals(4, long_entry=[0]), Risk(stop=0.1, trailing=0.1)):
        assert traced.trades.reason == (ExitReason.STOP,)


def test_order_of_exactly_the_minimum_is_made(make_market, make_signals):
    """62.5 coins at 160 are 10000 USDC: 250 lots of a binary fraction, so that nothing is rounded."""
    market, signals = make_market([160.0] * 3, lot_size=0.25), make_signals(3, long_entry=[0])
    for traced in both(market, signals, Risk(), Costs(0.0, 0.0, minimum_order_usdc=10_000.0)):
        assert traced.trades.quantity.tolist() == [62.5]
    for traced in both(market, signals, Risk(), Costs(0.0, 0.0, minimum_order_usdc=10_000.01)):
        assert (len(traced.trades), traced.result.counts.n_skipped) == (0, 1)


def test_whole_number_of_lots_stays_one_whatever_the_last_digits_say(make_market, make_signals):
    """A thousand coins in lots of a billionth are 10^12 lots: the last digit of the quotient is 10^-4 of one."""
    signals = make_signals(3, long_entry=[0])
    for price in (9.0, 9.9, 9.99, 10.1, 11.0, 13.0):
        market = make_market([price] * 3, lot_size=1e-9)
        quantities = [float(traced.trades.quantity[0]) for traced in both(market, signals, Risk(), Costs(0.0, 0.0))]
        assert quantities[0] == quantities[1]
        capital = round(1000 * price, 6)
        exact = simulate_reference(market, signals, Risk(), Costs(0.0, 0.0), initial_capital=capital)
        assert exact.trades.quantity.tolist() == [pytest.approx(1000.0, rel=1e-15)]


def test_sleeve_that_the_fee_of_its_entry_ruins_is_dead_whatever_the_close_says(make_market, make_signals):
    """All of the capital goes to the fee at the open, though the price doubles by the close."""
    market, signals = make_market([100, 100, 200], close=[100, 200, 200]), make_signals(3, long_entry=[0])
    for traced in both(market, signals, Risk(), Costs(taker_fee_bps=10_000.0, slippage_bps=0.0)):
        assert traced.result.failure is Failure.RUINED
        assert traced.result.n_bars_held == 0


def test_sleeve_dies_at_a_close_whose_level_of_liquidation_was_not_met(make_market, make_signals):
    """Three times long at 100 with 15 % paid in fees: at 70 the loss is 90 %, liquidation would come at 67.3."""
    market = make_market([100, 100, 100, 70, 70], close=[100, 100, 70, 70, 70], max_leverage=50)
    signals, dear = make_signals(5, long_entry=[0]), Costs(taker_fee_bps=500.0, slippage_bps=0.0)
    for traced in both(market, signals, Risk(scale=3.0), dear):
        assert traced.result.failure is Failure.RUINED
        assert traced.equity == pytest.approx([10_000, 8_500, -500, -500, -500])
        assert (len(traced.trades), traced.result.n_bars_held) == (0, 2)


@pytest.mark.parametrize("reverse", [False, True])
def test_sleeve_dies_at_an_open_that_closes_it_below_everything(make_market, make_signals, reverse):
    """Three times long at 100, out or turned round at 50: a loss of one and a half times the capital."""
    market = make_market([100, 100, 50, 50], close=[100, 100, 50, 50], max_leverage=50)
    signals = make_signals(4, long_entry=[0], long_exit=[1], short_entry=[1])
    for traced in both(market, signals, Risk(scale=3.0, reverse=reverse)):
        assert traced.result.failure is Failure.RUINED
        assert traced.trades.reason == ((ExitReason.REVERSAL if reverse else ExitReason.SIGNAL),)
        assert traced.equity == pytest.approx([10_000, 10_000, -5_000, -5_000])


def test_workspace_that_was_used_before_changes_nothing(random_case):
    """Buffers of one process serve simulations of any slice and number of blocks, one after the other."""
    workspace = Workspace(MAX_BARS)
    for seed in range(60):
        case = random_case(np.random.default_rng(seed), 2 + 7 * seed % (MAX_BARS - 1))
        prepared = prepare(case.market, case.costs)
        again = simulate(prepared, case.signals, case.risk, workspace=workspace, **case.options)
        fresh = simulate(prepared, case.signals, case.risk, **case.options)
        assert again.equity_change.tobytes() == fresh.equity_change.tobytes()
        assert again.block_log_returns.tobytes() == fresh.block_log_returns.tobytes()
        assert again.counts == fresh.counts
        assert repr(again.metrics) == repr(fresh.metrics)
