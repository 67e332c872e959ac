"""A strategy that waits is put before the gauntlet on another history, for the run that has found it again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from data.errors import ConfigError
from organism.registry.states import LifecycleState
from organism.registry.store import Registry

BIRTH, NEWER = "5" * 64, "6" * 64


def places(registry: Registry, **filters: object) -> list[tuple[str, str]]:
    """Return the run and the snapshot of every submission that fits."""
    return [(one.run_id, one.snapshot_id) for one in registry.submitted(**filters)]  # type: ignore[arg-type]


def test_who_waits_is_submitted_on_another_history_once(
    registry: Registry, added_in: Callable[..., str], now: datetime
) -> None:
    name = added_in(LifecycleState.TESTING)
    assert registry.submit_again(name, "run-2", NEWER, now + timedelta(days=1))
    assert not registry.submit_again(name, "run-3", NEWER, now + timedelta(days=2)), "there by run-2 already"
    assert not registry.submit_again(name, "run-3", BIRTH, now + timedelta(days=2)), "there by its birth already"
    assert places(registry) == [("run-1", BIRTH), ("run-2", NEWER)]
    assert places(registry, run_id="run-2") == places(registry, snapshot_id=NEWER) == [("run-2", NEWER)]
    assert places(registry, states=[LifecycleState.REJECTED]) == []
    [found] = registry.submitted(run_id="run-2")
    assert (found.id, found.state, found.version) == (name, LifecycleState.TESTING, 2)
    assert found.born_at == now + timedelta(days=1), (
        "what was asked since its birth may have informed who found it again"
    )
    assert places(registry, strategy_id=name) == places(registry)
    assert places(registry, strategy_id="gp_0_00000000") == []
    assert [one.run_id for one in registry.find()] == ["run-1"], "it was born once"


@pytest.mark.parametrize("state", [state for state in LifecycleState if state is not LifecycleState.TESTING])
def test_who_has_left_testing_or_is_not_there_yet_is_not_submitted_again(
    registry: Registry, added_in: Callable[..., str], now: datetime, state: LifecycleState
) -> None:
    name = added_in(state)
    assert not registry.submit_again(name, "run-2", NEWER, now)
    assert places(registry) == [("run-1", BIRTH)]
    with (
        closing(sqlite3.connect(registry.path)) as raw,
        pytest.raises(sqlite3.IntegrityError, match="only a strategy in testing is submitted again"),
    ):
        raw.execute("INSERT INTO submissions VALUES (?, ?, 'run-2', '2026')", (name, NEWER))


def test_nobody_unknown_is_submitted(registry: Registry, now: datetime) -> None:
    with pytest.raises(ConfigError, match="unknown strategy id"):
        registry.submit_again("gp_0_00000000", "run-2", NEWER, now)


def test_the_database_takes_a_submission_once(registry: Registry, added_in: Callable[..., str], now: datetime) -> None:
    name = added_in(LifecycleState.TESTING)
    registry.submit_again(name, "run-2", NEWER, now)
    for snapshot in (BIRTH, NEWER):
        with (
            closing(sqlite3.connect(registry.path)) as raw,
            pytest.raises(sqlite3.IntegrityError, match="the submission exists already"),
        ):
            raw.execute("INSERT OR REPLACE INTO submissions VALUES (?, ?, 'run-9', '2026')", (name, snapshot))


def test_the_birth_comes_first_whatever_the_clock_said(
    registry: Registry, added_in: Callable[..., str], now: datetime
) -> None:
    name = added_in(LifecycleState.TESTING)
    registry.submit_again(name, "run-2", NEWER, now - timedelta(days=1))
    assert places(registry, strategy_id=name) == [("run-1", BIRTH), ("run-2", NEWER)]
