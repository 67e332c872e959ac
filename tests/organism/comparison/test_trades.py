"""Trades of two strategies beside each other, on histories that are not the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from backtest.costs import costs_for
from backtest.prepared import prepare
from backtest.risk import Risk
from backtest.signals import Signals
from data.market import Market
from organism.comparison.trades import trade_differences
from organism.views.chapters.retraced import TracedSlice, trace_all

PRICES = [100.0, 101.0, 102.0, 103.0, 104.0, 105.0, 106.0, 107.0]
HOUR_MS = 3_600_000
Build = Callable[..., TracedSlice]


@pytest.fixture
def traded(make_market: Callable[..., Market], make_signals: Callable[..., Signals]) -> Build:
    """Trade the bars from the third of `PRICES` on: each coin is long from its fifth to its seventh bar."""

    def build(*coins: str, n_before: int = 0) -> TracedSlice:
        prices = [100.0] * n_before + PRICES
        markets = [make_market(prices, coin=coin) for coin in coins]
        markets = [replace(one, time_ms=one.time_ms - n_before * HOUR_MS) for one in markets]
        levels = make_signals(len(prices), [n_before + 3], [n_before + 5])
        costs = [costs_for(coin) for coin in coins]
        prepared = [prepare(one, paid) for one, paid in zip(markets, costs, strict=True)]
        start = n_before + 2
        traces = trace_all(prepared, dict.fromkeys(coins, levels), Risk(), start, len(prices))
        times = markets[0].time_ms
        end_ms = int(times[-1]) + HOUR_MS
        return TracedSlice("IS", int(times[start]), end_ms, tuple(markets), tuple(costs), traces)

    return build


def same_trades(a: TracedSlice, b: TracedSlice) -> dict[str, tuple[int, int, int]]:
    [found] = trade_differences({"IS": a}, {"IS": b})
    return {coin.coin: (coin.n_same, coin.n_removed, coin.n_added) for coin in found.behaviour.coins}


def test_universes_of_another_size(traded: Build) -> None:
    two, three = traded("BTC", "DOGE"), traded("BTC", "DOGE", "kPEPE")
    assert same_trades(two, three) == {"BTC": (1, 0, 0), "DOGE": (1, 0, 0), "kPEPE": (0, 0, 1)}
    assert same_trades(three, two) == {"BTC": (1, 0, 0), "DOGE": (1, 0, 0), "kPEPE": (0, 1, 0)}


def test_universes_of_other_coins(traded: Build) -> None:
    found = same_trades(traded("BTC", "DOGE"), traded("BTC", "kPEPE"))
    assert found == {"BTC": (1, 0, 0), "DOGE": (0, 1, 0), "kPEPE": (0, 0, 1)}


def test_a_history_that_begins_earlier_has_the_same_trades_at_the_same_times(traded: Build) -> None:
    [found] = trade_differences({"IS": traded("BTC")}, {"IS": traded("BTC", n_before=5)})
    assert [(coin.n_same, coin.n_shifted) for coin in found.behaviour.coins] == [(1, 0)]
    assert found.behaviour.parts_at == ""
    [later] = trade_differences({"IS": traded("BTC", n_before=5)}, {"IS": traded("DOGE")})
    assert {change.before or change.after for change in later.behaviour.changes} == {
        "2024-01-01 04:00 to 2024-01-01 06:00"
    }


def test_slices_of_other_bars_are_not_compared(traded: Build) -> None:
    whole = traded("BTC")
    [trace] = whole.traces
    result = replace(trace.result, start=trace.result.start + 1)
    shorter = replace(whole, traces=(replace(trace, result=result, equity=trace.equity[1:]),))
    assert list(trade_differences({"IS": whole}, {"IS": shorter})) == []
