"""Every field of a trace: a changed value is found and named."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.parity import METRIC_FIELDS, TRADE_FIELDS, first_difference
from backtest.prepared import prepare
from backtest.result import ExitReason, Failure, Metrics, Trace, Trades
from backtest.risk import Risk
from backtest.trace import trace


@pytest.fixture(scope="module")
def traced(make_market, make_signals) -> Trace:
    """Three trades, up, down and forced at the border, on the bars 2 to 12."""
    prices = [100, 100, 100, 100, 110, 105, 100, 95, 90, 100, 104, 108]
    market = make_market(prices, funding_rate=[1e-4] * 12)
    signals = make_signals(12, long_entry=[2, 6, 9], long_exit=[4, 8])
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
    assert len(traced.trades) == 3
    assert first_difference(traced, traced) is None
    assert first_difference(traced, with_trades(traced, profit=traced.trades.profit.copy())) is None


def test_every_field_is_compared():
    assert {*TRADE_FIELDS, "reason"} == set(Trades.__slots__)
    assert set(METRIC_FIELDS) == set(Metrics.__slots__)


@pytest.mark.parametrize("name", TRADE_FIELDS)
@pytest.mark.parametrize("i", [0, 2])
def test_changed_trade_is_named(traced, name, i):
    values = getattr(traced.trades, name)
    other = with_trades(traced, **{name: with_value(values, i, values[i] + 1)})
    difference = first_difference(traced, other)
    assert (difference.where, difference.field) == (f"trade {i}", name)
    assert (difference.first, difference.second) == (values[i], values[i] + 1)


def test_earlier_trade_is_named_first(traced):
    late = with_trades(traced, exit_bar=with_value(traced.trades.exit_bar, 2, 7))
    both = with_trades(late, fees=with_value(traced.trades.fees, 1, 5.0))
    assert first_difference(traced, both).where == "trade 1"


def test_changed_reason_is_named(traced):
    reasons = (traced.trades.reason[0], ExitReason.STOP, traced.trades.reason[2])
    difference = first_difference(traced, with_trades(traced, reason=reasons))
    assert str(difference) == "trade 1, reason: 'signal' against 'stop'"


def test_missing_trade_is_named_by_the_counts(traced):
    columns = {name: getattr(traced.trades, name)[:2] for name in Trades.__slots__}
    difference = first_difference(traced, with_trades(traced, **columns))
    assert (difference.where, difference.field, difference.first, difference.second) == ("trades", "count", 3, 2)


@pytest.mark.parametrize("value", [123.0, math.nan])
def test_changed_equity_is_named_by_its_bar(traced, value):
    """The slice starts at bar 2."""
    difference = first_difference(traced, replace(traced, equity=with_value(traced.equity, 5, value)))
    assert (difference.where, difference.field, difference.first) == ("bar 7", "equity", traced.equity[5])


def test_equity_of_another_length_is_named(traced):
    difference = first_difference(traced, replace(traced, equity=traced.equity[:-1]))
    assert (difference.where, difference.field, difference.second) == ("equity", "shape", (9,))


def test_changed_failure_is_named(traced):
    difference = first_difference(traced, with_result(traced, failure=Failure.RUINED))
    assert (difference.field, difference.first, difference.second) == ("failure", None, Failure.RUINED)


@pytest.mark.parametrize("name", ["n_forced", "n_skipped", "n_capped", "n_liquidations"])
def test_changed_count_is_named(traced, name):
    counts = replace(traced.result.counts, **{name: 7})
    assert first_difference(traced, with_result(traced, counts=counts)).field == "counts"


@pytest.mark.parametrize("name", METRIC_FIELDS)
@pytest.mark.parametrize("value", [0.777, math.nan])
def test_changed_metric_is_named(traced, name, value):
    difference = first_difference(traced, with_result(traced, metrics=replace(traced.result.metrics, **{name: value})))
    assert (difference.where, difference.field) == ("metrics", name)


def test_changed_block_is_named(traced):
    blocks = with_value(traced.result.block_log_returns, 1, 0.5)
    difference = first_difference(traced, with_result(traced, block_log_returns=blocks))
    assert (difference.where, difference.field, difference.second) == ("blocks", "block 1", 0.5)


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
