"""From simulated trades to the list of round trips on the screen of a strategy."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from backtest.result import Trace
from data.intervals import utc_text
from data.market import IntArray
from organism.views.strategy import TradeList, TradeRow

MOST_TRADES = 300
SIDES = {1: "long", -1: "short"}


def trade_list(traces: Sequence[Trace], time_ms: IntArray, scale: float) -> TradeList:
    """Return the newest round trips of all coins."""
    every = [
        (int(trace.trades.exit_bar[place]), trace.result.coin, place, trace)
        for trace in traces
        for place in range(len(trace.trades))
    ]
    newest = heapq.nlargest(MOST_TRADES, every, key=lambda item: item[:3])
    profits = [float(trace.trades.profit[place]) for _, _, place, trace in every]
    return TradeList(
        rows=tuple(_trade(trace, place, time_ms) for _, _, place, trace in newest),
        n=len(every),
        n_profitable=sum(profit > 0.0 for profit in profits),
        profit=sum(profits),
        scale=scale,
        first=utc_text(int(time_ms[0]))[:10],
        last=utc_text(int(time_ms[-1]))[:10],
    )


def _trade(trace: Trace, place: int, time_ms: IntArray) -> TradeRow:
    trades = trace.trades
    return TradeRow(
        coin=trace.result.coin,
        side=SIDES[int(trades.side[place])],
        entry=utc_text(int(time_ms[trades.entry_bar[place]])),
        leave=utc_text(int(time_ms[trades.exit_bar[place]])),
        entry_price=float(trades.entry_price[place]),
        exit_price=float(trades.exit_price[place]),
        profit=float(trades.profit[place]),
        reason=trades.reason[place].value,
    )
