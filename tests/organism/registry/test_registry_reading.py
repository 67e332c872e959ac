"""Who reads a registry sees one state of it, and leaves every byte as it was."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from organism.registry.backup import backup_registry
from organism.registry.errors import OutOfReachError
from organism.registry.migrate import upgrade
from organism.registry.rows import NewStrategy
from organism.registry.store import Registry

Contents = Callable[[Path], dict[str, str]]


@pytest.fixture
def older(path: Path) -> Path:
    """Return a registry of the first schema with one strategy, as a program of that time has closed it."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.exec_driver_sql(
            "INSERT INTO strategies VALUES ('gp_0_00000000', 'gp', 0, :h, '{}', '', :h, 'r', 's', '[]', 'init', '{}', "
            "'born', 1, NULL, '2026-01-01T00:00:00+00:00')",
            {"h": hashlib.sha256(b"{}").hexdigest()},
        )
    engine.dispose()
    return path


def test_an_older_registry_is_read_as_it_would_be_migrated_and_stays_older(older: Path, contents: Contents) -> None:
    before = contents(older.parent)
    with Registry.read(older) as registry:
        assert [strategy.id for strategy in registry.find()] == ["gp_0_00000000"]
        assert registry.verdicts() == []
    assert contents(older.parent) == before


def test_a_backup_of_an_older_registry_is_as_old(older: Path, contents: Contents, tmp_path: Path) -> None:
    before = contents(older.parent)
    backup_registry(older, tmp_path / "copy.sqlite")
    assert before == {name: digest for name, digest in contents(older.parent).items() if name != "copy.sqlite"}
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]


def test_none_is_made_where_none_is(path: Path) -> None:
    with Registry.read(path) as registry:
        assert registry.find() == []
    assert list(path.parent.iterdir()) == []


def test_what_comes_later_is_not_seen_and_nobody_waits_for_who_reads(
    path: Path, registry: Registry, make: Callable[..., NewStrategy], now: datetime
) -> None:
    first = registry.add(make(1), now)
    with Registry.read(path) as read:
        second = registry.add(make(2), now)
        assert [one.id for one in read.find()] == [first]
    with Registry.read(path) as read:
        assert [one.id for one in read.find()] == [first, second], "of which the file itself has none yet"


def test_who_reads_cannot_write(
    path: Path, registry: Registry, make: Callable[..., NewStrategy], now: datetime
) -> None:
    with Registry.read(path) as read, pytest.raises(OutOfReachError, match="attempt to write a readonly database"):
        read.add(make(), now)
    assert registry.find() == []


def test_a_lock_is_waited_for_and_then_named(path: Path, registry: Registry) -> None:
    registry.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        # A file that is not in WAL mode is locked for readers, too.
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OutOfReachError, match="is locked by another program: wait for it"):
            Registry.read(path, busy_timeout_s=0.05)
