"""What two strategies traded on the bars that both were judged on, and what that has cost."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from data.errors import DataError
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
        if (one.start_ms, one.end_ms) == (other.start_ms, other.end_ms):
            yield TradeDifference(name, behaviour_of(one.traces, other.traces, one.time_ms))


def cost_pairs(a: Traced, b: Traced) -> Iterator[CostPair]:
    """Yield what both have paid on each slice, all coins together."""
    for name in _both(a, b):
        yield CostPair(name, _paid(a[name]), _paid(b[name]))


def _both(a: Traced, b: Traced) -> list[str]:
    return [name for name in a if name in b]


def _paid(part: TracedSlice) -> CostRow:
    return next(row for row in cost_rows([part]) if row.coin == EVERY_COIN)
