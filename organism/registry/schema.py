"""The schema versions that this program knows, for every reader of the database; no heavy import."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.canonical import hash_json
from data.errors import DataError
from organism.registry.errors import OutOfReachError

KNOWN_SCHEMAS = ("0001", "0002", "0003", "0004", "0005")
SCHEMA = KNOWN_SCHEMAS[-1]
_NUMBER = re.compile("[0-9]{4}")


SCHEMA_SHA256 = "36ee47248b5c85efffb2703f240a59252cb2925eb7a417ec7fb29d69a0e549db"
"""Of the definitions of tables, indexes and triggers: the triggers refuse illegal moves, so they must be whole."""


def definitions_sha256(execute: Callable[[str], Any]) -> str:
    """Return the digest of every definition in a database, in order of name."""
    rows = execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version' ORDER BY name"
    ).fetchall()
    return hash_json([[str(name), str(sql)] for name, sql in rows])


def check_schema(execute: Callable[[str], Any], path: Path) -> str:
    """Return the schema version that a database says it has.

    Parameters
    ----------
    execute
        Runs one SQL statement and returns a cursor.

    Raises
    ------
    OutOfReachError
        If the schema is of a newer program.
    DataError
        If the database is not a registry, or is damaged.
    """
    if execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
        raise DataError(f"{path} is a database but not a registry: move it away, or name another home")
    row = execute("SELECT version_num FROM alembic_version").fetchone()
    found = "none" if row is None else str(row[0])
    if found not in KNOWN_SCHEMAS:
        strange = f"registry {path} has schema {found[:40]!a}; this program knows {', '.join(KNOWN_SCHEMAS)}"
        if _NUMBER.fullmatch(found) and found > SCHEMA:
            raise OutOfReachError(strange, "update the program, nothing was changed")
        raise DataError(f"{strange}: put back a copy, nothing was changed")
    if found == SCHEMA and definitions_sha256(execute) != SCHEMA_SHA256:
        raise DataError(
            f"registry {path} is damaged (its tables or triggers are not those of schema {SCHEMA}): "
            "put back a copy, nothing was changed"
        )
    return found
