"""Every field of a trace: a changed value is found, and named with its bar and event."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.parity import (
    ENTRY_FIELDS,
    EXIT_FIELDS,
    METRIC_FIELDS,
    Books,
    Difference,
    first_difference,
    first_event_difference,
)
from backtest.prepared import prepare
from backtest.reference import simulate_reference
from backtest.result import ExitReason, Failure, Metrics, Trace, Trades
from backtest.risk import Risk
from backtest.trace import trace

PRICES = [100, 100, 100, 100, 110, 105, 100, 95, 90, 100, 104, 108]
N = len(PRICES)
ENTRIES, EXITS = (3, 7, 10), (5, 9, 11)


@pytest.fixture(scope="module")
def market(make_market):
    return make_market(PRICES, funding_rate=[1e-4] * N)


@pytest.fixture(scope="module")
def signals(make_signals):
    return make_signals(N, long_entry=[2, 6, 9], long_exit=[4, 8])


@pytest.fixture(scope="module")
def traced(market, signals) -> Trace:
    """Three trades, up, down and forced at the border, on the bars 2 to 12."""
    return trace(prepare(market, Costs()), signals, Risk(), start=2, n_blocks=3)


def with_trades(traced: Trace, **changed) -> Trace:
    return replace(traced, trades=replace(traced.trades, **changed))


def with_result(traced: Trace, **changed) -> Trace:
    return replace(traced, result=replace(traced.result, **changed))


def with_value(values: np.ndarray, i: int, value: float) -> np.ndarray:
    changed = values.copy()
    changed[i] = value
    return changed


def test_trace_agrees_with_itself_and_with_a_copy(traced):
    assert traced.trades.entry_bar.tolist() == list(ENTRIES)
    assert traced.trades.exit_bar.tolist() == list(EXITS)
    assert first_difference(traced, traced) is None
    assert first_difference(traced, with_trades(traced, profit=traced.trades.profit.copy())) is None


def test_every_field_is_compared():
    assert {*ENTRY_FIELDS, "funding", *EXIT_FIELDS} == set(Trades.__slots__)
    assert set(METRIC_FIELDS) == set(Metrics.__slots__)


@pytest.mark.parametrize("name", ENTRY_FIELDS)
@pytest.mark.parametrize("i", [0, 2])
def test_changed_entry_is_named_with_its_bar(traced, name, i):
    values = getattr(traced.trades, name)
    difference = first_difference(traced, with_trades(traced, **{name: with_value(values, i, values[i] + 1)}))
    assert difference == Difference(ENTRIES[i], "entry", name, values[i].item(), values[i].item() + 1)


@pytest.mark.parametrize("name", [name for name in EXIT_FIELDS if name != "reason"])
@pytest.mark.parametrize(("i", "event"), [(0, "exit by signal"), (2, "exit by border")])
def test_changed_exit_is_named_with_its_bar(traced, name, i, event):
    values = getattr(traced.trades, name)
    difference = first_difference(traced, with_trades(traced, **{name: with_value(values, i, values[i] + 1)}))
    assert difference == Difference(EXITS[i], event, name, values[i].item(), values[i].item() + 1)


def test_changed_reason_is_named(traced):
    reasons = (traced.trades.reason[0], ExitReason.STOP, traced.trades.reason[2])
    difference = first_difference(traced, with_trades(traced, reason=reasons), names=("kernel", "reference"))
    assert str(difference) == "bar 9, exit by signal, reason: kernel 'signal', reference 'stop'"


def test_earlier_trade_is_named_first(traced):
    late = with_trades(traced, exit_bar=with_value(traced.trades.exit_bar, 2, 12))
    both = with_trades(late, fees=with_value(traced.trades.fees, 1, 5.0))
    assert first_difference(traced, both).bar == EXITS[1]


def test_the_earlier_of_two_entries_gives_the_bar(traced):
    late = with_trades(traced, entry_bar=with_value(traced.trades.entry_bar, 1, 8))
    assert first_difference(traced, late).bar == first_difference(late, traced).bar == 7


def test_the_earlier_of_two_exits_gives_bar_and_event(traced):
    reasons = (traced.trades.reason[0], ExitReason.TARGET, traced.trades.reason[2])
    early = with_trades(traced, exit_bar=with_value(traced.trades.exit_bar, 1, 8), reason=reasons)
    expected = (8, "exit by target", "exit_bar", 9, 8)
    difference = first_difference(traced, early)
    assert (difference.bar, difference.event, difference.field, difference.first, difference.second) == expected


def test_equity_that_parts_before_the_trade_comes_first(traced):
    """The trade differs at its exit on bar 9, the equity on bar 6 already."""
    other = with_trades(traced, exit_price=with_value(traced.trades.exit_price, 1, 1.0))
    other = replace(other, equity=with_value(traced.equity, 4, 5.0))
    assert first_difference(traced, other) == Difference(6, "mark", "equity", float(traced.equity[4]), 5.0)


def test_a_trade_comes_before_the_equity_of_its_bar(traced):
    other = with_trades(traced, exit_price=with_value(traced.trades.exit_price, 0, 1.0))
    other = replace(other, equity=with_value(traced.equity, 3, 5.0))
    difference = first_difference(traced, other)
    assert (difference.bar, difference.field) == (5, "exit_price")


def test_missing_trade_is_the_entry_that_one_of_them_lacks(traced):
    columns = {name: getattr(traced.trades, name)[:2] for name in Trades.__slots__}
    short = with_trades(traced, **columns)
    assert first_difference(traced, short) == Difference(10, "entry", "entry_bar", 10, None)
    assert first_difference(short, traced) == Difference(10, "entry", "entry_bar", None, 10)


@pytest.mark.parametrize("value", [123.0, math.nan])
def test_changed_equity_is_named_by_its_bar(traced, value):
    """The slice starts at bar 2."""
    difference = first_difference(traced, replace(traced, equity=with_value(traced.equity, 5, value)))
    assert (difference.bar, difference.event, difference.field) == (7, "mark", "equity")
    assert difference.first == traced.equity[5]


def test_equity_of_another_length_is_named(traced):
    difference = first_difference(traced, replace(traced, equity=traced.equity[:-1]))
    assert (difference.bar, difference.event, difference.field, difference.second) == (None, "equity", "shape", (9,))


def test_changed_funding_is_named_at_its_settlement(market, signals, traced):
    """The second trade is held over the opens of the bars 8 and 9; the first of these settles at another rate."""
    cost = with_value(market.funding_cost, 8, 0.5)
    other = simulate_reference(replace(market, funding_cost=cost), signals, Risk(), Costs(), start=2, n_blocks=3)
    difference = first_difference(traced, other, names=("kernel", "reference"))
    assert (difference.bar, difference.event, difference.field) == (8, "funding", "equity")
    paid = traced.trades.quantity[1] * (0.5 - market.funding_cost[8])
    assert difference.first - difference.second == pytest.approx(paid)


def test_funding_that_changes_at_the_open_of_the_exit_is_named_there(market, signals, traced):
    cost = with_value(market.funding_cost, 9, 0.5)
    other = simulate_reference(replace(market, funding_cost=cost), signals, Risk(), Costs(), start=2, n_blocks=3)
    difference = first_difference(traced, other)
    assert (difference.bar, difference.event, difference.field) == (9, "funding", "funding")


def test_another_fee_is_found_at_the_close_of_the_first_entry(market, signals, traced):
    """Sizes are before fees, so that the mark at the end of the entry bar is the first to know."""
    other = simulate_reference(market, signals, Risk(), Costs(taker_fee_bps=4.6), start=2, n_blocks=3)
    difference = first_difference(traced, other)
    assert (difference.bar, difference.event, difference.field) == (3, "mark", "equity")


def test_another_slippage_is_found_at_the_first_entry(market, signals, traced):
    other = simulate_reference(market, signals, Risk(), Costs(slippage_bps=5.1), start=2, n_blocks=3)
    difference = first_difference(traced, other)
    assert (difference.bar, difference.event, difference.field) == (3, "entry", "quantity")


def test_changed_failure_is_named(traced):
    difference = first_difference(traced, with_result(traced, failure=Failure.RUINED))
    assert (difference.bar, difference.event, difference.field) == (None, "result", "failure")
    assert (difference.first, difference.second) == (None, Failure.RUINED)


@pytest.mark.parametrize("name", ["n_forced", "n_skipped", "n_capped", "n_liquidations"])
def test_changed_count_is_named(traced, name):
    counts = replace(traced.result.counts, **{name: 7})
    assert first_difference(traced, with_result(traced, counts=counts)).field == "counts"


@pytest.mark.parametrize("name", METRIC_FIELDS)
@pytest.mark.parametrize("value", [0.777, math.nan])
def test_changed_metric_is_named(traced, name, value):
    difference = first_difference(traced, with_result(traced, metrics=replace(traced.result.metrics, **{name: value})))
    assert (difference.bar, difference.event, difference.field) == (None, "metrics", name)


def test_changed_block_is_named(traced):
    blocks = with_value(traced.result.block_log_returns, 1, 0.5)
    difference = first_difference(traced, with_result(traced, block_log_returns=blocks))
    assert str(difference).startswith("blocks, block 1: first ")
    assert difference.second == 0.5


def test_nothing_is_said_of_rounding_and_of_two_that_do_not_exist(traced):
    """A price differs relative to itself, money to the capital of 10000: 5e-6 USDC are 5e-10 of it."""
    trades = with_trades(
        traced, entry_price=traced.trades.entry_price * (1 + 5e-10), profit=traced.trades.profit + 5e-6
    )
    assert first_difference(traced, replace(trades, equity=traced.equity + 5e-6)) is None
    nothing = with_result(traced, metrics=replace(traced.result.metrics, calmar=math.nan))
    assert first_difference(nothing, nothing) is None


@pytest.mark.parametrize(("name", "factor"), [("entry_price", 1 + 2e-9), ("quantity", 1 - 2e-9)])
def test_more_than_rounding_is_a_difference(traced, name, factor):
    other = with_trades(traced, **{name: getattr(traced.trades, name) * factor})
    assert first_difference(traced, other).field == name
    assert first_difference(traced, other, tolerance=1e-8) is None


def test_events_alone_are_compared_without_a_summary(traced):
    poorer = with_result(traced, metrics=replace(traced.result.metrics, sharpe=0.5))
    assert first_event_difference(Books.of(traced), Books.of(poorer)) is None
    assert first_difference(traced, poorer).field == "sharpe"
