"""A spliced market in the lake: under its own name, the same bytes again, a new version when a venue's past changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.bars import Bars
from data.errors import ConfigError, DataError
from data.intervals import HOUR_MS
from data.lake import Lake
from data.lake_layout import BARS, series_of
from data.lake_lock import GATE, READERS
from data.snapshot import SnapshotStore
from data.splice.build import splice
from data.splice.keeping import Kept, keep
from data.splice.recipe import Recipe
from data.splice.record import UnfinishedError, joint_record, records_folder
from tests.data.splice.venues import day, hourly, settled

Change = Callable[..., Recipe]


def put(lake: Lake, recipe: Recipe) -> Kept:
    return keep(lake, splice(recipe, lake))


def contents(lake: Lake) -> dict[str, bytes]:
    """Return the bytes of every file of spliced markets, by its path."""
    found = [
        path
        for path in lake.root.rglob("*")
        if path.is_file() and "splice-" in str(path.relative_to(lake.root)) and path.name not in (GATE, READERS)
    ]
    return {str(path.relative_to(lake.root)): path.read_bytes() for path in found}


def with_close(bars: Bars, row: int, close: float) -> Bars:
    closes = bars.close.copy()
    closes[row] = close
    return Bars(bars.time_ms, bars.open, bars.high, bars.low, closes, bars.volume)


def test_it_is_kept_under_a_name_of_its_own(lake: Lake, recipe: Change) -> None:
    before = {(entry.venue, entry.n_rows) for entry in lake.list()}
    done = put(lake, recipe())
    assert (done.version, done.is_new, done.reports[0].appended.n_added) == (1, True, 120)
    assert {(entry.venue, entry.n_rows) for entry in lake.list()} == before | {("splice-two", 120)}
    assert lake.read_bars("splice-two", "BTC", "1h").close[[0, 48]].tolist() == [100.0, 101.0]
    assert lake.read_funding("splice-two", "BTC") is None


def test_the_same_recipe_gives_the_same_bytes_here_and_elsewhere(lake: Lake, recipe: Change, tmp_path: Path) -> None:
    put(lake, recipe())
    kept = contents(lake)
    again = put(lake, recipe())
    assert (again.version, again.is_new, again.reports[0].appended.files) == (1, False, ())
    assert contents(lake) == kept
    elsewhere = Lake(tmp_path / "elsewhere")
    elsewhere.import_bars("old", "BTC", "1h", hourly(0, 96), source="another name")
    elsewhere.import_bars("new", "BTC", "1h", hourly(24, 120, ratio=1.01), source="b")
    put(elsewhere, recipe())
    assert contents(elsewhere) == kept
    assert len(kept) == 2


def test_a_venue_that_changes_its_past_makes_a_new_version_and_both_are_kept(lake: Lake, recipe: Change) -> None:
    put(lake, recipe())
    changed = with_close(hourly(0, 96), 7, 101.5)
    lake.import_bars("old", "BTC", "1h", changed, source="a", on_conflict="correct")
    kept = contents(lake)
    done = put(lake, recipe())
    assert (done.version, done.is_new, done.reports[0].appended.n_corrected) == (2, True, 1)
    assert lake.read_bars("splice-two", "BTC", "1h").close[7] == 101.5
    assert contents(lake).items() > kept.items()
    assert [entry.n_corrections for entry in lake.list() if entry.venue == "splice-two"] == [1]


def test_a_venue_that_goes_on_makes_a_longer_version(lake: Lake, recipe: Change) -> None:
    put(lake, recipe())
    lake.import_bars("new", "BTC", "1h", hourly(120, 130, ratio=1.01), source="b")
    done = put(lake, recipe())
    assert (done.version, done.reports[0].appended.n_added, done.reports[0].appended.n_known) == (2, 10, 120)


def test_another_recipe_needs_another_name(lake: Lake, recipe: Change) -> None:
    put(lake, recipe())
    kept = contents(lake)
    with pytest.raises(ConfigError, match=r"splice-two BTC was made by another recipe .* another name"):
        put(lake, recipe(join="scaled"))
    assert contents(lake) == kept


def test_what_breaks_a_limit_is_not_kept(lake: Lake, recipe: Change) -> None:
    with pytest.raises(DataError, match="splice-two was not kept: old to new at 2024-01-03 00:00: both traded on 72"):
        put(lake, recipe(limits={"least_bars": 1000}))
    assert contents(lake) == {}


def test_rows_that_are_no_longer_made_are_refused(lake: Lake, recipe: Change) -> None:
    """Settlements of nothing stand where a venue settled every eight hours; it turns out that it did so every four."""
    lake.import_funding("old", "BTC", settled([0, 8, 16, 24], [0.001] * 4), source="a")
    lake.import_funding("new", "BTC", settled([*range(48, 120)], [0.0001] * 72), source="b")
    put(lake, recipe())
    lake.import_funding(
        "old", "BTC", settled([0, 4, 8, 12, 16, 20, 24], [0.001] * 7), source="a", on_conflict="correct"
    )
    with pytest.raises(DataError, match="4 rows that were made before are no longer made, first at 2024-01-02 04:00"):
        put(lake, recipe())


def test_nobody_else_writes_under_such_a_name(lake: Lake) -> None:
    with pytest.raises(DataError, match="'splice-two' is the name of a spliced market"):
        lake.import_bars("splice-two", "BTC", "1h", hourly(0, 5), source="a")
    with pytest.raises(DataError, match="'splice-two' is the name of a spliced market"):
        lake.import_funding("splice-two", "BTC", settled([0, 8], [0.0, 0.0]), source="a")
    assert contents(lake) == {}


def test_what_was_interrupted_is_not_read_until_the_same_recipe_has_done_the_rest(lake: Lake, recipe: Change) -> None:
    put(lake, recipe())
    changed = with_close(hourly(0, 96), 7, 101.5)
    lake.import_bars("old", "BTC", "1h", changed, source="a", on_conflict="correct")
    put(lake, recipe())
    [correction] = [file for file in series_of(lake.root, BARS, "splice-two", "BTC", "1h").files() if file.version == 2]
    correction.path.unlink()
    with pytest.raises(DataError, match="not what the newest version of its recipe makes; it was interrupted: run"):
        lake.read_bars("splice-two", "BTC", "1h")
    done = put(lake, recipe())
    assert (done.version, done.is_new, done.reports[0].appended.n_corrected) == (2, False, 1)
    assert lake.read_bars("splice-two", "BTC", "1h").close[7] == 101.5


def test_what_was_interrupted_before_the_first_bar_says_so_too(lake: Lake, recipe: Change) -> None:
    put(lake, recipe())
    for file in series_of(lake.root, BARS, "splice-two", "BTC", "1h").files():
        file.path.unlink()
    with pytest.raises(UnfinishedError, match="it was interrupted"):
        lake.verify_splice("splice-two", "BTC")
    put(lake, recipe())
    lake.verify_splice("splice-two", "BTC")
    assert len(lake.read_bars("splice-two", "BTC", "1h")) == 120


def test_a_record_that_was_changed_is_refused(lake: Lake, recipe: Change) -> None:
    put(lake, recipe())
    [path] = (lake.root / "splices").rglob("*.json")
    path.write_bytes(path.read_bytes().replace(b"old", b"odd"))
    with pytest.raises(DataError, match="is damaged: its sha256 is not its name"):
        lake.read_bars("splice-two", "BTC", "1h")


def test_a_snapshot_says_which_venue_each_bar_is_from(lake: Lake, recipe: Change, tmp_path: Path) -> None:
    put(lake, recipe())
    store = SnapshotStore(tmp_path / "snapshots")
    snapshot = store.build(lake, venue="splice-two", coins=["BTC"], interval="1h")
    origin = snapshot.manifest.origin
    assert origin["venue"] == "splice-two"
    assert origin["spliced"]["BTC"]["recipe_sha256"] == recipe().sha256()
    assert [(part["venue"], part["first_ms"], part["end_ms"]) for part in origin["spliced"]["BTC"]["stretches"]] == [
        ("old", day(1), day(3)),
        ("new", day(3), day(6)),
    ]
    plain = store.build(lake, venue="old", coins=["BTC"], interval="1h")
    assert plain.manifest.origin == {"source": "lake", "venue": "old"}


def test_each_bar_knows_its_venue(lake: Lake, recipe: Change) -> None:
    put(lake, recipe())
    record = lake.splice_record("splice-two", "BTC")
    assert record is not None
    places = record.venues_of(lake.read_bars("splice-two", "BTC", "1h").time_ms)
    assert places.tolist() == [0] * 48 + [1] * 72
    assert record.venues_of(np.array([day(3) - HOUR_MS, day(3)])).tolist() == [0, 1]
    assert lake.splice_record("old", "BTC") is None


def test_versions_do_not_end_at_four_digits(lake: Lake, recipe: Change) -> None:
    """A market that is made anew each hour has ten thousand versions after fourteen months."""
    put(lake, recipe())
    folder = records_folder(lake.root, "splice-two", "BTC")
    [path] = folder.glob("*.json")
    path.rename(folder / f"9999-{path.name.partition('-')[2]}")
    lake.import_bars("new", "BTC", "1h", hourly(119, 121, ratio=1.01), source="c")
    assert put(lake, recipe()).version == 10_000
    assert len(lake.read_bars("splice-two", "BTC", "1h")) == 121
    lake.import_bars("new", "BTC", "1h", hourly(120, 122, ratio=1.01), source="c")
    assert put(lake, recipe()).version == 10_001
    assert put(lake, recipe()).is_new is False


def test_prices_without_measure_are_refused_in_words(lake: Lake, recipe: Change) -> None:
    """What is not finite has no JSON form, and still has to be told."""
    lake.import_bars("tiny", "BTC", "1h", hourly(0, 96, ratio=1e-300), source="c")
    lake.import_bars("vast", "BTC", "1h", hourly(24, 120, ratio=1e300), source="c")
    with np.errstate(all="ignore"):
        made = splice(recipe(part=[{"venue": "tiny"}, {"venue": "vast", "start": "2024-01-03"}]), lake)
    record = joint_record(made.joints[0])
    assert (record.step, record.basis_median, record.basis_worst) == (None, None, None)
    assert "median basis is +inf %" in made.problems[0]
