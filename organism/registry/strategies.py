"""Statements about strategies and their events, inside a transaction that the registry opened."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, literal, or_, select, union_all

from data.canonical import canonical_json, sha256_hex
from data.errors import ConfigError, TransitionError
from data.shown import inert_line
from organism.registry.checks import check_sha256, inert_text, strategy_id, utc_text
from organism.registry.rows import Event, NewStrategy, Strategy, stored_row
from organism.registry.states import LifecycleState, check_move
from organism.registry.tables import events, strategies, submissions

_SHOWN = 5


def insert_strategy(connection: Connection, new: NewStrategy, now: datetime) -> tuple[str, bool]:
    """Return the id of `new`, and whether it was not there before."""
    known = select(strategies.c.id).where(strategies.c.genotype_hash == new.genotype_hash)
    existing = connection.execute(known).scalar_one_or_none()
    if existing is not None:
        return str(existing), False
    name = _free_id(connection, new)
    values = {
        "id": name,
        "algorithm_type": new.algorithm_type,
        "generation": new.generation,
        "genotype_hash": new.genotype_hash,
        "genome_json": new.genome_json,
        "rendered": inert_text(new.rendered),
        "behaviour_hash": new.behaviour_hash,
        "run_id": new.run_id,
        "snapshot_id": new.snapshot_id,
        "parents": canonical_json(list(new.parents)).decode("ascii"),
        "operator": new.operator,
        "in_sample": _metrics_json(new.in_sample),
        "state": LifecycleState.BORN.value,
        "version": 1,
        "born_at": utc_text(now),
    }
    connection.execute(insert(strategies).values(values))
    _append(connection, Event(name, 1, None, LifecycleState.BORN, f"bred by run {new.run_id}", now, None))
    return name, True


def move(connection: Connection, expected: LifecycleState, seen_version: int | None, event: Event) -> None:
    """Append `event`, whose version this fills in, if the strategy is where the caller saw it.

    The transaction holds the write lock, so nobody moves between the comparison and the event; the
    database's own trigger compares again and sets the new state.
    """
    check_move(expected, event.to_state)
    if event.to_state is LifecycleState.CANDIDATE and event.evidence_sha256 is None:
        raise TransitionError(
            f"{event.strategy_id}: move to candidate has no evidence; allowed is one with the sha256 of its pack: "
            "write the evidence pack first"
        )
    where = select(strategies.c.state, strategies.c.version).where(strategies.c.id == event.strategy_id)
    row = connection.execute(where).one_or_none()
    if row is None:
        raise unknown_strategy(connection, event.strategy_id)
    if row.state != expected or seen_version not in (None, row.version):
        seen = f"{expected} (version {seen_version})" if seen_version is not None else str(expected)
        raise TransitionError(
            f"{event.strategy_id} is {row.state} (version {row.version}), expected {seen}: "
            "somebody else moved it first; read it again and decide anew"
        )
    _append(
        connection,
        Event(
            event.strategy_id,
            row.version + 1,
            expected,
            event.to_state,
            event.reason,
            event.at,
            event.evidence_sha256,
        ),
    )


def select_strategies(
    connection: Connection,
    states: Collection[LifecycleState] | None,
    snapshot_id: str | None,
    run_id: str | None,
) -> list[Strategy]:
    """Return the strategies that fit every filter, oldest first."""
    query = select(strategies).order_by(strategies.c.born_at, strategies.c.id)
    if states is not None:
        query = query.where(strategies.c.state.in_([state.value for state in states]))
    if snapshot_id is not None:
        query = query.where(strategies.c.snapshot_id == snapshot_id)
    if run_id is not None:
        query = query.where(strategies.c.run_id == run_id)
    return [_strategy(row) for row in connection.execute(query).mappings()]


def insert_submission(connection: Connection, name: str, run_id: str, snapshot_id: str, now: datetime) -> bool:
    """Put a strategy before the gauntlet on one more history; return whether it waits in testing and was not there."""
    found = connection.execute(select(strategies.c.state, strategies.c.snapshot_id).where(strategies.c.id == name))
    row = found.one_or_none()
    if row is None:
        raise unknown_strategy(connection, name)
    there = select(submissions).where(submissions.c.strategy_id == name, submissions.c.snapshot_id == snapshot_id)
    is_there = row.snapshot_id == snapshot_id or connection.execute(there).first() is not None
    if is_there or row.state != LifecycleState.TESTING:
        return False
    values = {"strategy_id": name, "snapshot_id": snapshot_id, "run_id": run_id, "submitted_at": utc_text(now)}
    connection.execute(insert(submissions).values(values))
    return True


def select_submitted(
    connection: Connection,
    states: Collection[LifecycleState] | None,
    snapshot_id: str | None,
    run_id: str | None,
    strategy_id: str | None,
) -> list[Strategy]:
    """Return the strategies as each was submitted, with its run and time then: all births, then all others."""
    ours = {"run_id", "snapshot_id", "born_at"}
    lasting = [column for column in strategies.c if column.name not in ours]
    born = select(*lasting, *[strategies.c[name] for name in sorted(ours)], literal(0).label("again"))
    times = submissions.c.submitted_at.label("born_at")
    again = select(*lasting, times, submissions.c.run_id, submissions.c.snapshot_id, literal(1).label("again")).join(
        submissions, submissions.c.strategy_id == strategies.c.id
    )
    every = union_all(born, again).subquery()
    columns = [column for column in every.c if column.name != "again"]
    # The birth of a strategy comes first also where a clock was set back.
    query = select(*columns).order_by(every.c.again, every.c.born_at, every.c.id)
    if states is not None:
        query = query.where(every.c.state.in_([state.value for state in states]))
    for column, wanted in ((every.c.snapshot_id, snapshot_id), (every.c.run_id, run_id), (every.c.id, strategy_id)):
        if wanted is not None:
            query = query.where(column == wanted)
    return [_strategy(row) for row in connection.execute(query).mappings()]


def select_one(connection: Connection, text: str) -> Strategy:
    """Return the strategy whose id is `text`, or whose id or genotype hash alone begins with it."""
    if not text or not text.isascii():
        # "" begins everything, and a byte that is no text cannot even be asked for.
        raise unknown_strategy(connection, text)
    exact = connection.execute(select(strategies).where(strategies.c.id == text)).mappings().one_or_none()
    if exact is not None:
        return _strategy(exact)
    columns = (strategies.c.id, strategies.c.genotype_hash)
    # substr compares as written; LIKE would ignore case and read wildcards.
    begins = or_(*(func.substr(column, 1, len(text)) == text for column in columns))
    query = select(strategies).where(begins).order_by(strategies.c.id).limit(_SHOWN + 1)
    rows = connection.execute(query).mappings().all()
    if not rows:
        raise unknown_strategy(connection, text)
    if len(rows) > 1:
        names = ", ".join(row["id"] for row in rows[:_SHOWN]) + (", ..." if len(rows) > _SHOWN else "")
        raise ConfigError(f"strategy id {text[:80]!a} begins more than one: {names}; give more of it")
    return _strategy(rows[0])


def unknown_strategy(connection: Connection, text: str) -> ConfigError:
    """Return the error for an id that nothing has, with the nearest that exist."""
    known = [str(name) for name in connection.execute(select(strategies.c.id)).scalars()]
    nearest = difflib.get_close_matches(text[:128], known, n=3, cutoff=0.4)
    hint = f"nearest: {', '.join(nearest)}" if nearest else f"the registry holds {len(known)} strategies"
    todo = "`organism registry list` shows all" if known else "a search makes them: organism evolve start CONFIG"
    return ConfigError(f"unknown strategy id {text[:80]!a}; {hint}; {todo}")


def select_events(connection: Connection, name: str) -> list[Event]:
    """Return the events of a strategy in order."""
    query = select(events).where(events.c.strategy_id == name).order_by(events.c.version)
    return [_event(row) for row in connection.execute(query).mappings()]


def count_states(connection: Connection) -> dict[LifecycleState, int]:
    """Return the number of strategies in every state, zeros included."""
    query = select(strategies.c.state, func.count()).group_by(strategies.c.state)
    found = {state: number for state, number in connection.execute(query)}  # noqa: C416 - rows are not pairs to mypy
    return {state: found.get(state.value, 0) for state in LifecycleState}


def _append(connection: Connection, event: Event) -> None:
    connection.execute(
        insert(events).values(
            strategy_id=event.strategy_id,
            version=event.version,
            from_state=None if event.from_state is None else event.from_state.value,
            to_state=event.to_state.value,
            reason=inert_line(event.reason),
            at=utc_text(event.at),
            evidence_sha256=event.evidence_sha256,
        )
    )


def _free_id(connection: Connection, new: NewStrategy) -> str:
    for longer_by in range(0, 60, 4):
        name = strategy_id(new.algorithm_type, new.generation, new.genotype_hash, longer_by=longer_by)
        if connection.execute(select(strategies.c.id).where(strategies.c.id == name)).first() is None:
            return name
    raise AssertionError("two sha256 agree in their first 64 digits")


def _metrics_json(metrics: Mapping[str, float]) -> str:
    """NaN, a metric that does not exist, is null in JSON."""
    plain = {name: None if math.isnan(value) else value for name, value in metrics.items()}
    return canonical_json(plain).decode("ascii")


def _strategy(row: RowMapping) -> Strategy:
    values: dict[str, Any] = dict(row)
    with stored_row(f"strategy {values['id']}"):
        metrics: dict[str, float | None] = json.loads(values["in_sample"])
        values["in_sample"] = {name: math.nan if value is None else float(value) for name, value in metrics.items()}
        values["parents"] = tuple(check_sha256("parent", parent) for parent in json.loads(values["parents"]))
        values["state"] = LifecycleState(values["state"])
        values["born_at"] = datetime.fromisoformat(values["born_at"])
        if sha256_hex(values["genome_json"].encode()) != values["genotype_hash"]:
            raise ValueError("its genome is not what its genotype hash names")
        return Strategy(**values)


def _event(row: RowMapping) -> Event:
    with stored_row(f"event {row['version']} of {row['strategy_id']}"):
        return Event(
            strategy_id=row["strategy_id"],
            version=row["version"],
            from_state=None if row["from_state"] is None else LifecycleState(row["from_state"]),
            to_state=LifecycleState(row["to_state"]),
            reason=row["reason"],
            at=datetime.fromisoformat(row["at"]),
            evidence_sha256=row["evidence_sha256"],
        )
