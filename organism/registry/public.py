"""What the executor may know of the registry: the graduates. Read-only, standard library alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from data.canonical import sha256_hex
from data.errors import DataError
from organism.registry.schema import check_schema
from organism.registry.states import GRADUATED, LifecycleState

_BUSY_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class PublicStrategy:
    """A graduate."""

    id: str
    genome_json: str
    """Canonical JSON, checked against the genotype hash."""
    evidence_sha256: str
    """Names the evidence pack that it graduated with, or a newer one."""
    policy_hash: str
    """Names the rules of that evidence: whoever trades compares it with those that it trusts, as rules may be weak."""
    state: LifecycleState
    """Candidate, paper or production."""


def graduates(path: Path) -> list[PublicStrategy]:
    """Return every strategy in state candidate, paper or production, ordered by id.

    Raises
    ------
    DataError
        If there is no registry at `path`, it cannot be read, its schema is unknown, or a genome is not
        the one that was registered.
    """
    if not path.is_file():
        raise DataError(f"registry {path} does not exist: give the path of the home's registry.sqlite")
    location = f"file:{quote(str(path.resolve()))}?mode=ro"
    marks = ", ".join("?" for _ in GRADUATED)
    query = (
        "SELECT id, genome_json, genotype_hash, evidence_sha256, state, "  # noqa: S608 - only marks
        "(SELECT policy_hash FROM verdicts WHERE strategy_id = id "
        "AND verdicts.evidence_sha256 = strategies.evidence_sha256) "
        f"FROM strategies WHERE state IN ({marks}) ORDER BY id"
    )
    try:
        with closing(sqlite3.connect(location, uri=True, timeout=_BUSY_TIMEOUT_S)) as connection:
            check_schema(connection.execute, path)
            rows = connection.execute(query, [state.value for state in GRADUATED]).fetchall()
    except sqlite3.Error as error:
        raise DataError(f"registry {path} cannot be read ({error}): open it with `organism registry list`") from error
    return [_checked(*row) for row in rows]


def _checked(
    name: str, genome_json: str, genotype_hash: str, evidence_sha256: str, state: str, policy_hash: str | None
) -> PublicStrategy:
    if sha256_hex(genome_json.encode("utf-8")) != genotype_hash:
        raise DataError(
            f"genome of {name} is not the one that was registered ({genotype_hash}): "
            "the registry was altered; restore it from a copy"
        )
    if policy_hash is None:
        raise DataError(f"{name} has graduated without a verdict: the registry was altered; restore it from a copy")
    return PublicStrategy(name, genome_json, evidence_sha256, policy_hash, LifecycleState(state))
