"""Which code produced a number: one hash of the sources that give a backtest its meaning."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEMANTIC_PACKAGES = ("data", "backtest", "evolution", "organism/gauntlet")
LOCK = "requirements.lock"


def hash_sources(packages: tuple[str, ...]) -> str:
    """Return the sha256 over names and contents of the packages' Python files."""
    digest = hashlib.sha256()
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def code_version() -> str:
    """Return the sha256 of the semantic sources and the lock file; the same for the whole process."""
    lock = ROOT / LOCK
    digest = hashlib.sha256(hash_sources(SEMANTIC_PACKAGES).encode())
    digest.update(lock.read_bytes() if lock.exists() else b"no lock")
    return digest.hexdigest()
