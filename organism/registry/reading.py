"""Read a registry without changing it: one state of the file, copied into memory, and migrated there if it is older.

Whoever reads holds no lock while it works, sees what one transaction sees, and reads also what lies on a disk that
nobody can write to: an archived home, a snapshot of a file system, a full disk.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from organism.registry.database import BUSY_TIMEOUT_S, begin, check_quickly, is_begun, migrate, translated, writing
from organism.registry.migrate import upgrade


def read_database(path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """Return an engine on a copy of the registry at `path` that nothing can be written to; empty if there is none yet.

    Raises
    ------
    OutOfReachError
        If the file is locked for too long, cannot be read, or is of a newer schema.
    DataError
        If it is damaged or not a registry; or missing where evidence of its verdicts is.
    """
    # Screens ask from threads of their own, one at a time.
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    engine = create_engine("sqlite://", creator=lambda: memory, poolclass=StaticPool)
    event.listen(engine, "begin", begin)
    with ExitStack() as unfinished:
        unfinished.callback(memory.close)
        with translated(path):
            if is_begun(path):
                copy_state(path, memory, busy_timeout_s)
                check_quickly(engine, path)
                migrate(engine, path)
            else:
                with writing(engine).begin() as connection:
                    upgrade(connection)
            memory.execute("PRAGMA query_only = ON")
        unfinished.pop_all()
    return engine


def copy_state(path: Path, target: sqlite3.Connection, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
    """Copy one state of a registry that may be in use, with what its write-ahead log holds."""
    try:
        _copy(path, "mode=rw", target, busy_timeout_s)
    except sqlite3.OperationalError as error:
        # SQLite needs room for an index of the log beside the file; without a log, the file is all there is.
        if error.sqlite_errorname.startswith("SQLITE_BUSY") or _has_log(path):
            raise
        _copy(path, "mode=ro&immutable=1", target, busy_timeout_s)


def _copy(path: Path, how: str, target: sqlite3.Connection, busy_timeout_s: float) -> None:
    location = f"file:{quote(str(path.resolve()))}?{how}"
    with closing(sqlite3.connect(location, uri=True, timeout=busy_timeout_s, isolation_level=None)) as source:
        # Copying alone waits for a lock without an end; who has begun to read holds what copying needs.
        source.execute("BEGIN")
        source.execute("SELECT name FROM sqlite_master").fetchone()
        source.backup(target)


def _has_log(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0
