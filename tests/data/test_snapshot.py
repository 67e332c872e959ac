"""A snapshot is its contents: same arrays same id, any changed byte refused, nothing later within reach."""

from __future__ import annotations

import gc
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.canonical import hash_array, sha256_hex
from data.code_version import ROOT
from data.errors import ConfigError, DataError
from data.intervals import HOUR_MS
from data.lake import Lake
from data.market import SERIES, Market, Universe
from data.snapshot import Snapshot, SnapshotStore, load_universe
from data.worlds import make_world
from tests.fuzz.flips import overwrite

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
ARRAYS = ("time_ms", "is_available", *SERIES)
Make = Callable[..., Any]


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "snapshots")


@pytest.fixture
def lake(tmp_path: Path, make_bars: Make, make_funding: Make) -> Lake:
    """BTC has hours 0 to 9 without 4, and funding at every hour from 0; ETH has hours 3 to 9 and no funding."""
    lake = Lake(tmp_path / "lake")
    hours = [0, 1, 2, 3, 5, 6, 7, 8, 9]
    lake.import_bars("venue", "BTC", "1h", make_bars(hours, [100.0 + hour for hour in hours]), source="a")
    lake.import_bars("venue", "ETH", "1h", make_bars(range(3, 10), [10.0 + hour for hour in range(3, 10)]), source="a")
    lake.import_funding("venue", "BTC", make_funding(range(10)), source="a")
    return lake


def build(store: SnapshotStore, lake: Lake, **dates: int) -> Snapshot:
    return store.build(lake, venue="venue", coins=["ETH", "BTC"], interval="1h", **dates)


def assert_same(a: Universe, b: Universe) -> None:
    for left, right in zip(a, b, strict=True):
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(left, name), getattr(right, name), err_msg=name)


def test_a_built_snapshot_loads_with_its_holes(store: SnapshotStore, lake: Lake) -> None:
    snapshot = build(store, lake)
    universe = snapshot.load()
    assert universe.snapshot_id == snapshot.id
    assert universe.coins == ("BTC", "ETH")
    assert universe.n_bars == 10
    assert np.flatnonzero(~universe["BTC"].is_available).tolist() == [4]
    assert np.flatnonzero(~universe["ETH"].is_available).tolist() == [0, 1, 2]
    np.testing.assert_array_equal(universe["ETH"].close[:5], [np.nan, np.nan, np.nan, 13.0, 14.0])
    assert universe["BTC"].funding_rate.tolist() == [0.0001] * 10
    assert np.isnan(universe["ETH"].funding_rate).all()
    assert universe["BTC"].segments(0, 10) == [(0, 4), (5, 10)]


def test_the_id_is_the_hash_of_the_manifest_and_the_manifest_has_the_hash_of_every_array(
    store: SnapshotStore, lake: Lake
) -> None:
    snapshot = build(store, lake)
    content = (snapshot.path / "manifest.json").read_bytes()
    assert snapshot.id == snapshot.path.name == sha256_hex(content)
    manifest = json.loads(content)
    for name in ARRAYS:
        assert manifest["arrays"][name] == hash_array(np.load(snapshot.path / f"{name}.npy"))
    assert manifest["interval"] == "1h"
    assert manifest["schema_version"] == 1
    assert manifest["instruments"][0]["lot_size"] == 1e-5
    assert str(store.root).encode() not in content


def test_the_id_does_not_depend_on_place_order_or_the_files_of_the_lake(
    store: SnapshotStore, lake: Lake, tmp_path: Path, make_bars: Make, make_funding: Make
) -> None:
    again = Lake(tmp_path / "elsewhere")
    for hours in ([7, 8, 9], [0, 1, 2, 3, 5, 6, 7]):
        again.import_bars("venue", "BTC", "1h", make_bars(hours, [100.0 + hour for hour in hours]), source="other")
    again.import_bars("venue", "ETH", "1h", make_bars(range(3, 10), [10.0 + hour for hour in range(3, 10)]), source="b")
    again.import_funding("venue", "BTC", make_funding(range(10)), source="b")
    other = SnapshotStore(tmp_path / "there")
    first, second = build(store, lake), other.build(again, venue="venue", coins=["BTC", "ETH"], interval="1h")
    assert first.id == second.id
    assert_same(first.load(), second.load())


