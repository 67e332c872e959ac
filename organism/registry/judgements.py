"""Statements about verdicts and openings of the vault, inside a transaction that the registry opened."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, select

from data.errors import TransitionError
from data.shown import inert_line
from organism.registry.checks import utc_text
from organism.registry.lineage import ancestry
from organism.registry.rows import Opening, Registration, VerdictRow, stored_row
from organism.registry.states import LifecycleState
from organism.registry.strategies import unknown_strategy
from organism.registry.tables import openings, registrations, strategies, verdicts


def insert_verdict(connection: Connection, row: VerdictRow) -> None:
    """Keep a verdict; the same verdict again changes nothing, another one is refused."""
    key = (
        verdicts.c.strategy_id == row.strategy_id,
        verdicts.c.snapshot_id == row.snapshot_id,
        verdicts.c.policy_hash == row.policy_hash,
    )
    earlier = connection.execute(select(verdicts).where(*key)).mappings().one_or_none()
    if earlier is not None:
        if (earlier["verdict"], earlier["stages_json"]) == (row.verdict.value, row.stages_json):
            return
        raise TransitionError(
            f"{row.strategy_id} has the verdict {earlier['verdict']} of {earlier['decided_at']} on snapshot "
            f"{row.snapshot_id} under policy {row.policy_hash[:8]}, received {row.verdict}: "
            "a verdict is given once; replay the earlier one"
        )
    if connection.execute(select(strategies.c.id).where(strategies.c.id == row.strategy_id)).first() is None:
        raise unknown_strategy(connection, row.strategy_id)
    connection.execute(
        insert(verdicts).values(
            strategy_id=row.strategy_id,
            snapshot_id=row.snapshot_id,
            policy_hash=row.policy_hash,
            verdict=row.verdict.value,
            stages_json=row.stages_json,
            reason=inert_line(row.reason),
            evidence_sha256=row.evidence_sha256,
            decided_at=utc_text(row.decided_at),
        )
    )


def select_verdicts(connection: Connection, strategy_id: str | None, snapshot_id: str | None) -> list[VerdictRow]:
    """Return the verdicts that fit both filters, oldest first."""
    query = select(verdicts).order_by(verdicts.c.decided_at, verdicts.c.strategy_id, verdicts.c.policy_hash)
    if strategy_id is not None:
        query = query.where(verdicts.c.strategy_id == strategy_id)
    if snapshot_id is not None:
        query = query.where(verdicts.c.snapshot_id == snapshot_id)
    return [_verdict(row) for row in connection.execute(query).mappings()]


def insert_registration(connection: Connection, registration: Registration, now: datetime) -> None:
    """Keep a registration; the same one again changes nothing, another one waits until its members have an answer."""
    for earlier in select_registrations(connection, registration.run_id):
        if earlier.sha256 == registration.sha256:
            return
        if not earlier.is_of_the_same(registration):
            continue
        waiting = select_unanswered(connection, earlier)
        again = set(earlier.members).intersection(registration.members)
        if waiting or again:
            why = f"{len(waiting)} of them wait for an answer" if waiting else f"{min(again)[:8]} was one of them"
            raise TransitionError(
                f"run {registration.run_id} has registered {list(earlier.members)}, received "
                f"{list(registration.members)}, but {why}: who is asked on held-out bars is fixed once; judge under "
                "the earlier list first"
            )
    connection.execute(
        insert(registrations).values(
            run_id=registration.run_id,
            snapshot_id=registration.snapshot_id,
            policy_hash=registration.policy_hash,
            members=json.dumps(registration.members),
            n_trials=registration.n_trials,
            n_earlier=registration.n_earlier,
            sha256=registration.sha256,
            registered_at=utc_text(now),
        )
    )


def select_registrations(connection: Connection, run_id: str | None) -> list[Registration]:
    """Return the registrations of a run, or all, oldest first."""
    query = select(registrations).order_by(registrations.c.registered_at, registrations.c.run_id)
    if run_id is not None:
        query = query.where(registrations.c.run_id == run_id)
    return [_registration(row) for row in connection.execute(query).mappings()]


def select_unanswered(connection: Connection, registration: Registration) -> frozenset[str]:
    """Return the members of a registration that are in testing and have no verdict on it."""
    answered = select(verdicts.c.strategy_id).where(
        verdicts.c.snapshot_id == registration.snapshot_id, verdicts.c.policy_hash == registration.policy_hash
    )
    query = select(strategies.c.genotype_hash).where(
        strategies.c.genotype_hash.in_(registration.members),
        strategies.c.state == LifecycleState.TESTING.value,
        strategies.c.id.not_in(answered),
    )
    return frozenset(connection.execute(query).scalars())


def insert_opening(connection: Connection, opening: Opening) -> Opening | None:
    """Keep an opening, or return the one by which this genotype has seen a part of that time already."""
    query = _overlapping(opening.start_ms, opening.end_ms).where(openings.c.genotype_hash == opening.genotype_hash)
    earlier = connection.execute(query.limit(1)).mappings().first()
    if earlier is not None:
        return _opening(earlier)
    connection.execute(
        insert(openings).values(
            genotype_hash=opening.genotype_hash,
            slice_name=opening.slice_name,
            start_ms=opening.start_ms,
            end_ms=opening.end_ms,
            snapshot_id=opening.snapshot_id,
            policy_hash=opening.policy_hash,
            run_id=opening.run_id,
            opened_at=utc_text(opening.opened_at),
        )
    )
    return None


def select_openings(connection: Connection, start_ms: int, end_ms: int) -> list[Opening]:
    """Return every opening that shares time with [start_ms, end_ms), in order of recording."""
    return [_opening(row) for row in connection.execute(_overlapping(start_ms, end_ms)).mappings()]


def select_ancestral_opening(
    connection: Connection, genotype_hash: str, start_ms: int, end_ms: int, before: datetime | None
) -> Opening | None:
    """Return the first opening, of an ancestor, that shares time with [start_ms, end_ms)."""
    query = _overlapping(start_ms, end_ms)
    if before is not None:
        query = query.where(openings.c.opened_at < utc_text(before))
    if connection.execute(query.limit(1)).first() is None:
        # Most often nothing was opened yet, and a lineage is long.
        return None
    ancestors = ancestry(genotype_hash).subquery()
    row = connection.execute(
        query.join(ancestors, func.lower(func.hex(ancestors.c.hash)) == openings.c.genotype_hash).limit(1)
    )
    found = row.mappings().first()
    return None if found is None else _opening(found)


def _overlapping(start_ms: int, end_ms: int) -> Select[Any]:
    shares_time = (openings.c.start_ms < end_ms, openings.c.end_ms > start_ms)
    return select(openings).where(*shares_time).order_by(openings.c.id)


def _verdict(row: RowMapping) -> VerdictRow:
    values: dict[str, Any] = dict(row)
    with stored_row(f"verdict on {values['strategy_id']}"):
        if type(json.loads(values["stages_json"])) is not list:
            raise ValueError("its stages are no list")
        values["decided_at"] = datetime.fromisoformat(values["decided_at"])
        return VerdictRow(**values)


def _registration(row: RowMapping) -> Registration:
    values: dict[str, Any] = {name: value for name, value in row.items() if name != "registered_at"}
    with stored_row(f"registration of {values['run_id']}"):
        values["members"] = tuple(json.loads(values["members"]))
        committed = values.pop("sha256")
        registration = Registration(**values)
        if registration.sha256 != committed:
            raise ValueError(f"its members are not those that {committed[:12]} commits to")
        return registration


def _opening(row: RowMapping) -> Opening:
    values: dict[str, Any] = {name: value for name, value in row.items() if name != "id"}
    with stored_row(f"opening {row['id']}"):
        values["opened_at"] = datetime.fromisoformat(values["opened_at"])
        return Opening(**values)
