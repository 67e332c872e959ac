"""A copy takes the place of a registry only where nobody writes to it, and only if nothing is forgotten unasked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from data.errors import ConfigError, DataError
from data.lock import exclusive
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.registry import holding
from organism.registry.backup import backup_registry, restore_registry
from organism.registry.errors import OutOfReachError
from organism.registry.rows import LineageRecord, NewStrategy
from organism.registry.store import Registry
from tests.organism.gauntlet.on_record import judge

Make = Callable[..., NewStrategy]
CHILD, PARENT = "c" * 64, "d" * 64


@pytest.fixture
def copy(path: Path, make: Make, now: datetime, tmp_path: Path) -> Path:
    """Return a copy of a registry of one strategy in testing."""
    with Registry.open(path) as registry:
        registry.submit(registry.add(make(), now), now)
    to = tmp_path / "copy.sqlite"
    backup_registry(path, to)
    return to


def test_nobody_writes_to_a_file_that_is_replaced(path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "PATIENCE_S", 0.05)
    before = path.read_bytes()
    with Registry.open(path), pytest.raises(ConfigError, match=r"registry .*registry\.sqlite is being worked on by"):
        restore_registry(path, copy)
    assert path.read_bytes() == before
    restore_registry(path, copy)


def test_who_reads_stands_in_nobodys_way(path: Path, copy: Path) -> None:
    with Registry.read(path) as reader:
        restore_registry(path, copy)
        assert len(reader.find()) == 1


def test_a_registry_that_is_being_replaced_is_not_opened_to_write(path: Path, copy: Path) -> None:
    with (
        exclusive(path.with_name("registry.sqlite.lock"), "a copy"),
        pytest.raises(OutOfReachError, match="is being replaced by a copy: wait for it, then repeat"),
    ):
        Registry.open(path, busy_timeout_s=0.05)
    with Registry.open(path) as registry:
        assert len(registry.find()) == 1


def test_a_registry_that_could_not_be_opened_is_not_held(path: Path, copy: Path) -> None:
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(DataError, match="is damaged"):
        Registry.open(path)
    assert restore_registry(path, copy).n_strategies == 1


def test_a_submission_on_another_history_is_not_forgotten_unasked(path: Path, copy: Path, now: datetime) -> None:
    with Registry.open(path) as registry:
        assert registry.submit_again(registry.find()[0].id, "run-2", "6" * 64, now)
    with pytest.raises(ConfigError, match=r"does not know all of it \(1 submissions\)"):
        restore_registry(path, copy)
    restore_registry(path, copy, forget=True)


def test_who_descends_from_whom_is_not_forgotten_unasked(path: Path, copy: Path) -> None:
    with Registry.open(path) as registry:
        registry.add_lineage([LineageRecord(CHILD, PARENT, "point", 4)], "run-2")
    with pytest.raises(ConfigError, match=r"does not know all of it \(1 descents\)"):
        restore_registry(path, copy)
    restore_registry(path, copy, forget=True)
    with Registry.read(path) as registry:
        assert registry.parents(CHILD) == []


def test_openings_that_evidence_proves_are_remembered(
    judged: Home, waiting: Home, judged_at: datetime, tmp_path: Path
) -> None:
    """An older copy knows of no judgement; whoever has seen held-out bars is not shown them under other rules."""
    home = Home.open(shutil.copytree(judged.root, tmp_path / "home"))
    with Registry.read(home.registry_path) as registry:
        before = [(one.genotype_hash, one.slice_name, one.run_id) for one in registry.openings(0, 2**62)]
    done = restore_registry(home.registry_path, waiting.registry_path, forget=True)
    assert done.n_proven == len(before) > 0
    with Registry.read(home.registry_path) as registry:
        again = registry.openings(0, 2**62)
        assert registry.verdicts() == []
    assert sorted((one.genotype_hash, one.slice_name, one.run_id) for one in again) == sorted(before)
    other = GauntletPolicy.model_validate({"robustness": {"copies": 11}, "vault": {"promotions_per_run": 2}})
    found = {one.strategy_id.split("_")[0]: one.reason for one in judge(home, other, judged_at)}
    assert found["cause"] == "it has seen this calendar time before"
    assert restore_registry(home.registry_path, home.registry_path).n_proven == 0


def test_a_damaged_pack_keeps_no_copy_out(judged: Home, waiting: Home, tmp_path: Path) -> None:
    home = Home.open(shutil.copytree(judged.root, tmp_path / "home"))
    for pack in home.evidence.glob("*/pack.json"):
        pack.chmod(0o600)
        pack.write_bytes(b"{}")
    assert restore_registry(home.registry_path, waiting.registry_path, forget=True).n_proven == 0