def test_a_changed_value_changes_the_id(store: SnapshotStore, make_market: Make) -> None:
    ids = {
        store.save([make_market([1.0, 2.0, 3.0])], {}).id,
        store.save([make_market([1.0, 2.0, np.nextafter(3.0, 4.0)])], {}).id,
        store.save([make_market([1.0, 2.0, 3.0], lot_size=0.5)], {}).id,
        store.save([make_market([1.0, 2.0, 3.0])], {"seed": 1}).id,
    }
    assert len(ids) == 4


def test_equal_values_have_equal_ids_whatever_their_bits(store: SnapshotStore, make_market: Make) -> None:
    plain = make_market([1.0, 2.0], funding_rate=[0.0, np.nan])
    odd = make_market([1.0, 2.0], funding_rate=[-0.0, -np.nan])
    assert plain.funding_rate.tobytes() != odd.funding_rate.tobytes()
    assert store.save([plain], {}).id == store.save([odd], {}).id


def test_saved_markets_come_back_with_their_instruments(store: SnapshotStore, make_market: Make) -> None:
    b = make_market([1.0, 2.0, 3.0], available=[True, False, True], coin="B", lot_size=1, listed_ms=MIDNIGHT_MS)
    a = make_market([5.0, 6.0, 7.0], funding_rate=[0.0, 0.1, np.nan], coin="A", max_leverage=7)
    snapshot = store.save([b, a], {"world": "planted", "seed": 3, "list": (1, 2)})
    loaded = store.open(snapshot.id).load()
    assert [market.instrument for market in loaded] == [a.instrument, b.instrument]
    assert_same(loaded, Universe("", (a, b)))
    assert snapshot.manifest.origin == {"world": "planted", "seed": 3, "list": [1, 2]}


def test_loaded_arrays_are_mapped_and_read_only(store: SnapshotStore, lake: Lake) -> None:
    for market in build(store, lake).load():
        for name in ARRAYS:
            array = getattr(market, name)
            assert isinstance(_root(array), np.memmap)
            with pytest.raises(ValueError, match=r"read-only|WRITEABLE"):
                array[0] = 0
            with pytest.raises(ValueError, match="WRITEABLE"):
                array.setflags(write=True)


def _root(array: Any) -> Any:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def test_saving_again_writes_nothing(store: SnapshotStore, lake: Lake) -> None:
    first = build(store, lake)
    before = {path: path.stat().st_mtime_ns for path in store.root.rglob("*")}
    assert build(store, lake) == first
    assert {path: path.stat().st_mtime_ns for path in store.root.rglob("*")} == before


def test_a_prefix_equals_a_snapshot_built_up_to_the_same_moment(store: SnapshotStore, lake: Lake) -> None:
    end_ms = MIDNIGHT_MS + 7 * HOUR_MS
    prefix = build(store, lake).prefix(end_ms)
    assert prefix.id == build(store, lake, end_ms=end_ms).id
    assert prefix.load().time_ms[-1] == end_ms - HOUR_MS
    assert prefix.prefix(MIDNIGHT_MS + 5 * HOUR_MS).id == build(store, lake).prefix(MIDNIGHT_MS + 5 * HOUR_MS).id


def test_a_prefix_ends_with_the_last_bar_that_has_closed(store: SnapshotStore, lake: Lake) -> None:
    whole = build(store, lake)
    assert whole.prefix(MIDNIGHT_MS + 7 * HOUR_MS - 1).load().n_bars == 6
    assert whole.prefix(MIDNIGHT_MS + 7 * HOUR_MS).load().n_bars == 7
    assert whole.prefix(MIDNIGHT_MS + 99 * HOUR_MS).id == whole.id


