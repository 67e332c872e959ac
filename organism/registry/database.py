"""Open the SQLite file of a registry: settings, check of its health, schema."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc

from data.durable import sync_folder
from data.errors import ConfigError, DataError
from organism.registry.errors import OutOfReachError
from organism.registry.migrate import upgrade
from organism.registry.schema import SCHEMA, check_schema

BUSY_TIMEOUT_S = 30.0
_SETTINGS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")
_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR")
"""What SQLite says of a damaged file; an error of a statement, since all of ours fit the schema that was checked."""
EVIDENCE = "evidence"
"""The folder beside a registry in which its verdicts' evidence is."""
RESTORE = (
    "put back a copy with `organism registry restore BACKUP`, made earlier with `organism registry backup BACKUP`, or "
    "move it away to begin an empty registry, which forgets every verdict and opening of the vault"
)


def open_database(path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """Return an engine on the registry at `path`, made if it is missing and migrated if it is older.

    Raises
    ------
    OutOfReachError
        If the file is locked for too long, cannot be read or written, or is of a newer schema.
    DataError
        If it is damaged or not a registry; or missing where evidence of its verdicts is.
    """
    if not is_begun(path):
        _create(path, busy_timeout_s)
    engine = _engine(path, busy_timeout_s)
    with ExitStack() as unfinished:
        unfinished.callback(engine.dispose)
        with translated(path):
            check_quickly(engine, path)
            migrate(engine, path)
        unfinished.pop_all()
    return engine


def is_begun(path: Path) -> bool:
    """Tell whether there is a registry to open.

    Raises
    ------
    DataError
        If there was one, or its folder is missing.
    """
    if not path.parent.is_dir():
        raise DataError(f"registry {path} cannot be opened: its folder does not exist; create the home first")
    if not path.exists():
        _refuse_to_forget(path)
        return False
    if path.stat().st_size == 0:
        # A registry comes into being whole (see _create), so an empty one has lost its contents.
        raise DataError(f"registry {path} is empty, so its contents are lost: {RESTORE}")
    return True


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite says about the file into what a user can do about it.

    Raises
    ------
    OutOfReachError
        If it is locked, or the system lets nobody read or write it: it may be whole.
    DataError
        If it is damaged.
    """
    try:
        yield
    except exc.IntegrityError:
        raise
    except UnicodeEncodeError as error:
        raise ConfigError(f"{error.object[:80]!a} is not text: give a name of ASCII letters and digits") from None
    except UnicodeDecodeError as error:
        # SQLite quotes the damaged text in its own message, and Python cannot even read that.
        raise DataError(f"registry {path} is damaged (it holds bytes that are no text): {RESTORE}") from error
    except (exc.DatabaseError, sqlite3.DatabaseError) as error:
        cause = getattr(error, "orig", None) or error
        name = getattr(cause, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise OutOfReachError(
                f"registry {path} is locked by another program", "wait for it or end it, then repeat"
            ) from error
        if name.startswith(_DAMAGE) or (not name and isinstance(cause, sqlite3.OperationalError)):
            # Without a name it is Python that cannot read a text.
            raise DataError(f"registry {path} is damaged ({_short(cause)}): {RESTORE}") from error
        raise OutOfReachError(
            f"registry {path} could not be read or written ({cause})",
            "check the path, its permissions and the space left",
        ) from error


def writing(engine: Engine) -> Engine:
    """Return the engine whose transactions take the write lock at their beginning.

    A transaction that reads first and writes later fails at once when somebody else wrote in between,
    whatever the busy timeout; one that begins as a writer waits its turn.
    """
    return engine.execution_options(immediate=True)


def _engine(path: Path, busy_timeout_s: float) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": busy_timeout_s, "isolation_level": None},
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", begin)
    return engine


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    for setting in _SETTINGS:
        connection.execute(f"PRAGMA {setting}")


def begin(connection: Connection) -> None:
    """Begin a transaction, at once as a writer if the engine is for `writing`; Python's driver leaves it to us."""
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _refuse_to_forget(path: Path) -> None:
    """Refuse to begin an empty registry beside evidence: the vault would be shut to nobody any more."""
    packs = path.parent / EVIDENCE
    if packs.is_dir() and any(packs.iterdir()):
        raise DataError(
            f"registry {path} is missing, but {packs} holds evidence of its verdicts: put back a copy with "
            "`organism registry restore BACKUP`, or move both away to begin anew, which forgets every verdict and "
            "opening of the vault"
        )


def _create(path: Path, busy_timeout_s: float) -> None:
    """Build a registry aside and link it into place, so that nobody ever sees half of one."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    engine = _engine(temporary, busy_timeout_s)
    try:
        with translated(path), writing(engine).begin() as connection:
            upgrade(connection)
        with translated(path):
            _fold(engine)
        engine.dispose()
        try:
            os.link(temporary, path)
        except FileExistsError:
            # Somebody else was quicker; theirs is as good.
            return
        sync_folder(path.parent)
    finally:
        engine.dispose()
        for ending in ("", "-wal", "-shm"):
            temporary.with_name(temporary.name + ending).unlink(missing_ok=True)


def _fold(engine: Engine) -> None:
    """Bring the write-ahead log into the file; closing would do it too, but keeps silent where the disk is full."""
    connection = engine.raw_connection()
    try:
        busy, *_ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    if busy:
        raise sqlite3.OperationalError("its log could not be brought into the file")


def check_quickly(engine: Engine, path: Path) -> None:
    """Refuse a registry of which a page is damaged."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found != "ok":
        raise DataError(f"registry {path} is damaged ({_short(found)}): {RESTORE}")


def check_pages(connection: Connection, path: Path) -> None:
    """Refuse a registry in which any page, index or reference is damaged; slower than what opening it looks at."""
    found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if found == "ok":
        orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        found = "ok" if orphan is None else f"a row of {orphan[0]} refers to nothing"
    if found != "ok":
        raise DataError(f"registry {path} is damaged ({_short(found)}): {RESTORE}")


def _short(said: object) -> str:
    return " ".join(str(said).split())[:200]


def migrate(engine: Engine, path: Path) -> None:
    """Bring an older registry up to the schema of this program, all the way or not at all; refuse a newer one."""
    with engine.connect() as connection:
        if check_schema(connection.exec_driver_sql, path) == SCHEMA:
            return
    with writing(engine).begin() as connection:
        upgrade(connection)
