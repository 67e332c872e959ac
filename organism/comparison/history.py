"""Whether two strategies were judged on the same bars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.errors import DataError
from data.market import FloatArray, IntArray, Market, Universe
from data.snapshot import SnapshotStore


@dataclass(frozen=True, slots=True)
class SharedHistory:
    """What two judgements have in common."""

    is_shared: bool
    """Whether at least one coin has the same bars in both."""
    words: tuple[str, ...]


def shared_history(store: SnapshotStore, a: str, b: str, time_ms: IntArray) -> SharedHistory:
    """Compare the histories of two verdicts, by their ids.

    Parameters
    ----------
    time_ms
        Shape (n_bars,): bars of the slices that were judged for both; no other bar is compared.
    """
    if a == b:
        return SharedHistory(True, (f"Both were judged on the same history ({a[:12]}).",))
    try:
        ours, theirs = (store.open(identifier).load() for identifier in (a, b))
    except DataError as error:
        return SharedHistory(False, (f"They were judged on different histories, which cannot be compared: {error}.",))
    names = f"A on {_name(ours, a)}, B on {_name(theirs, b)}"
    if ours.interval_ms != theirs.interval_ms:
        return SharedHistory(False, (f"They were judged on bars of different length: {names}.",))
    same = [coin for coin in ours.coins if coin in theirs.coins and _are_same(ours, theirs, coin, time_ms)]
    if not same:
        return SharedHistory(False, (f"They were judged on different markets, without a bar in common: {names}.",))
    return SharedHistory(True, _partly(names, same, ours, theirs))


def _partly(names: str, same: list[str], ours: Universe, theirs: Universe) -> tuple[str, ...]:
    differing = sorted((set(ours.coins) | set(theirs.coins)) - set(same))
    if not differing:
        return (f"They were judged on different histories ({names}), whose bars in common are the same.",)
    return (
        f"They were judged on different histories: {names}.",
        f"The bars in common are the same for {', '.join(same)}, and not for {', '.join(differing)}: what differs may "
        "be the markets and not the rules.",
    )


def _name(universe: Universe, identifier: str) -> str:
    return f"{', '.join(universe.coins)} ({universe.interval}, {identifier[:12]})"


def _are_same(ours: Universe, theirs: Universe, coin: str, time_ms: IntArray) -> bool:
    closes = [_closes(universe[coin], time_ms) for universe in (ours, theirs)]
    return bool(time_ms.size) and np.array_equal(closes[0], closes[1], equal_nan=True)


def _closes(market: Market, time_ms: IntArray) -> FloatArray:
    """Return the close of each of these bars; all of them are in its calendar, since it was judged on them."""
    return market.close[np.searchsorted(market.time_ms, time_ms)]
