"""Content-addressed sets of aligned markets: the sha256 of a manifest is the name of its arrays.

::

    <root>/<id>/manifest.json     canonical JSON, with the hash of every array
    <root>/<id>/open.npy ...      one array a field, a row a coin, mapped into memory when used
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from data.alignment import align, cut, refuse_strangers
from data.bars import PRICES, Bars, Funding
from data.canonical import sha256_hex
from data.durable import sync_folder, write_atomically
from data.errors import DataError
from data.intervals import interval_ms
from data.manifest import FILE_NAME, TYPES, Manifest, describe, read_manifest
from data.market import SERIES, Market, Universe
from data.sidecar import map_array, verify_array, write_array

PREFIX = re.compile(r"[0-9a-f]{1,64}")
NAME = re.compile(r"[0-9a-f]{64}")


class History(Protocol):
    """Where bars and funding come from; `data.lake.Lake` is one."""

    def read_bars(self, venue: str, coin: str, interval: str) -> Bars: ...

    def read_funding(self, venue: str, coin: str) -> Funding | None: ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Aligned markets that can never change; made by `SnapshotStore`."""

    id: str
    """sha256 of the canonical JSON of the manifest."""
    manifest: Manifest
    path: Path
    """Folder of the manifest and the arrays."""

    def load(self) -> Universe:
        """Return the universe, its arrays mapped from the files and read-only."""
        return load_universe(self.path)

    def prefix(self, end_ms: int) -> "Snapshot":
        """Return the snapshot of the bars that close at or before `end_ms` (UTC milliseconds).

        It has its own id, files and arrays: nothing reachable from them, `.base` included, holds a later bar.
        It is stored beside this one. The id depends on its own contents only, so equal prefixes of different
        histories are one snapshot.

        Raises
        ------
        DataError
            If fewer than two bars remain.
        """
        markets = cut(self.load().markets, end_ms=end_ms)
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

        Raises
        ------
        DataError
            If a history is missing or damaged, no bar lies between the dates, or a coin overlaps with no other.
        """
        if not coins or len(set(coins)) != len(coins):
            raise DataError(f"coins of a snapshot: received {list(coins)}; allowed are one or more distinct names")
        histories = {coin: (lake.read_bars(venue, coin, interval), lake.read_funding(venue, coin)) for coin in coins}
        # Cutting comes last: what a bar says about funding must not depend on where the snapshot begins.
        markets = cut(
            align(histories, venue=venue, interval_ms=interval_ms(interval)), start_ms=start_ms, end_ms=end_ms
        )
        refuse_strangers(markets)
        return self.save(markets, {"source": "lake", "venue": venue})

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
            _check(market)
        arrays = _stack(markets)
        manifest = describe(markets, arrays, origin)
        content = manifest.encode()
        folder = self.root / sha256_hex(content)
        if not folder.exists():
            _write(folder, content, arrays)
        return _open_verified(folder)

    def open(self, snapshot_id: str) -> Snapshot:
        """Return a stored snapshot by its id, or by a beginning of it that no other has, after checking every array.

        Raises
        ------
        DataError
            If there is none, more than one, or any byte of it has changed (the message names the file).
        """
        if PREFIX.fullmatch(snapshot_id) is None:
            raise DataError(f"snapshot id {snapshot_id!r} is not one: allowed are 1 to 64 of the characters 0-9 a-f")
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

    The manifest, and the size and header of every file are checked; contents are checked by `SnapshotStore.open`.

    Raises
    ------
    DataError
        If a file is missing or not of the right size.
    """
    manifest = read_manifest(folder)
    return Universe(snapshot_id=folder.name, markets=_unstack(manifest, _map_all(folder, manifest)))


def _open_verified(folder: Path) -> Snapshot:
    manifest = read_manifest(folder)
    for name, array in _map_all(folder, manifest).items():
        verify_array(_file(folder, name), array, manifest.arrays[name])
    return Snapshot(folder.name, manifest, folder)


def _map_all(folder: Path, manifest: Manifest) -> dict[str, NDArray[Any]]:
    return {name: map_array(_file(folder, name), dtype, manifest.shape(name)) for name, dtype in TYPES.items()}


def _file(folder: Path, array: str) -> Path:
    return folder / f"{array}.npy"


def _stack(markets: Sequence[Market]) -> dict[str, NDArray[Any]]:
    """Return the arrays to store, in which every NaN has the same bits and zero no sign."""
    series = {name: np.array([getattr(market, name) for market in markets], dtype=np.float64) for name in SERIES}
    for values in series.values():
        values[np.isnan(values)] = np.nan
        values += 0.0
    return {
        "time_ms": markets[0].time_ms,
        "is_available": np.array([market.is_available for market in markets], dtype=np.bool_),
        **series,
    }


def _unstack(manifest: Manifest, arrays: Mapping[str, NDArray[Any]]) -> tuple[Market, ...]:
    length = interval_ms(manifest.interval)
    rows = [name for name in TYPES if name != "time_ms"]
    return tuple(
        Market(
            instrument=facts,
            interval_ms=length,
            time_ms=arrays["time_ms"],
            **{name: arrays[name][row] for name in rows},
        )
        for row, facts in enumerate(manifest.instruments)
    )


def _write(folder: Path, manifest: bytes, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a whole snapshot beside its place and move it there in one step."""
    temporary = folder.with_name(f".{folder.name[:16]}.{secrets.token_hex(4)}.tmp")
    temporary.mkdir(parents=True)
    try:
        for name, array in arrays.items():
            write_array(_file(temporary, name), array)
        write_atomically(temporary / FILE_NAME, manifest)
        _move(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync_folder(folder.parent)


def _move(temporary: Path, folder: Path) -> None:
    try:
        os.rename(temporary, folder)
    except OSError:
        # Somebody else made the same snapshot in the meantime; its contents are the same by its name.
        if not folder.is_dir():
            raise


def _check(market: Market) -> None:
    """Refuse a market that no snapshot may hold, whoever made it."""
    length, time_ms = market.interval_ms, market.time_ms
    if time_ms.size < 2:
        raise DataError(f"market {market.coin} has {time_ms.size} bars: at least two are needed")
    if time_ms[0] % length or (np.diff(time_ms) != length).any():
        raise DataError(f"market {market.coin}: the calendar must hold every step of the {length} ms grid, in order")
    for name in (*PRICES, "volume"):
        values = getattr(market, name)
        present = values[market.is_available]
        if not np.isfinite(present).all() or (present < 0).any() or (name in PRICES and (present == 0).any()):
            raise DataError(
                f"market {market.coin}: {name} has values of available bars that are not finite and positive"
            )
        if not np.isnan(values[~market.is_available]).all():
            raise DataError(f"market {market.coin}: {name} has values where the coin is not available; allowed is NaN")