def test_nothing_later_can_be_reached_from_a_prefix(store: SnapshotStore, lake: Lake) -> None:
    whole = build(store, lake)
    universe = whole.prefix(MIDNIGHT_MS + 6 * HOUR_MS).load()
    assert universe.snapshot_id != whole.id
    reachable, waiting = [], [universe]
    seen: set[int] = set()
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, type):
            continue
        seen.add(id(thing))
        if isinstance(thing, np.ndarray):
            reachable.append(thing)
            waiting += [thing.base] if isinstance(thing.base, np.ndarray) else []
        else:
            waiting += gc.get_referents(thing)
    mapped = [array for array in reachable if isinstance(array, np.memmap)]
    assert {Path(array.filename).parent.name for array in mapped} == {universe.snapshot_id}
    for array in reachable:
        assert array.size in {6, 12}
        # The high of BTC at hour 5, the last bar of the prefix, is 106; that of hour 6 is 107.
        assert not (array > 106.0).any() or array.max() == MIDNIGHT_MS + 5 * HOUR_MS


@pytest.mark.parametrize("name", ARRAYS)
def test_nothing_is_cut_from_a_snapshot_that_changed_after_it_was_opened(
    store: SnapshotStore, lake: Lake, name: str
) -> None:
    whole = build(store, lake)
    file = whole.path / f"{name}.npy"
    content = bytearray(file.read_bytes())
    # Of the last bar, which the prefix leaves out: what changed there may have changed anywhere.
    content[-1] ^= 1
    overwrite(file, bytes(content))
    with pytest.raises(DataError, match=rf"{whole.id}/{name}\.npy is damaged: its contents hash to"):
        whole.prefix(MIDNIGHT_MS + 6 * HOUR_MS)
    assert [item.id for item in store.list()] == [whole.id]


def test_the_files_of_a_snapshot_are_read_only_and_can_be_removed(store: SnapshotStore, lake: Lake) -> None:
    snapshot = build(store, lake)
    may_write = {path.name: path.stat().st_mode & 0o222 for path in snapshot.path.iterdir()}
    assert may_write == dict.fromkeys((*(f"{name}.npy" for name in ARRAYS), "manifest.json"), 0)
    shutil.rmtree(snapshot.path)
    assert build(store, lake) == snapshot


def test_a_later_delisting_is_unknown_to_a_prefix(store: SnapshotStore, make_market: Make) -> None:
    market = make_market([1.0, 2.0, 3.0, 4.0], delisted_ms=MIDNIGHT_MS + 3 * HOUR_MS)
    whole = store.save([market], {})
    assert whole.prefix(MIDNIGHT_MS + 3 * HOUR_MS).load()["TEST"].instrument.delisted_ms is None
    assert whole.load()["TEST"].instrument.delisted_ms == MIDNIGHT_MS + 3 * HOUR_MS


def test_a_prefix_before_the_second_close_is_refused(store: SnapshotStore, lake: Lake) -> None:
    with pytest.raises(DataError, match="1 bars lie between"):
        build(store, lake).prefix(MIDNIGHT_MS + HOUR_MS)


def test_a_start_cuts_the_calendar_but_not_what_is_known_of_funding(store: SnapshotStore, lake: Lake) -> None:
    universe = build(store, lake, start_ms=MIDNIGHT_MS + 5 * HOUR_MS).load()
    assert universe.time_ms[0] == MIDNIGHT_MS + 5 * HOUR_MS
    assert universe["BTC"].funding_rate.tolist() == [0.0001] * 5


