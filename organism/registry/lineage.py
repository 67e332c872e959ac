"""Statements about who descends from whom, inside a transaction that the registry opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, select

from organism.registry.checks import check_sha256
from organism.registry.rows import LineageRecord
from organism.registry.tables import lineage

_BATCH = 20_000
# Plain SQL with tuples: a run writes 100,000 of these, and the expression compiler would cost more than SQLite does.
_INSERT = "INSERT INTO lineage VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"


def insert_lineage(connection: Connection, records: Iterable[LineageRecord], run_id: str) -> None:
    """Keep every pair of child and parent once, with the first account of how it came about."""
    rows = _rows(records, run_id)
    while batch := list(islice(rows, _BATCH)):
        connection.exec_driver_sql(_INSERT, batch)


def select_parents(connection: Connection, genotype_hash: str) -> list[LineageRecord]:
    """Return the known parents of a genotype, ordered by hash."""
    child = bytes.fromhex(genotype_hash)
    query = select(lineage).where(lineage.c.child_hash == child).order_by(lineage.c.parent_hash)
    return [
        LineageRecord(row.child_hash.hex(), row.parent_hash.hex(), row.operator, row.generation)
        for row in connection.execute(query)
    ]


def select_ancestors(connection: Connection, genotype_hash: str) -> list[str]:
    """Return the hashes of everything that `genotype_hash` descends from, itself excluded, ordered."""
    return sorted(row.hash.hex() for row in connection.execute(ancestry(genotype_hash)))


def ancestry(genotype_hash: str) -> Select[tuple[bytes]]:
    """Return the query for every ancestor as 32 bytes.

    UNION drops what was seen before, so the query ends although lineages meet, and run in circles when
    two genotypes are each other's mutants.
    """
    child = bytes.fromhex(check_sha256("genotype hash", genotype_hash))
    first: Select[Any] = select(lineage.c.parent_hash.label("hash")).where(lineage.c.child_hash == child)
    up = first.cte("up", recursive=True)
    up = up.union(select(lineage.c.parent_hash).join(up, lineage.c.child_hash == up.c.hash))
    return select(up.c.hash).where(up.c.hash != child)


def count_unknown_to(connection: Connection, other: Path) -> int:
    """Return how many pairs of child and parent the registry at `other`, of the same schema, does not know.

    SQLite compares them, as there may be millions. `other` stays attached to the connection.
    """
    connection.exec_driver_sql("ATTACH DATABASE ? AS other", (str(other),))
    pairs = "SELECT child_hash, parent_hash FROM"
    query = f"SELECT count(*) FROM ({pairs} main.lineage EXCEPT {pairs} other.lineage)"  # noqa: S608 - our own text
    return int(connection.exec_driver_sql(query).scalar_one())


def _rows(records: Iterable[LineageRecord], run_id: str) -> Iterator[tuple[bytes, bytes, str, int, str]]:
    for child, parent, operator, generation in records:
        yield _binary("child", child), _binary("parent", parent), operator, generation, run_id


def _binary(what: str, genotype_hash: str) -> bytes:
    return bytes.fromhex(check_sha256(f"{what} of a lineage record", genotype_hash))
