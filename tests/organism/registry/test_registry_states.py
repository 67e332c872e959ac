"""The table of moves, and the registry against a model of it."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from data.errors import TransitionError
from organism.registry.states import ALLOWED, LifecycleState, check_move
from organism.registry.store import Registry
from tests.support.strategies import new_strategy

START = datetime(2026, 1, 1, tzinfo=UTC)
EVIDENCE = "e" * 64
S = LifecycleState


def test_every_state_has_a_row_in_the_table_and_nothing_returns_to_born() -> None:
    assert set(ALLOWED) == set(S)
    assert all(S.BORN not in targets for targets in ALLOWED.values())
    assert ALLOWED[S.DEAD] == ALLOWED[S.REJECTED] == ()


def test_a_refused_move_lists_what_is_allowed() -> None:
    with pytest.raises(TransitionError, match="born -> production is not allowed; allowed from born: testing"):
        check_move(S.BORN, S.PRODUCTION)
    with pytest.raises(TransitionError, match="nothing, dead is final"):
        check_move(S.DEAD, S.TESTING)


class Lives(RuleBasedStateMachine):
    """Strategies moved by a careless crowd; the model is a dict of what each has lived through."""

    names = Bundle("names")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.registry = Registry.open(Path(self.folder.name) / "registry.sqlite")
        self.lives: dict[str, list[S]] = {}
        self.now = START

    def teardown(self) -> None:
        self.registry.close()
        self.folder.cleanup()

    @rule(target=names, number=st.integers(0, 3))
    def add(self, number: int) -> str:
        name = self.registry.add(new_strategy(number), self.now)
        self.lives.setdefault(name, [S.BORN])
        return name

    @rule(name=names, choice=st.integers(0, 9))
    def move_as_the_table_allows(self, name: str, choice: int) -> None:
        current = self.lives[name][-1]
        if ALLOWED[current]:
            self._move(name, current, ALLOWED[current][choice % len(ALLOWED[current])], EVIDENCE)

    @rule(
        name=names,
        expected=st.sampled_from(list(S)),
        to=st.sampled_from(list(S)),
        evidence=st.sampled_from([None, EVIDENCE]),
    )
    def move_at_random(self, name: str, expected: S, to: S, evidence: str | None) -> None:
        self._move(name, expected, to, evidence)

    def _move(self, name: str, expected: S, to: S, evidence: str | None) -> None:
        self.now += timedelta(seconds=1)
        is_proven = to is not S.CANDIDATE or evidence is not None
        if expected is self.lives[name][-1] and to in ALLOWED[expected] and is_proven:
            self.registry.transition(
                name, expected=expected, to=to, reason="why", now=self.now, evidence_sha256=evidence
            )
            self.lives[name].append(to)
            return
        with pytest.raises(TransitionError, match=r"not allowed|no evidence|somebody else"):
            self.registry.transition(
                name, expected=expected, to=to, reason="why", now=self.now, evidence_sha256=evidence
            )

    @invariant()
    def the_registry_tells_the_same_lives(self) -> None:
        for name, life in self.lives.items():
            events = self.registry.events(name)
            assert [event.to_state for event in events] == life
            assert [event.from_state for event in events] == [None, *life[:-1]]
            strategy = self.registry.get(name)
            assert (strategy.state, strategy.version) == (life[-1], len(life))
            assert (strategy.evidence_sha256 is not None) or S.CANDIDATE not in life
        assert sum(self.registry.counts().values()) == len(self.lives)


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=10, stateful_step_count=25, deadline=None)