def test_coins_that_do_not_overlap_are_refused(store: SnapshotStore, lake: Lake, make_bars: Make) -> None:
    lake.import_bars("venue", "OLD", "1h", make_bars([-9, -8]), source="a")
    with pytest.raises(DataError, match="coins do not overlap: OLD shares no bar with any other of BTC, OLD"):
        store.build(lake, venue="venue", coins=["BTC", "OLD"], interval="1h")
    with pytest.raises(DataError, match=r"coins do not overlap: ETH .*it has none"):
        build(store, lake, end_ms=MIDNIGHT_MS + 3 * HOUR_MS)
    assert store.list() == []


@pytest.mark.parametrize("coins", [[], ["BTC", "BTC"]])
def test_no_coins_or_one_twice_is_refused(store: SnapshotStore, lake: Lake, coins: list[str]) -> None:
    with pytest.raises(DataError, match="allowed are one or more distinct names"):
        store.build(lake, venue="venue", coins=coins, interval="1h")


def test_an_unknown_interval_or_coin_is_refused(store: SnapshotStore, lake: Lake) -> None:
    with pytest.raises(ConfigError, match="interval '3h' is unknown"):
        store.build(lake, venue="venue", coins=["BTC"], interval="3h")
    with pytest.raises(DataError, match="no bars of venue XRP 1h"):
        store.build(lake, venue="venue", coins=["XRP"], interval="1h")


@pytest.mark.parametrize("name", ARRAYS)
def test_every_changed_byte_of_an_array_is_refused_by_the_name_of_its_file(
    store: SnapshotStore, lake: Lake, name: str
) -> None:
    snapshot = build(store, lake)
    file = snapshot.path / f"{name}.npy"
    content = file.read_bytes()
    for position in range(0, len(content), 5):
        changed = bytearray(content)
        changed[position] ^= 1 << position % 8
        overwrite(file, changed)
        with pytest.raises(DataError, match=f"{name}.npy is damaged"):
            store.open(snapshot.id)
    overwrite(file, content)
    assert store.open(snapshot.id) == snapshot


@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda content: content + b"\0", lambda content: b""])
def test_an_array_of_another_length_is_refused(store: SnapshotStore, lake: Lake, damage: Any) -> None:
    snapshot = build(store, lake)
    file = snapshot.path / "close.npy"
    overwrite(file, damage(file.read_bytes()))
    for use in (lambda: store.open(snapshot.id), snapshot.load, lambda: load_universe(snapshot.path)):
        with pytest.raises(DataError, match=r"close.npy is damaged"):
            use()


def test_a_missing_file_is_named(store: SnapshotStore, lake: Lake) -> None:
    snapshot = build(store, lake)
    (snapshot.path / "low.npy").unlink()
    with pytest.raises(DataError, match=r"low.npy cannot be read: No such file"):
        store.open(snapshot.id)
    (snapshot.path / "manifest.json").unlink()
    with pytest.raises(DataError, match=r"manifest.json cannot be read"):
        store.open(snapshot.id)


def test_every_changed_byte_of_the_manifest_is_refused(store: SnapshotStore, lake: Lake) -> None:
    snapshot = build(store, lake)
    file = snapshot.path / "manifest.json"
    content = file.read_bytes()
    for position in range(0, len(content), 11):
        changed = bytearray(content)
        changed[position] ^= 1
        overwrite(file, changed)
        with pytest.raises(DataError, match=r"manifest.json is damaged"):
            store.open(snapshot.id)


def test_a_manifest_of_another_version_is_refused(store: SnapshotStore, lake: Lake) -> None:
    snapshot = build(store, lake)
    content = (snapshot.path / "manifest.json").read_bytes().replace(b'"schema_version":1', b'"schema_version":2')
    folder = store.root / sha256_hex(content)
    snapshot.path.rename(folder)
    overwrite(folder / "manifest.json", content)
    with pytest.raises(DataError, match=r"is not a manifest of version 1: .*schema_version"):
        store.open(folder.name)


