"""What a change of a rule did to its trades; see `Behaviour`."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from backtest.result import Trace, Trades
from data.intervals import utc_text
from data.market import FloatArray, IntArray
from organism.views.lineage import Behaviour, CoinTrades, TradeChange

MOST_CHANGES = 200
POINTS = 240
SIDES = {1: "long", -1: "short"}
NO_BARS, NO_AMOUNTS = np.zeros(0, dtype=np.int64), np.zeros(0)
NO_TRADES = Trades(
    NO_BARS, NO_BARS, NO_BARS, NO_AMOUNTS, NO_AMOUNTS, NO_AMOUNTS, NO_AMOUNTS, NO_AMOUNTS, NO_AMOUNTS, ()
)
Pairs = list[tuple[int | None, int | None]]
"""Places of the same trade before and after; None on the side that has none."""


def behaviour_of(before: Sequence[Trace], after: Sequence[Trace], time_ms: IntArray) -> Behaviour:
    """Compare what two rules did on the same bars, coin by coin, by name: their universes may be different ones.

    Parameters
    ----------
    time_ms
        Shape (n_bars,): open of each bar of the history, UTC milliseconds; the traces begin and end at the same two.
    """
    ours, theirs = ({one.result.coin: one.trades for one in traces} for traces in (before, after))
    coins: list[CoinTrades] = []
    changes: list[tuple[int, TradeChange]] = []
    for coin in sorted(ours.keys() | theirs.keys()):
        counted, found = _coin_trades(coin, ours.get(coin), theirs.get(coin), time_ms)
        coins.append(counted)
        changes += found
    one, other = _equity(before), _equity(after)
    differs = np.flatnonzero(one != other)
    parts = int(differs[0]) if differs.size else None
    start, stop = before[0].result.start, before[0].result.stop
    ordered = [change for _, change in sorted(changes, key=lambda item: item[0])]
    return Behaviour(
        coins=tuple(coins),
        changes=tuple(ordered[:MOST_CHANGES]),
        n_changes=len(ordered),
        parts_at="" if parts is None else utc_text(int(time_ms[start + parts])),
        parts_after=None if parts is None else parts / len(one),
        equity_before=_thinned(one),
        equity_after=_thinned(other),
        first=utc_text(int(time_ms[start]))[:10],
        last=utc_text(int(time_ms[stop - 1]))[:10],
    )


def paired(before: Trades, after: Trades) -> Pairs:
    """Pair trades of the same side whose times overlap, both lists being in order of time; each trade once.

    A coin has one position at a time, so that the trades of a list never overlap one another.
    """
    pairs: Pairs = []
    i = j = 0
    while i < len(before) and j < len(after):
        is_alike = before.side[i] == after.side[j]
        overlaps = before.entry_bar[i] <= after.exit_bar[j] and after.entry_bar[j] <= before.exit_bar[i]
        if is_alike and overlaps:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif (before.exit_bar[i], before.entry_bar[i]) <= (after.exit_bar[j], after.entry_bar[j]):
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return (
        pairs + [(place, None) for place in range(i, len(before))] + [(None, place) for place in range(j, len(after))]
    )


def _coin_trades(
    coin: str, before: Trades | None, after: Trades | None, time_ms: IntArray
) -> tuple[CoinTrades, list[tuple[int, TradeChange]]]:
    """Return the counts of one coin, and what differs, each with the bar at which it begins."""
    old, new = before or NO_TRADES, after or NO_TRADES
    pairs = paired(old, new)
    found = [change for pair in pairs if (change := _change(coin, old, new, pair, time_ms)) is not None]
    kinds = [change.kind for _, change in found]
    counted = CoinTrades(
        coin=coin,
        n_same=len(pairs) - len(kinds),
        n_shifted=kinds.count("shifted"),
        n_added=kinds.count("added"),
        n_removed=kinds.count("removed"),
        profit_before=_profit(before),
        profit_after=_profit(after),
    )
    return counted, found


def _profit(trades: Trades | None) -> float:
    return math.nan if trades is None else float(trades.profit.sum())


def _change(
    coin: str, old: Trades, new: Trades, pair: tuple[int | None, int | None], time_ms: IntArray
) -> tuple[int, TradeChange] | None:
    """Return a difference with the bar at which it begins; None for the same trade, whatever its size."""
    i, j = pair
    if i is not None and j is not None:
        same_bars = (old.entry_bar[i], old.exit_bar[i]) == (new.entry_bar[j], new.exit_bar[j])
        if same_bars and old.exit_price[i] == new.exit_price[j]:
            return None
    kind = "added" if i is None else "removed" if j is None else "shifted"
    bars = [int(trades.entry_bar[place]) for trades, place in ((old, i), (new, j)) if place is not None]
    sides = [int(trades.side[place]) for trades, place in ((old, i), (new, j)) if place is not None]
    change = TradeChange(
        kind,
        coin,
        SIDES[sides[0]],
        _times(old, i, time_ms),
        _times(new, j, time_ms),
        None if i is None else float(old.profit[i]),
        None if j is None else float(new.profit[j]),
    )
    return min(bars), change


def _times(trades: Trades, place: int | None, time_ms: IntArray) -> str:
    if place is None:
        return ""
    entry, leave = (utc_text(int(time_ms[bars[place]])) for bars in (trades.entry_bar, trades.exit_bar))
    return f"{entry} to {leave}"


def _equity(traces: Sequence[Trace]) -> FloatArray:
    """Return the equity of all coins together, the capital being 1."""
    capital = sum(trace.result.initial_capital for trace in traces)
    summed: FloatArray = np.sum([trace.equity for trace in traces], axis=0) / capital
    return summed


def _thinned(values: FloatArray) -> tuple[float, ...]:
    places = np.unique(np.linspace(0, values.size - 1, min(POINTS, values.size)).round().astype(int))
    return tuple(float(value) for value in values[places])
