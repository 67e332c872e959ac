"""Names of strategies for whoever is typing one: fast, and silent about every trouble."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

MOST = 100
_BUSY_TIMEOUT_S = 0.1


def strategy_names(registry: Path, beginning: str) -> list[str]:
    """Return at most a hundred ids that begin so, the newest first; none where the registry cannot be read."""
    location = f"file:{quote(str(registry.resolve()))}?mode=ro"
    query = "SELECT id FROM strategies WHERE substr(id, 1, ?) = ? ORDER BY born_at DESC, id LIMIT ?"
    try:
        with closing(sqlite3.connect(location, uri=True, timeout=_BUSY_TIMEOUT_S)) as connection:
            rows = connection.execute(query, (len(beginning), beginning, MOST)).fetchall()
    except sqlite3.Error:
        return []
    return [str(name) for (name,) in rows]
