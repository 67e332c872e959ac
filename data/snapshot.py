"""Content-addressed sets of aligned markets: the sha256 of a manifest is the name of its arrays.

::

    <root>/<id>/manifest.json     canonical JSON, with the hash of every array
    <root>/<id>/open.npy ...      one array a field, a row a coin, mapped into memory when used

All of them are read-only: whoever would change one has to mean it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from data.alignment import align, cut, refuse_strangers
from data.bars import Bars, Funding
from data.canonical import sha256_hex
from data.errors import DataError
from data.facts.history import FactsHistory
from data.facts.known import TRADED_AT, known_of, while_listed
from data.intervals import interval_ms
from data.manifest import Manifest, describe, read_manifest
from data.market import Market, Universe
from data.shown import shown
from data.snapshot_folder import check_market, map_arrays, map_verified, markets_of, stack, write_folder
from data.splice.record import SpliceRecord, origin_of

PREFIX = re.compile(r"[0-9a-f]{1,64}")
NAME = re.compile(r"[0-9a-f]{64}")


class History(Protocol):
    """Where bars and funding come from; `data.lake.Lake` is one."""

    def read_bars(self, venue: str, coin: str, interval: str) -> Bars: ...

    def read_funding(self, venue: str, coin: str) -> Funding | None: ...

    def splice_record(self, venue: str, coin: str) -> SpliceRecord | None: ...

    def facts(self, venue: str) -> FactsHistory: ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Aligned markets that can never change; made by `SnapshotStore`."""

    id: str
    """sha256 of the canonical JSON of the manifest."""
    manifest: Manifest
    path: Path
    """Folder of the manifest and the arrays."""

    def load(self) -> Universe:
        """Return the universe, its arrays mapped from the files and read-only; see `load_universe`."""
        return load_universe(self.path)

    def prefix(self, end_ms: int) -> Snapshot:
        """Return the snapshot of the bars that close at or before `end_ms` (UTC milliseconds).

        It has its own id, files and arrays: nothing reachable from them, `.base` included, holds a later bar.
        It is stored beside this one. The id depends on its own contents only, so equal prefixes of different
        histories are one snapshot.

        Every array is read and checked first, and what was checked is what is cut: this snapshot may have been opened
        hours ago, and whatever changed in it since would lie in a new one under a name that is right.

        Raises
        ------
        DataError
            If fewer than two bars remain, or any byte of this snapshot has changed (the message names the file).
        """
        markets = cut(markets_of(self.manifest, map_verified(self.path, self.manifest)), end_ms=end_ms)
        return SnapshotStore(self.path.parent).save(markets, self.manifest.origin)


class SnapshotStore:
    """Snapshots under one folder, which is made by the first of them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def build(
        self,
        lake: History,
        *,
        venue: str,
        coins: Sequence[str],
        interval: str,
        start_ms: int | None = None,
        end_ms: int | None = None,
        listed_on: str | None = None,
    ) -> Snapshot:
        """Align coins of the lake on one calendar and save them.

        Parameters
        ----------
        lake
            Where the bars and the funding are.
        venue, coins, interval
            What to take; the order of coins does not matter.
        start_ms, end_ms
            UTC milliseconds: bars that open at or after the first and close at or before the second. None: all.
        listed_on
            The day ("2024-10-01") of which these are the coins, for whoever asks how they were chosen; None if they
            were named.

        Raises
        ------
        DataError
            If a history is missing or damaged, no bar lies between the dates, or a coin overlaps with no other.
        """
        if not coins or len(set(coins)) != len(coins):
            raise DataError(f"coins of a snapshot: received {list(coins)}; allowed are one or more distinct names")
        step = interval_ms(interval)
        said = lake.facts(venue)
        histories = {
            coin: (
                while_listed(lake.read_bars(venue, coin, interval), step, coin, said),
                lake.read_funding(venue, coin),
            )
            for coin in coins
        }
        last_ms = max(int(bars.time_ms[-1]) for bars, _ in histories.values()) if end_ms is None else end_ms
        known = known_of(coins, said, lake.facts(TRADED_AT), last_ms)
        # Cutting comes last: what a bar says about funding must not depend on where the snapshot begins.
        markets = cut(align(histories, venue=venue, interval_ms=step, known=known), start_ms=start_ms, end_ms=end_ms)
        refuse_strangers(markets)
        records = {coin: lake.splice_record(venue, coin) for coin in sorted(coins)}
        spliced = {coin: origin_of(record) for coin, record in records.items() if record is not None}
        more = {"spliced": spliced or None, "listed_on": listed_on}
        told = {name: value for name, value in more.items() if value is not None}
        return self.save(markets, {"source": "lake", "venue": venue, **told})

    def save(self, universe_markets: Sequence[Market], origin: Mapping[str, object]) -> Snapshot:
        """Store aligned markets and return their snapshot; one that exists already is checked and left as it is.

        Parameters
        ----------
        universe_markets
            Markets on one calendar without missing steps, in any order.
        origin
            Where they are from, as plain JSON values; part of what is hashed.

        Raises
        ------
        DataError
            If the markets are not aligned or not valid, or the stored snapshot of this id is damaged.
        """
        markets = tuple(sorted(universe_markets, key=lambda market: market.coin))
        Universe(snapshot_id="", markets=markets)
        for market in markets:
            check_market(market)
        arrays = stack(markets)
        manifest = describe(markets, arrays, origin)
        content = manifest.encode()
        folder = self.root / sha256_hex(content)
        if not folder.exists():
            write_folder(folder, content, arrays)
        return _open_verified(folder)

    def open(self, snapshot_id: str) -> Snapshot:
        """Return a stored snapshot by its id, or by a beginning of it that no other has, after checking every array.

        Raises
        ------
        DataError
            If there is none, more than one, or any byte of it has changed (the message names the file).
        """
        if not isinstance(snapshot_id, str) or PREFIX.fullmatch(snapshot_id) is None:
            raise DataError(
                f"snapshot id {shown(snapshot_id)} is not one: allowed are 1 to 64 of the characters 0-9 a-f"
            )
        found = [folder for folder in self._folders() if folder.name.startswith(snapshot_id)]
        if len(found) == 1:
            return _open_verified(found[0])
        if not found:
            raise DataError(f"no snapshot {snapshot_id!r} in {self.root}: it has {len(self._folders())} others")
        names = ", ".join(folder.name[:16] for folder in found[:5])
        raise DataError(f"snapshot id {snapshot_id!r} is not unique in {self.root} ({names}): give more characters")

    def list(self) -> Sequence[Snapshot]:
        """Return every stored snapshot, sorted by id; manifests are checked, arrays only when opened."""
        return [Snapshot(folder.name, read_manifest(folder), folder) for folder in self._folders()]

    def _folders(self) -> Sequence[Path]:
        if not self.root.is_dir():
            return []
        return sorted(path for path in self.root.iterdir() if NAME.fullmatch(path.name))


def load_universe(folder: Path) -> Universe:
    """Map the arrays of a snapshot from its folder alone: what a worker process needs.

    The manifest, and the size and header of every file are checked; contents are checked by `SnapshotStore.open` and
    `Snapshot.prefix`.

    Raises
    ------
    DataError
        If a file is missing or not of the right size.
    """
    manifest = read_manifest(folder)
    return Universe(snapshot_id=folder.name, markets=markets_of(manifest, map_arrays(folder, manifest)))


def _open_verified(folder: Path) -> Snapshot:
    manifest = read_manifest(folder)
    map_verified(folder, manifest)
    return Snapshot(folder.name, manifest, folder)
