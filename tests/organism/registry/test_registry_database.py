"""What the database itself refuses, whoever writes; and which files it is not opened on."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from data.errors import DataError, TransitionError
from organism.registry.database import open_database
from organism.registry.errors import OutOfReachError
from organism.registry.migrate import FOLDER, upgrade
from organism.registry.rows import NewStrategy, Opening, Registration, VerdictRow
from organism.registry.schema import KNOWN_SCHEMAS, SCHEMA
from organism.registry.states import ALLOWED, Verdict
from organism.registry.states import LifecycleState as S
from organism.registry.store import Registry
from organism.registry.tables import METADATA

AddedIn = Callable[..., str]
EVENT = "INSERT INTO events VALUES (?, ?, ?, ?, 'raw', '2026-01-01', ?)"
EVIDENCE = "e" * 64


@pytest.fixture
def raw(path: Path, registry: Registry) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def test_the_database_allows_exactly_the_moves_of_the_table(raw: sqlite3.Connection, added_in: AddedIn) -> None:
    accepted: dict[S, set[S]] = {}
    for number, current in enumerate(S):
        name = added_in(current, number)
        version = raw.execute("SELECT version FROM strategies WHERE id = ?", [name]).fetchone()[0]
        accepted[current] = {to for to in S if _is_accepted(raw, [name, version + 1, current, to, EVIDENCE])}
    assert accepted == {state: set(targets) for state, targets in ALLOWED.items()}


def _is_accepted(raw: sqlite3.Connection, event: list[object]) -> bool:
    raw.execute("BEGIN")
    try:
        raw.execute(EVENT, event)
    except sqlite3.IntegrityError:
        return False
    finally:
        raw.execute("ROLLBACK")
    return True


@pytest.mark.parametrize("state", list(S))
def test_no_update_sets_a_state_without_an_event(raw: sqlite3.Connection, added_in: AddedIn, state: S) -> None:
    added_in(S.TESTING)
    with pytest.raises(sqlite3.IntegrityError, match="moves only by an event"):
        raw.execute("UPDATE strategies SET state = ?, version = version + 1, evidence_sha256 = ?", [state, EVIDENCE])


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ((3, "testing", "candidate", None), "CHECK"),
        ((3, "testing", "candidate", "E" * 64), "CHECK"),
        ((3, "testing", "nonsense", None), "does not allow"),
        ((3, "born", "testing", None), "not in the state and version"),
        ((4, "testing", "rejected", None), "not in the state and version"),
        ((2, "testing", "rejected", None), "exists already"),
        ((3, None, "born", None), r"CHECK|not in the state"),
    ],
)
def test_an_event_that_does_not_fit_is_refused(
    raw: sqlite3.Connection, added_in: AddedIn, event: tuple[object, ...], why: str
) -> None:
    name = added_in(S.TESTING)
    with pytest.raises(sqlite3.IntegrityError, match=why):
        raw.execute(EVENT, [name, *event])


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE events SET reason = 'nicer'", "events are append-only"),
        ("DELETE FROM events", "events are append-only"),
        ("INSERT OR REPLACE INTO events SELECT * FROM events", "exists already"),
        ("DELETE FROM strategies", "never deleted"),
        ("UPDATE strategies SET genome_json = '{}'", "moves only by an event"),
        ("INSERT OR REPLACE INTO strategies SELECT * FROM strategies", "exists already"),
        ("UPDATE openings SET end_ms = start_ms + 1", "openings are append-only"),
        ("DELETE FROM openings", "openings are append-only"),
        ("INSERT OR REPLACE INTO openings SELECT * FROM openings", "exists already"),
        ("UPDATE submissions SET run_id = 'r'", "submissions are append-only"),
        ("DELETE FROM submissions", "submissions are append-only"),
        ("INSERT OR REPLACE INTO submissions SELECT * FROM submissions", "exists already"),
        ("UPDATE registrations SET members = '[]'", "registrations are append-only"),
        ("DELETE FROM registrations", "registrations are append-only"),
        ("INSERT OR REPLACE INTO registrations SELECT * FROM registrations", "exists already"),
        ("UPDATE verdicts SET verdict = 'Pass'", "verdicts are append-only"),
        ("DELETE FROM verdicts", "verdicts are append-only"),
        ("INSERT OR REPLACE INTO verdicts SELECT * FROM verdicts", "exists already"),
        ("UPDATE lineage SET operator = 'init'", "lineage is append-only"),
        ("DELETE FROM lineage", "lineage is append-only"),
    ],
)
def test_history_cannot_be_rewritten(
    raw: sqlite3.Connection,
    registry: Registry,
    added_in: AddedIn,
    make: Callable[..., NewStrategy],
    now: datetime,
    statement: str,
    why: str,
) -> None:
    registry.add(make(2, parents=("a" * 64,)), now)
    name = added_in(S.TESTING)
    registry.record_verdict(
        VerdictRow(
            strategy_id=name,
            snapshot_id="s",
            policy_hash="c" * 64,
            verdict=Verdict.KILL,
            stages_json="[]",
            reason="none",
            evidence_sha256="e" * 64,
            decided_at=now,
        )
    )
    registry.record_opening(_opening(now))
    registry.register(_registration(), now)
    registry.submit_again(name, "run-2", "6" * 64, now)
    before = list(raw.iterdump())
    with pytest.raises(sqlite3.IntegrityError, match=why):
        raw.execute(statement)
    assert list(raw.iterdump()) == before


def test_the_database_shows_no_time_twice(raw: sqlite3.Connection, registry: Registry, now: datetime) -> None:
    assert registry.record_opening(_opening(now)) is None
    columns = "genotype_hash, slice_name, snapshot_id, policy_hash, run_id, opened_at"
    with pytest.raises(sqlite3.IntegrityError, match="seen a part of this time"):
        raw.execute(
            f"INSERT INTO openings ({columns}, start_ms, end_ms) SELECT {columns}, end_ms - 1, end_ms FROM openings"
        )


def test_writes_are_durable_and_keys_are_enforced(path: Path) -> None:
    engine = open_database(path)
    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    engine.dispose()
    assert found == ["wal", 2, 1, 30_000]


def test_known_schemas_are_the_migrations() -> None:
    script = ScriptDirectory(str(FOLDER))
    assert tuple(sorted(step.revision for step in script.walk_revisions())) == KNOWN_SCHEMAS
    assert script.get_current_head() == SCHEMA


def test_the_named_columns_are_those_of_the_database(raw: sqlite3.Connection) -> None:
    for table in METADATA.sorted_tables:
        columns = [row[1] for row in raw.execute(f"PRAGMA table_info({table.name})")]
        assert columns == table.columns.keys()
        assert "STRICT" in raw.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table.name]).fetchone()[0]


def _older(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.exec_driver_sql(
            "INSERT INTO strategies VALUES ('gp_0_00000000', 'gp', 0, :h, '{}', '', :h, 'r', 's', '[]', 'init', '{}', "
            "'born', 1, NULL, '2026-01-01T00:00:00+00:00')",
            {"h": hashlib.sha256(b"{}").hexdigest()},
        )
    engine.dispose()


def test_an_older_registry_is_migrated_with_what_it_holds(path: Path) -> None:
    _older(path)
    with Registry.open(path) as registry:
        assert [strategy.id for strategy in registry.find()] == ["gp_0_00000000"]
        assert registry.verdicts() == []


def test_registrations_of_an_older_registry_are_kept(path: Path, now: datetime) -> None:
    engine = create_engine(f"sqlite:///{path}")
    one = _registration()
    with engine.begin() as connection:
        upgrade(connection, "0003")
        connection.exec_driver_sql(
            "INSERT INTO registrations VALUES (?, ?, ?, ?, ?, ?, ?, '2026-01-01T00:00:00+00:00')",
            (one.run_id, one.snapshot_id, one.policy_hash, json.dumps(one.members), 1, 0, one.sha256),
        )
    engine.dispose()
    with Registry.open(path) as registry:
        assert registry.registrations() == [one]
        with pytest.raises(TransitionError, match="was one of them"):
            registry.register(replace(one, members=(*one.members, "f" * 64)), now)


def test_a_migration_that_fails_changes_nothing(path: Path) -> None:
    _older(path)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE openings (stranger TEXT)")
        before = list(raw.iterdump())
    with pytest.raises(DataError, match="openings already exists"):
        Registry.open(path)
    with closing(sqlite3.connect(path)) as raw:
        assert list(raw.iterdump()) == before


def test_a_newer_registry_is_refused_and_left_alone(path: Path, registry: Registry) -> None:
    registry.close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    for opened in (Registry.open, Registry.read):
        with pytest.raises(
            OutOfReachError,
            match=r"has schema '9999'; this program knows 0001, 0002, 0003, 0004, 0005: update the program",
        ):
            opened(path)
    assert path.read_bytes() == before


def test_a_schema_that_no_program_has_written_is_damage(path: Path, registry: Registry) -> None:
    registry.close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '000u'")
    with pytest.raises(DataError, match=r"has schema '000u'; .*: put back a copy") as refused:
        Registry.open(path)
    assert not isinstance(refused.value, OutOfReachError)


def test_another_programs_database_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE theirs (a)")
    with pytest.raises(DataError, match="is a database but not a registry"):
        Registry.open(path)


def _cut_in_half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _overwrite_a_page(content: bytes) -> bytes:
    return content[:4096] + b"\xff" * 4096 + content[8192:]


@pytest.mark.parametrize(
    "damage", [_cut_in_half, _overwrite_a_page, lambda content: b"\0" * 100 + content[100:], lambda _content: b"hello"]
)
@pytest.mark.parametrize("opened", [Registry.open, Registry.read])
def test_a_damaged_file_is_refused_with_how_to_restore_it(
    path: Path, registry: Registry, damage: Callable[[bytes], bytes], opened: Callable[[Path], Registry]
) -> None:
    registry.close()
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=r"registry.sqlite is damaged .*put back a copy") as refused:
        opened(path)
    assert not isinstance(refused.value, OutOfReachError)


def test_an_empty_file_has_lost_its_contents(path: Path) -> None:
    path.touch()
    with pytest.raises(DataError, match="is empty, so its contents are lost: put back a copy"):
        Registry.open(path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="its folder does not exist"):
        Registry.open(tmp_path / "none" / "registry.sqlite")


def test_a_locked_registry_is_waited_for_and_then_named(
    path: Path, registry: Registry, make: Callable[..., NewStrategy], now: datetime
) -> None:
    registry.close()
    with Registry.open(path, busy_timeout_s=0.05) as hurried, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutOfReachError, match="is locked by another program"):
            hurried.add(make(), now)
        assert hurried.find() == []
        other.rollback()
        hurried.add(make(), now)


def test_nothing_is_left_beside_a_new_registry(path: Path) -> None:
    Registry.open(path).close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["registry.sqlite", "registry.sqlite.lock"]


def _registration() -> Registration:
    return Registration(
        run_id="run-1",
        snapshot_id="s",
        policy_hash="c" * 64,
        members=("a" * 64,),
        n_trials=1,
        n_earlier=0,
    )


def _opening(now: datetime) -> Opening:
    return Opening(
        genotype_hash="a" * 64,
        slice_name="oos",
        start_ms=1_000,
        end_ms=2_000,
        snapshot_id="s",
        policy_hash="c" * 64,
        run_id="r",
        opened_at=now,
    )
