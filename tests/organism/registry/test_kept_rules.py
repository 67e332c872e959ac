"""Which rules of a registry a new search keeps away from, and what it may not learn by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from data.canonical import canonical_json
from organism.kept_rules import fitting, rules_of
from organism.registry.rows import VerdictRow
from organism.registry.states import LifecycleState as S
from organism.registry.states import Verdict
from organism.registry.store import Registry

AddedIn = Callable[..., str]


@pytest.fixture
def numbers(registry: Registry, added_in: AddedIn, now: datetime) -> Callable[..., set[int]]:
    """Fill a registry with a strategy of each state, rejected ones of every kind, and ask it by flags."""
    for number, state in enumerate(S):
        added_in(state, number)
    for number, slice_name, verdict in ((100, "IS", "Kill"), (101, "OOS", "Kill"), (102, "IS", "Pass")):
        stages = [{"slice_name": "IS", "verdict": "Pass"}, {"slice_name": slice_name, "verdict": verdict}]
        name = added_in(S.REJECTED, number)
        registry.record_verdict(
            VerdictRow(
                strategy_id=name,
                snapshot_id="snapshot-1",
                policy_hash="c" * 64,
                verdict=Verdict.KILL,
                stages_json=canonical_json(stages).decode(),
                reason="no",
                evidence_sha256="e" * 64,
                decided_at=now,
            )
        )

    def ask(**flags: bool) -> set[int]:
        return {int(text.strip("{}").split(":")[1]) for group in rules_of(registry, **flags) for text in group}

    return ask


def of(*states: S) -> set[int]:
    return {list(S).index(state) for state in states}


def test_living_are_candidates_and_what_is_traded(numbers: Callable[..., set[int]]) -> None:
    assert numbers(living=True, dead=False) == of(S.CANDIDATE, S.PAPER, S.PRODUCTION, S.DECAYING)


def test_dead_are_retired_or_rejected_in_sample_alone(numbers: Callable[..., set[int]]) -> None:
    """Who failed on held-out bars is 101, who moves like one that did 102: to keep away from them is to know those."""
    assert numbers(living=False, dead=True) == of(S.DEAD, S.REJECTED) | {100}


def test_nothing_is_avoided_that_nobody_asked_for(numbers: Callable[..., set[int]]) -> None:
    assert numbers(living=False, dead=False) == set()


@pytest.mark.parametrize(
    ("most", "kept", "n_left_out"),
    [
        (9, "abcdefg", 0),
        (7, "abcdefg", 0),
        (6, "abcdeg", 1),
        (5, "abcde", 2),
        (4, "abde", 3),
        (2, "ab", 5),
        (1, "ab", 5),
    ],
)
def test_where_there_is_no_room_the_newest_of_a_group_are_taken(most: int, kept: str, n_left_out: int) -> None:
    """Named are a and b; living a (known already), c, d, e; retired b and d (known already); rejected f, g."""
    assert fitting("ab", ["acde", "bd", "fg"], most) == (tuple(kept), n_left_out)
