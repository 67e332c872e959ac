"""The same numbers again, from the evidence alone, and nothing opened."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data.code_version import code_version
from data.errors import DataError
from data.snapshot import SnapshotStore
from organism.home import Home
from organism.registry.evidence import read_pack, write_pack
from organism.registry.store import Registry
from organism.replay import Replay, replay


def evidence(home: Home) -> dict[str, str]:
    with Registry.open(home.registry_path) as registry:
        return {row.strategy_id.split("_")[0]: row.evidence_sha256 for row in registry.verdicts()}


@pytest.fixture
def copy(judged: Home, tmp_path: Path) -> Home:
    return Home.open(shutil.copytree(judged.root, tmp_path / "home"))


def test_every_verdict_replays_to_the_last_bit(judged: Home) -> None:
    database = judged.registry_path.read_bytes()
    for name, sha256 in evidence(judged).items():
        found = replay(judged, sha256)
        assert (found.differences, found.same_code) == ((), True), name
        assert found.strategy_id.startswith(f"{name}_0_")
    assert judged.registry_path.read_bytes() == database, "a replay is no opening"


@pytest.mark.parametrize("file", ["pack.json", "is_returns.parquet", "oos_time_ms.parquet", "checksums.json"])
def test_evidence_altered_by_a_byte_is_refused(file: str, copy: Home) -> None:
    sha256 = evidence(copy)["cause"]
    path = copy.evidence / sha256 / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"{file} is not what was written"):
        replay(copy, sha256)


def test_evidence_that_is_gone_is_refused(copy: Home) -> None:
    with pytest.raises(DataError, match=r"evidence pack .* does not exist"):
        replay(copy, "a" * 64)


def test_a_snapshot_that_is_gone_is_refused(copy: Home) -> None:
    sha256 = evidence(copy)["cause"]
    shutil.rmtree(copy.snapshots)
    with pytest.raises(DataError, match="no snapshot"):
        replay(copy, sha256)


def test_a_figure_that_was_made_up_is_named(copy: Home) -> None:
    """A pack whose hashes are right and whose numbers are not."""
    pack = read_pack(copy.evidence, evidence(copy)["cause"])
    document = {**pack.document, "scale": pack.document["scale"] * 1.01}
    stages = [dict(stage) for stage in document["stages"]]
    stages[1]["measured"] += 0.5
    made_up = write_pack(copy.evidence, {**document, "stages": stages}, dict(pack.arrays))
    assert replay(copy, made_up) == Replay(pack.document["strategy_id"], ("scale", "stages"), True)


def test_a_return_that_was_made_up_is_named(copy: Home) -> None:
    pack = read_pack(copy.evidence, evidence(copy)["cause"])
    returns = pack.arrays["wf_returns"].copy()
    returns[7] += 1e-15
    made_up = write_pack(copy.evidence, dict(pack.document), {**pack.arrays, "wf_returns": returns})
    assert replay(copy, made_up).differences == ("wf_returns",)


def test_a_slice_that_was_left_out_is_named(copy: Home) -> None:
    """Whoever hides the last slice has stages on it without its bars."""
    pack = read_pack(copy.evidence, evidence(copy)["cause"])
    document = {**pack.document, "slices": pack.document["slices"][:2]}
    arrays = {name: array for name, array in pack.arrays.items() if not name.startswith("wf")}
    hidden = write_pack(copy.evidence, document, arrays)
    assert "stages" in replay(copy, hidden).differences


def test_another_version_of_the_code_is_told(copy: Home) -> None:
    pack = read_pack(copy.evidence, evidence(copy)["never"])
    assert pack.document["code_version"] == code_version()
    older = write_pack(copy.evidence, {**pack.document, "code_version": "0" * 64}, dict(pack.arrays))
    assert replay(copy, older) == Replay(pack.document["strategy_id"], (), False)


def test_a_replay_makes_no_snapshot_that_was_not_there(judged: Home) -> None:
    before = {snapshot.id for snapshot in SnapshotStore(judged.snapshots).list()}
    replay(judged, evidence(judged)["cause"])
    assert {snapshot.id for snapshot in SnapshotStore(judged.snapshots).list()} == before
