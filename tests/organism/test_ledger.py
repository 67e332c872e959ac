"""Trials are counted once each; held-out time is shown once."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import ConfigError, DataError, TransitionError
from organism.ledger import TrialCount, Vault, VaultClosed, count_trials
from organism.registry.rows import LineageRecord, Opening
from organism.registry.store import Registry

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _hash(name: object) -> str:
    return hashlib.sha256(str(name).encode()).hexdigest()


def _segment(runs: Path, run: str, number: int, names: str, *, as_text: bool = False, made_by: str = "point") -> Path:
    texts = [_hash(name) for name in names]
    column = pa.array(texts) if as_text else pa.array([bytes.fromhex(text) for text in texts], type=pa.binary(32))
    path = runs / run / "trials" / f"segment-{number:09d}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    operators = pa.array([made_by] * len(texts), pa.string())
    table = pa.table({"genotype_hash": column, "operator": operators, "sharpe": pa.nulls(len(texts), pa.float64())})
    pq.write_table(table, path, write_page_checksum=True, compression="none")
    return path


def test_a_home_without_runs_has_no_trials(tmp_path: Path) -> None:
    assert count_trials(tmp_path / "runs") == TrialCount(distinct=0, scored=0)


def test_distinct_genotypes_are_counted_over_segments_and_runs(tmp_path: Path) -> None:
    _segment(tmp_path, "one", 0, "abca")
    _segment(tmp_path, "one", 1, "bd")
    _segment(tmp_path, "two", 0, "ax")
    _segment(tmp_path, "two", 1, "")
    assert count_trials(tmp_path) == TrialCount(distinct=5, scored=8)


def test_named_runs_without_a_segment_are_lost(tmp_path: Path) -> None:
    """A run whose manifest alone is gone is counted as before; a folder without trials is no run."""
    _segment(tmp_path, "one", 0, "ab")
    (tmp_path / "emptied" / "trials").mkdir(parents=True)
    found = count_trials(tmp_path, ["one", "gone", "emptied", "gone"])
    assert found == TrialCount(distinct=2, scored=2, lost_runs=("emptied", "gone"))


def test_what_a_screen_has_chosen_stands_for_all_that_it_has_looked_at(tmp_path: Path) -> None:
    """Three genotypes, two of them the best of 1,152 questions each: 3 + 2 * 1,152."""
    _segment(tmp_path, "one", 0, "a")
    _segment(tmp_path, "one", 1, "bc", made_by="screen")
    found = count_trials(tmp_path)
    assert found == TrialCount(distinct=3, scored=3, screened=2)
    assert found.tried == 2_307


def test_a_count_holds_less_than_sixteen_bytes_a_trial(tmp_path: Path) -> None:
    """Fifty segments of 10,000 trials each are 16 MB of hashes, of which eight bytes in 32 are held."""
    folder = tmp_path / "one" / "trials"
    folder.mkdir(parents=True)
    for number in range(50):
        hashes = np.random.default_rng(number).bytes(32 * 10_000)
        column = pa.FixedSizeBinaryArray.from_buffers(pa.binary(32), 10_000, [None, pa.py_buffer(hashes)])
        table = pa.table({"genotype_hash": column, "operator": pa.repeat("point", 10_000)})
        pq.write_table(table, folder / f"segment-{number:09d}.parquet", use_dictionary=["operator"])
    pool, former = pa.proxy_memory_pool(pa.default_memory_pool()), pa.default_memory_pool()
    pa.set_memory_pool(pool)
    tracemalloc.start()
    try:
        assert count_trials(tmp_path) == TrialCount(distinct=500_000, scored=500_000)
        most = pool.max_memory() + tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(former)
    assert most < 16 * 500_000


def test_text_and_bytes_of_one_hash_are_one_genotype(tmp_path: Path) -> None:
    _segment(tmp_path, "one", 0, "ab")
    _segment(tmp_path, "two", 0, "bc", as_text=True)
    assert count_trials(tmp_path) == TrialCount(distinct=3, scored=4)


def test_files_that_are_no_segments_do_not_count(tmp_path: Path) -> None:
    path = _segment(tmp_path, "one", 0, "ab")
    path.with_name(".segment-000000001.parquet.1f.tmp").write_bytes(b"half")
    (tmp_path / "one" / "notes.txt").write_text("x")
    assert count_trials(tmp_path).scored == 2


def test_a_segment_that_claims_more_trials_than_there_can_be_is_refused_unread(tmp_path: Path) -> None:
    """Two million equal rows take a few kilobytes; billions would take them too, and all memory when they are read."""
    path = _segment(tmp_path, "one", 0, "a")
    rows = pa.table({"genotype_hash": pa.repeat(_hash("a"), 2_000_000), "operator": pa.repeat("point", 2_000_000)})
    pq.write_table(rows, path)
    with pytest.raises(DataError, match=r"it has 2,000,000 rows, allowed are at most 1,000,000.*restore it"):
        count_trials(tmp_path)


def test_a_folder_in_the_place_of_a_segment_is_not_counted_for_one(tmp_path: Path) -> None:
    path = _segment(tmp_path, "one", 0, "a")
    aside = path.with_name("aside.parquet")
    path.rename(aside)
    path.mkdir()
    aside.rename(path / "inside.parquet")
    with pytest.raises(DataError, match=r"segment-000000000\.parquet cannot be read"):
        count_trials(tmp_path)


def test_a_damaged_segment_is_refused_not_skipped(tmp_path: Path) -> None:
    path = _segment(tmp_path, "one", 0, "abc")
    good = path.read_bytes()
    at = good.index(bytes.fromhex(_hash("b")))
    for bad in (good[:-9], b"", good[:at] + b"\0" + good[at + 1 :]):
        path.write_bytes(bad)
        with pytest.raises(DataError, match=r"segment-000000000\.parquet cannot be read .* too low"):
            count_trials(tmp_path)


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (pa.array(["ab"]), "not 64 hexadecimal digits"),
        (pa.array(["x" * 64]), "not 64 hexadecimal digits"),
        (pa.array(["a" * 63, "a" * 65]), "not 64 hexadecimal digits"),
        (pa.array([1]), "has type int64"),
        (pa.array([b"1" * 16], type=pa.binary(16)), r"has type fixed_size_binary\[16\]"),
        (pa.array([None], type=pa.binary(32)), "1 trials without a genotype hash"),
    ],
)
def test_a_column_that_is_no_hash_is_refused(tmp_path: Path, column: Any, why: str) -> None:
    path = _segment(tmp_path, "one", 0, "a")
    pq.write_table(pa.table({"genotype_hash": column, "operator": ["point"] * len(column)}), path)
    with pytest.raises(DataError, match=why):
        count_trials(tmp_path)


def test_a_segment_without_the_column_is_refused(tmp_path: Path) -> None:
    path = _segment(tmp_path, "one", 0, "a")
    pq.write_table(pa.table({"other": [1]}), path)
    with pytest.raises(DataError, match="genotype_hash"):
        count_trials(tmp_path)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(tmp_path / "registry.sqlite") as opened:
        yield opened


@pytest.fixture
def vault(registry: Registry) -> Vault:
    return Vault(registry)


def _open(vault: Vault, name: object, start_ms: int, end_ms: int, **changes: Any) -> Opening:
    arguments: dict[str, Any] = {
        "slice_name": "oos",
        "snapshot_id": "snapshot-1",
        "policy_hash": "c" * 64,
        "run_id": "run-1",
        "now": NOW,
    }
    return vault.open_slice(_hash(name), start_ms=start_ms, end_ms=end_ms, **(arguments | changes))


def test_an_opening_is_on_record_when_it_is_granted(tmp_path: Path, vault: Vault) -> None:
    opening = _open(vault, "a", 1_000, 2_000)
    with Registry.open(tmp_path / "registry.sqlite") as other:
        assert other.openings(0, 9_000) == [opening]
    assert (opening.genotype_hash, opening.slice_name, opening.opened_at) == (_hash("a"), "oos", NOW)


@pytest.mark.parametrize(
    ("start_ms", "end_ms"), [(1_000, 2_000), (0, 1_001), (1_999, 3_000), (1_400, 1_500), (0, 9_000)]
)
def test_no_genotype_sees_a_moment_twice_whatever_else_differs(vault: Vault, start_ms: int, end_ms: int) -> None:
    first = _open(vault, "a", 1_000, 2_000)
    with pytest.raises(VaultClosed, match=r"run run-1 opened \[1000, 2000\).*time is shown once") as caught:
        _open(vault, "a", start_ms, end_ms, slice_name="wf", snapshot_id="other", policy_hash="d" * 64, run_id="run-2")
    assert caught.value.opening == first
    assert isinstance(caught.value, TransitionError)
    assert vault.openings_overlapping(0, 9_000) == [first]


@pytest.mark.parametrize(("start_ms", "end_ms"), [(0, 1_000), (2_000, 3_000)])
def test_time_that_only_touches_is_other_time(vault: Vault, start_ms: int, end_ms: int) -> None:
    _open(vault, "a", 1_000, 2_000)
    assert _open(vault, "a", start_ms, end_ms).start_ms == start_ms


def test_the_budget_counts_genotypes_over_calendar_time(vault: Vault) -> None:
    first = _open(vault, "a", 1_000, 2_000)
    _open(vault, "a", 2_000, 3_000, slice_name="wf")
    second = _open(vault, "b", 1_500, 1_600, snapshot_id="other")
    assert vault.openings_overlapping(0, 10_000) == [first, second]
    assert vault.openings_overlapping(1_600, 2_000) == [first]
    assert vault.openings_overlapping(3_000, 4_000) == []
    assert [opening.slice_name for opening in vault.openings_overlapping(2_500, 2_600)] == ["wf"]


def test_descendants_of_what_was_judged_are_told(registry: Registry, vault: Vault) -> None:
    pairs = [("b", "a"), ("c", "b"), ("x", "y")]
    registry.add_lineage((LineageRecord(_hash(one), _hash(two), "mutate", 1) for one, two in pairs), "run-1")
    opening = _open(vault, "a", 1_000, 2_000)
    assert vault.judged_ancestor(_hash("c"), 1_500, 9_000) == opening
    assert vault.judged_ancestor(_hash("b"), 0, 1_001) == opening
    assert vault.judged_ancestor(_hash("c"), 2_000, 9_000) is None
    for unrelated in ("a", "x", "never heard of"):
        assert vault.judged_ancestor(_hash(unrelated), 1_500, 9_000) is None


def test_an_opening_cannot_inform_what_was_bred_before_it(registry: Registry, vault: Vault) -> None:
    registry.add_lineage([LineageRecord(_hash("b"), _hash("a"), "mutate", 1)], "run-1")
    opening = _open(vault, "a", 1_000, 2_000)
    later = NOW + timedelta(microseconds=1)
    assert vault.judged_ancestor(_hash("b"), 1_000, 2_000, bred_at=NOW) is None
    assert vault.judged_ancestor(_hash("b"), 1_000, 2_000, bred_at=later) == opening


@pytest.mark.parametrize(("start_ms", "end_ms"), [(2, 2), (3, 2), (-1, 2)])
def test_a_slice_without_time_is_refused(vault: Vault, start_ms: int, end_ms: int) -> None:
    with pytest.raises(ValueError, match="allowed is 0 <= start < end"):
        _open(vault, "a", start_ms, end_ms)
    assert vault.openings_overlapping(0, 9_000) == []


def test_a_hostile_slice_name_is_refused(vault: Vault) -> None:
    with pytest.raises(ConfigError, match="slice name is"):
        _open(vault, "a", 1, 2, slice_name="'; DROP TABLE openings; --")
