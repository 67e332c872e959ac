"""Where the bars of a snapshot are from, for whoever reads what was judged on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from data.errors import DataError
from data.lake import Lake
from data.market import Market
from data.snapshot import Snapshot, SnapshotStore
from organism.home import Home
from organism.views.survivorship import Survivorship, sentences, survivorship_of

MADE_FROM = ("in-sample part", "surrogate")
"""Kinds of snapshots that were made from another one, which their origin names."""


class SliceSpan(NamedTuple):
    """One slice of a calendar."""

    name: str
    start_ms: int
    end_ms: int


class VenueShare(NamedTuple):
    """How much of a slice one venue gave, of the bars that a coin has there."""

    slice: str
    coin: str
    venue: str
    share: float


def slice_spans(document: Mapping[str, Any]) -> tuple[SliceSpan, ...]:
    """Return the slices that an evidence pack's document has records of."""
    return tuple(SliceSpan(one["name"], one["start_ms"], one["end_ms"]) for one in document["slices"])


def history_lines(home: Home, snapshot_id: str, slices: Sequence[SliceSpan]) -> tuple[str, ...]:
    """Return where a snapshot's bars are from, in sentences; nothing if it is not in this home."""
    found = _found(home, snapshot_id)
    return () if found is None else tuple(_lines(found, slices))


def survivorship_lines(home: Home, snapshot_id: str) -> tuple[str, ...]:
    """Return what a snapshot's universe hides, in sentences; nothing of a made market."""
    found = _found(home, snapshot_id)
    return () if found is None or found.survived is None else tuple(sentences(found.survived))


def history_view(home: Home, snapshot_id: str) -> dict[str, Any]:
    """Return where a snapshot's bars are from and which coins are missing beside it, as JSON values."""
    found = _found(home, snapshot_id)
    survived = None if found is None else found.survived
    return {
        "snapshot_id": snapshot_id,
        "said": [] if found is None else list(_lines(found, ())),
        "survivorship": None if survived is None else survived.to_plain(),
    }


@dataclass(frozen=True, slots=True)
class _Found:
    """A snapshot, what it was made from, and what that hides."""

    snapshot: Snapshot
    source: Snapshot | None
    survived: Survivorship | None


def _found(home: Home, snapshot_id: str) -> _Found | None:
    store = SnapshotStore(home.snapshots)
    try:
        snapshot = store.open(snapshot_id)
    except DataError:
        return None
    source = source_of(store, snapshot)
    return _Found(snapshot, source, None if source is None else survivorship_of(source.manifest, Lake(home.lake)))


def _lines(found: _Found, slices: Sequence[SliceSpan]) -> Iterator[str]:
    kinds = list(_kinds(found.snapshot))
    for kind in kinds:
        yield f"It is {'an' if kind[0] in 'aeiou' else 'a'} {kind} of {found.snapshot.manifest.origin['source'][:16]}."
    yield from _origin_words(found.source)
    if found.source is not None and "surrogate" not in kinds:
        yield from _share_lines(list(venue_shares(found.snapshot, found.source, slices)))
    if found.survived is not None:
        yield from sentences(found.survived)


def source_of(store: SnapshotStore, snapshot: Snapshot) -> Snapshot | None:
    """Return the snapshot that this one was made from, itself if it was not; None if it is not in this home."""
    while any(_kinds(snapshot)):
        try:
            snapshot = store.open(snapshot.manifest.origin["source"])
        except DataError:
            return None
    return snapshot


def venue_shares(snapshot: Snapshot, source: Snapshot, slices: Sequence[SliceSpan]) -> Iterator[VenueShare]:
    """Yield which share of each slice came from which venue, for the coins whose bars are from several."""
    spliced = source.manifest.origin.get("spliced", {})
    universe = snapshot.load()
    for span in slices:
        for market in universe:
            if market.coin in spliced:
                yield from _shares(market, span, spliced[market.coin]["stretches"])


def _shares(market: Market, span: SliceSpan, stretches: Sequence[Mapping[str, Any]]) -> Iterator[VenueShare]:
    inside = market.is_available & (market.time_ms >= span.start_ms) & (market.time_ms < span.end_ms)
    times = market.time_ms[inside]
    counts: dict[str, int] = {}
    for stretch in stretches:
        count = int(np.count_nonzero((times >= stretch["first_ms"]) & (times < stretch["end_ms"])))
        counts[stretch["venue"]] = counts.get(stretch["venue"], 0) + count
    for venue, count in counts.items():
        if count:
            yield VenueShare(span.name, market.coin, venue, count / times.size)


def _kinds(snapshot: Snapshot) -> Iterator[str]:
    kind = snapshot.manifest.origin.get("kind")
    if kind in MADE_FROM and isinstance(snapshot.manifest.origin.get("source"), str):
        yield kind


def _origin_words(source: Snapshot | None) -> tuple[str, ...]:
    if source is None:
        return ("The snapshot that it was made from is not in this home.",)
    origin = source.manifest.origin
    if origin.get("source") != "lake":
        return ("It is a made market: nobody traded it.",)
    spliced = sorted(origin.get("spliced", {}))
    if not spliced:
        return (f"Bars of {origin['venue']}.",)
    return (f"Bars of several venues, put end to end by a recipe ({origin['venue']}): {', '.join(spliced)}.",)


def _share_lines(shares: Sequence[VenueShare]) -> Iterator[str]:
    for name, coin in dict.fromkeys((one.slice, one.coin) for one in shares):
        said = ", ".join(
            f"{100 * one.share:.1f} % {one.venue}" for one in shares if (one.slice, one.coin) == (name, coin)
        )
        yield f"{name}, {coin}: {said}."
