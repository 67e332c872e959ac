"""The schema versions that this program knows, for every reader of the database; no heavy import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.errors import DataError

KNOWN_SCHEMAS = ("0001", "0002")
SCHEMA = KNOWN_SCHEMAS[-1]


def check_schema(execute: Callable[[str], Any], path: Path) -> str:
    """Return the schema version that a database says it has.

    Parameters
    ----------
    execute
        Runs one SQL statement and returns a cursor.

    Raises
    ------
    DataError
        If the database is not a registry, or of a schema that this program does not know.
    """
    if execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
        raise DataError(f"{path} is a database but not a registry: move it away, or name another home")
    row = execute("SELECT version_num FROM alembic_version").fetchone()
    found = "none" if row is None else str(row[0])
    if found not in KNOWN_SCHEMAS:
        raise DataError(
            f"registry {path} has schema {found[:40]!a}; this program knows {', '.join(KNOWN_SCHEMAS)}: "
            "update the program, nothing was changed"
        )
    return found
