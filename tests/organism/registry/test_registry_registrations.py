"""Who will be asked on held-out bars is written down once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from data.canonical import canonical_json, sha256_hex
from data.errors import DataError, TransitionError
from organism.registry.rows import Registration, VerdictRow
from organism.registry.states import LifecycleState, Verdict
from organism.registry.store import Registry

A, B = "a" * 64, "b" * 64


def registration(**changes: object) -> Registration:
    plain = Registration(
        run_id="run-1",
        snapshot_id="snapshot-1",
        policy_hash="c" * 64,
        members=(A, B),
        n_trials=7_500,
        n_earlier=3,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_registration_comes_back_as_it_went_in(registry: Registry, now: datetime) -> None:
    first, second = registration(), registration(run_id="run-2", members=(B,))
    registry.register(first, now)
    registry.register(second, now + timedelta(days=1))
    assert registry.registrations() == [first, second]
    assert registry.registrations("run-2") == [second]
    assert registry.registrations("nobody") == []


def test_the_same_again_changes_nothing_not_even_what_was_counted_then(registry: Registry, now: datetime) -> None:
    registry.register(registration(), now)
    registry.register(registration(n_trials=9_000, n_earlier=5), now + timedelta(days=1))
    assert registry.registrations() == [registration()]


def test_others_of_the_same_run_wait_until_those_before_have_an_answer(
    registry: Registry, added_in: Callable[..., str], now: datetime
) -> None:
    """In the program and in the database; under other rules they are another question."""
    first, second = added_in(LifecycleState.TESTING, 1), added_in(LifecycleState.TESTING, 2)
    one, two = (registration(members=(registry.get(name).genotype_hash,)) for name in (first, second))
    registry.register(one, now)
    assert registry.unanswered(one) == set(one.members)
    with pytest.raises(TransitionError, match=r"but 1 of them wait for an answer: who is asked .* is fixed once"):
        registry.register(two, now)
    with pytest.raises(sqlite3.IntegrityError, match="registered before have not been answered yet"):
        insert_raw(registry, two)
    registry.register(registration(policy_hash="f" * 64, members=two.members), now)
    registry.record_verdict(verdict(first, "f" * 64, now))
    assert registry.unanswered(one) == set(one.members), "an answer under other rules is none"
    registry.record_verdict(verdict(first, "c" * 64, now))
    assert registry.unanswered(one) == frozenset()
    registry.register(two, now + timedelta(days=1))
    assert [found for found in registry.registrations() if found.policy_hash == "c" * 64] == [one, two]


def test_nobody_is_registered_twice(registry: Registry, now: datetime) -> None:
    registry.register(registration(), now)
    again = registration(members=(A,))
    with pytest.raises(TransitionError, match="aaaaaaaa was one of them"):
        registry.register(again, now)
    with pytest.raises(sqlite3.IntegrityError, match="a member is registered already"):
        insert_raw(registry, again)
    assert registry.registrations() == [registration()]


def insert_raw(registry: Registry, one: Registration) -> None:
    values = (one.run_id, one.snapshot_id, one.policy_hash, json.dumps(one.members), 1, 0, one.sha256, "2026")
    with closing(sqlite3.connect(registry.path)) as raw, raw:
        raw.execute("INSERT INTO registrations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)


def verdict(strategy_id: str, policy_hash: str, now: datetime) -> VerdictRow:
    return VerdictRow(
        strategy_id=strategy_id,
        snapshot_id="snapshot-1",
        policy_hash=policy_hash,
        verdict=Verdict.WATCH,
        stages_json="[]",
        reason="none",
        evidence_sha256="e" * 64,
        decided_at=now,
    )


@pytest.mark.parametrize("members", [(B, A), (A, A)])
def test_members_are_distinct_and_in_order(members: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="allowed are distinct genotype hashes in order"):
        registration(members=members)


def test_a_registration_commits_to_members_run_snapshot_and_rules() -> None:
    content = {"run_id": "run-1", "snapshot_id": "snapshot-1", "policy_hash": "c" * 64, "members": [A, B]}
    assert registration().sha256 == sha256_hex(canonical_json(content))
    assert registration(n_trials=1, n_earlier=0).sha256 == registration().sha256
    others = [registration(members=(A,)), registration(run_id="run-2"), registration(policy_hash="e" * 64)]
    assert len({registration().sha256, *(other.sha256 for other in others)}) == 4


@pytest.mark.parametrize("members", ['"a"', "[1]", '["short"]', "{}", f'["{A}"]'])
def test_a_row_that_is_not_what_its_hash_commits_to_is_refused(registry: Registry, now: datetime, members: str) -> None:
    registry.close()
    with closing(sqlite3.connect(registry.path)) as raw, raw:
        raw.execute(
            "INSERT INTO registrations VALUES ('run-1', 'snapshot-1', ?, ?, 1, 0, ?, '2026-01-01T00:00:00+00:00')",
            ("c" * 64, members, registration().sha256),
        )
    with pytest.raises(DataError, match="damaged row, registration of run-1"):
        registry.registrations()
