"""What two strategies traded on the bars that both were judged on, and what that has cost."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np

from backtest.result import Trace
from data.errors import DataError
from data.market import IntArray
from data.snapshot import SnapshotStore
from organism.comparison.values import CostPair, TradeDifference
from organism.registry.evidence import Pack
from organism.views.chapters.costs import EVERY_COIN, CostRow, cost_rows
from organism.views.chapters.retraced import TracedSlice, retraced
from organism.views.trade_diff import behaviour_of

Traced = dict[str, TracedSlice]
"""By the name of the slice."""


def traced_pair(store: SnapshotStore, packs: Sequence[Pack], names: Collection[str]) -> tuple[Traced, Traced] | str:
    """Return the trades of both on the slices named and on no other; or why they are not known."""
    found: list[Traced] = []
    for side, pack in zip("AB", packs, strict=True):
        try:
            found.append({part.name: part for part in retraced(store, pack, names)})
        except DataError as error:
            return f"The trades of {side} are not known: {error}."
    return found[0], found[1]


def trade_differences(a: Traced, b: Traced) -> Iterator[TradeDifference]:
    """Yield what differs between the trades of both, slice by slice, where they are of the same bars."""
    for name in _both(a, b):
        one, other = a[name], b[name]
        times = _times(one)
        if np.array_equal(times, _times(other)):
            yield TradeDifference(name, behaviour_of(_from_first_bar(one), _from_first_bar(other), times))


def cost_pairs(a: Traced, b: Traced) -> Iterator[CostPair]:
    """Yield what both have paid on each slice, all coins together."""
    for name in _both(a, b):
        yield CostPair(name, _paid(a[name]), _paid(b[name]))


def _times(part: TracedSlice) -> IntArray:
    """Return the open of each bar of a slice."""
    window = part.traces[0].result
    return part.time_ms[window.start : window.stop]


def _from_first_bar(part: TracedSlice) -> tuple[Trace, ...]:
    """Return the traces with the bars of their slice counted from 0: two histories may begin at different times."""
    return tuple(_counted_from_0(one) for one in part.traces)


def _counted_from_0(one: Trace) -> Trace:
    start, stop = one.result.start, one.result.stop
    trades = replace(one.trades, entry_bar=one.trades.entry_bar - start, exit_bar=one.trades.exit_bar - start)
    return replace(one, result=replace(one.result, start=0, stop=stop - start), trades=trades)


def _both(a: Traced, b: Traced) -> list[str]:
    return [name for name in a if name in b]


def _paid(part: TracedSlice) -> CostRow:
    return next(row for row in cost_rows([part]) if row.coin == EVERY_COIN)
