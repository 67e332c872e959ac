"""Who has bred the ancestors of a genotype, and on which history, inside a transaction that the registry opened."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select, union_all

from organism.registry.checks import utc_text
from organism.registry.lineage import ancestry
from organism.registry.tables import strategies, submissions


class Bred(NamedTuple):
    """A strategy, and a run that has put it before the gauntlet."""

    strategy_id: str
    run_id: str
    snapshot_id: str
    """The history of that run."""


def select_bred_ancestors(connection: Connection, genotype_hash: str, snapshot_id: str, until: datetime) -> list[Bred]:
    """Return the ancestors that runs had found by then on another history than this one, oldest first."""
    born = select(strategies.c.id, strategies.c.genotype_hash, strategies.c.run_id, strategies.c.snapshot_id)
    again = select(strategies.c.id, strategies.c.genotype_hash, submissions.c.run_id, submissions.c.snapshot_id).join(
        submissions, submissions.c.strategy_id == strategies.c.id
    )
    every = union_all(
        born.add_columns(strategies.c.born_at.label("at")), again.add_columns(submissions.c.submitted_at.label("at"))
    ).subquery()
    elsewhere = (
        select(every.c.id, every.c.run_id, every.c.snapshot_id)
        .where(every.c.snapshot_id != snapshot_id, every.c.at <= utc_text(until))
        .order_by(every.c.at, every.c.id)
    )
    if connection.execute(elsewhere.limit(1)).first() is None:
        # Most homes have one history, and a lineage is long.
        return []
    ancestors = ancestry(genotype_hash).subquery()
    found = elsewhere.join(ancestors, func.lower(func.hex(ancestors.c.hash)) == every.c.genotype_hash)
    return [Bred(*row) for row in connection.execute(found)]