def test_a_snapshot_opens_by_a_beginning_that_no_other_has(store: SnapshotStore, make_market: Make) -> None:
    snapshots = [store.save([make_market([1.0, 2.0 + seed])], {}) for seed in range(17)]
    assert [item.id for item in store.list()] == sorted(item.id for item in snapshots)
    for snapshot in snapshots:
        assert store.open(snapshot.id[:16]) == snapshot
    # 17 ids begin with 16 characters: two of them share one.
    firsts = [item.id[0] for item in snapshots]
    shared = next(first for first in firsts if firsts.count(first) > 1)
    with pytest.raises(DataError, match=f"snapshot id '{shared}' is not unique"):
        store.open(shared)


@pytest.mark.parametrize("text", ["", "../x", "xyz", "A" * 64, "a" * 65])
def test_what_is_not_an_id_is_refused(store: SnapshotStore, text: str) -> None:
    with pytest.raises(DataError, match="allowed are 1 to 64 of the characters 0-9 a-f"):
        store.open(text)


def test_an_unknown_id_is_refused(store: SnapshotStore, make_market: Make) -> None:
    with pytest.raises(DataError, match=r"no snapshot 'abc' in .*: it has 0 others"):
        store.open("abc")


def test_a_crash_while_writing_leaves_no_snapshot(store: SnapshotStore, lake: Lake) -> None:
    snapshot = build(store, lake)
    half = store.root / ".0123456789abcdef.00.tmp"
    snapshot.path.rename(half)
    assert store.list() == []
    assert build(store, lake).id == snapshot.id
    assert [item.id for item in store.list()] == [snapshot.id]


def test_markets_on_different_calendars_are_refused(store: SnapshotStore, make_market: Make) -> None:
    with pytest.raises(DataError, match="B does not share the calendar of A"):
        store.save([make_market([1.0, 2.0], coin="A"), make_market([1.0, 2.0, 3.0], coin="B")], {})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: replace(m, time_ms=m.time_ms + 1), "must hold every step of the 3600000 ms grid"),
        (lambda m: replace(m, time_ms=m.time_ms * 1 + HOUR_MS * np.array([0, 0, 1])), "must hold every step"),
        (lambda m: replace(m, close=np.array([1.0, np.inf, 3.0])), "close has values of available bars"),
        (lambda m: replace(m, open=np.array([1.0, 0.0, 3.0])), "open has values of available bars"),
        (lambda m: replace(m, volume=np.array([1.0, -1.0, 3.0])), "volume has values of available bars"),
        (lambda m: replace(m, is_available=np.array([True, False, True])), "where the coin is not available"),
    ],
)
def test_impossible_markets_are_refused(
    store: SnapshotStore, make_market: Make, change: Callable[[Market], Market], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        store.save([change(make_market([1.0, 2.0, 3.0]))], {})
    assert not store.root.exists()


@pytest.mark.parametrize("value", [np.nan, object(), np.float32(1.0)])
def test_an_origin_that_is_not_plain_json_is_refused(store: SnapshotStore, make_market: Make, value: Any) -> None:
    with pytest.raises(DataError, match="allowed are plain JSON values"):
        store.save([make_market([1.0, 2.0])], {"value": value})


def test_another_process_maps_a_snapshot_from_its_folder_without_the_lake(store: SnapshotStore, lake: Lake) -> None:
    snapshot = build(store, lake)
    program = (
        "import sys; from pathlib import Path; from data.snapshot import load_universe;"
        "universe = load_universe(Path(sys.argv[1]));"
        "assert not {'duckdb', 'pyarrow', 'pandas', 'numba'} & set(sys.modules), sorted(sys.modules);"
        "print(universe.snapshot_id, universe['BTC'].close[-1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(snapshot.path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [snapshot.id, "109.0"]


def test_a_world_becomes_a_snapshot(store: SnapshotStore) -> None:
    world = make_world("planted", 1, years=0.1)
    universe = store.save(world.markets, world.origin).load()
    assert_same(universe, Universe("", world.markets))
