"""Verdicts are given once, and a verdict with its move is one act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from data.errors import ConfigError, TransitionError
from organism.registry.rows import VerdictRow
from organism.registry.states import LifecycleState as S
from organism.registry.states import Verdict
from organism.registry.store import Registry

AddedIn = Callable[..., str]


def _row(name: str, now: datetime) -> VerdictRow:
    return VerdictRow(
        strategy_id=name,
        snapshot_id="snapshot-1",
        policy_hash="c" * 64,
        verdict=Verdict.KILL,
        stages_json='[{"measured":1.5,"name":"IS"}]',
        reason="IS Sharpe: 1.50, asked for > 2",
        evidence_sha256="e" * 64,
        decided_at=now,
    )


def test_a_verdict_comes_back_as_it_went_in(registry: Registry, added_in: AddedIn, now: datetime) -> None:
    row = _row(added_in(S.TESTING), now)
    registry.record_verdict(row)
    registry.record_verdict(replace(row, snapshot_id="snapshot-2", decided_at=now + timedelta(days=1)))
    assert registry.verdicts(row.strategy_id, "snapshot-1") == [row]
    assert [found.snapshot_id for found in registry.verdicts()] == ["snapshot-1", "snapshot-2"]
    assert registry.verdicts("nobody") == []


def test_the_same_verdict_again_changes_nothing(registry: Registry, added_in: AddedIn, now: datetime) -> None:
    row = _row(added_in(S.TESTING), now)
    registry.record_verdict(row)
    registry.record_verdict(replace(row, decided_at=now + timedelta(days=1)))
    assert registry.verdicts() == [row]


def test_another_verdict_on_the_same_question_is_refused(registry: Registry, added_in: AddedIn, now: datetime) -> None:
    row = _row(added_in(S.TESTING), now)
    registry.record_verdict(row)
    with pytest.raises(TransitionError, match=r"has the verdict Kill .* received Pass: a verdict is given once"):
        registry.record_verdict(replace(row, verdict=Verdict.PASS))
    assert registry.verdicts() == [row]


def test_a_verdict_on_nobody_is_refused(registry: Registry, now: datetime) -> None:
    with pytest.raises(ConfigError, match="unknown strategy id 'gp_0_00000000'"):
        registry.record_verdict(_row("gp_0_00000000", now))


def test_only_the_four_verdicts_exist(now: datetime) -> None:
    with pytest.raises(ValueError, match="'Maybe' is not a valid Verdict"):
        replace(_row("x", now), verdict="Maybe")


def test_deciding_records_and_moves_together(registry: Registry, added_in: AddedIn, now: datetime) -> None:
    name = added_in(S.TESTING)
    row = replace(_row(name, now), verdict=Verdict.PASS)
    registry.decide(row, expected=S.TESTING, to=S.CANDIDATE, reason="passed all stages", evidence_sha256="e" * 64)
    assert registry.verdicts() == [row]
    assert registry.get(name).state is S.CANDIDATE
    assert registry.events(name)[-1].at == now


def test_deciding_does_neither_when_the_move_is_refused(registry: Registry, added_in: AddedIn, now: datetime) -> None:
    row = replace(_row(added_in(S.TESTING), now), verdict=Verdict.PASS)
    with pytest.raises(TransitionError, match="has no evidence"):
        registry.decide(row, expected=S.TESTING, to=S.CANDIDATE, reason="passed")
    assert registry.verdicts() == []
