"""The gauntlet's answers as people read them: one word for each strategy, why, and whom a question was about."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from data.errors import ConfigError
from evolution.run.layout import list_runs
from organism.gauntlet.verdict import StageResult
from organism.home import Home
from organism.registry.rows import Strategy, VerdictRow
from organism.registry.states import GRADUATED, LifecycleState, Verdict
from organism.registry.store import Registry

GRADUATE, QUARANTINE, WATCH, KILL = "GRADUATE", "QUARANTINE", "WATCH", "KILL"
ORDER = (GRADUATE, QUARANTINE, WATCH, KILL)
FURTHEST_SHOWN = 3


def answer_word(verdict: str, state: str) -> str:
    """Return the word for a verdict on a strategy that is now in `state`.

    One that has graduated and been retired or rejected since is called by its state, such as `DEAD`.
    """
    if state == LifecycleState.QUARANTINED:
        return QUARANTINE
    if verdict == Verdict.PASS:
        return GRADUATE if state in GRADUATED else state.upper()
    return verdict.upper()


@dataclass(frozen=True, slots=True)
class Answer:
    """A strategy and its verdict under the rules that were asked for."""

    strategy: Strategy
    row: VerdictRow

    @property
    def word(self) -> str:
        """Of `ORDER`, or the state of one that has graduated and left."""
        return answer_word(self.row.verdict.value, self.strategy.state.value)

    @property
    def stages(self) -> tuple[StageResult, ...]:
        """Every stage it went through, in order."""
        return tuple(StageResult.from_plain(stage) for stage in json.loads(self.row.stages_json))

    @property
    def was_asked(self) -> bool:
        """Whether held-out bars were opened for it."""
        return any(stage.slice_name != "IS" for stage in self.stages)


@dataclass(frozen=True, slots=True)
class Question:
    """Whom a call of the gauntlet is about; nobody named: the runs that it judges."""

    run_id: str | None = None
    strategy_id: str | None = None


def question_about(home: Home, registry: Registry, policy_hash: str, name: str | None) -> Question:
    """Return the run of that name, or the strategy with that id or beginning of one.

    Raises
    ------
    ConfigError
        If there is neither, or the strategy has no verdict under this policy and will not get one.
    """
    if name is None:
        return Question()
    if registry.submitted(run_id=name) or name in {folder.name for folder in list_runs(home.runs)}:
        return Question(run_id=name)
    strategy = registry.get(name)
    is_judged = any(row.policy_hash == policy_hash for row in registry.verdicts(strategy_id=strategy.id))
    if not is_judged and strategy.state is not LifecycleState.TESTING:
        raise ConfigError(_unjudged(strategy, policy_hash))
    newest = registry.submitted(strategy_id=strategy.id)[-1]
    return Question(newest.run_id, strategy.id)


def answers_to(question: Question, registry: Registry, policy_hash: str, judged: Collection[str]) -> list[Answer]:
    """Return the answers under one policy, graduates first, then those that came furthest.

    Without a name they are about the runs of which this call has judged something, named in `judged`; where nothing was
    left to judge, about the runs that were judged last. So the same question has the same answer twice. About a
    strategy it is its newest.
    """
    strategies = {(strategy.id, strategy.snapshot_id): strategy for strategy in registry.submitted()}
    rows = [row for row in registry.verdicts() if row.policy_hash == policy_hash]
    every = [Answer(strategies[row.strategy_id, row.snapshot_id], row) for row in rows]
    if question.strategy_id is not None:
        return [answer for answer in every if answer.strategy.id == question.strategy_id][-1:]
    if question.run_id is not None:
        runs = {question.run_id}
    else:
        last = max((row.decided_at for row in rows), default=None)
        runs = set(judged) or {one.strategy.run_id for one in every if one.row.decided_at == last}
    return sorted((answer for answer in every if answer.strategy.run_id in runs), key=_rank)


def has_graduate(answers: Sequence[Answer]) -> bool:
    """Return whether the gate is open."""
    return any(answer.word == GRADUATE for answer in answers)


def told_in_full(answers: Sequence[Answer]) -> list[Answer]:
    """Return whose stages are worth a table: graduates, quarantined, asked on held-out bars; else the furthest."""
    found = [answer for answer in answers if answer.word in (GRADUATE, QUARANTINE) or answer.was_asked]
    return found or sorted(answers, key=lambda answer: -len(answer.stages))[:FURTHEST_SHOWN]


def _rank(answer: Answer) -> tuple[int, int, str]:
    place = ORDER.index(answer.word) if answer.word in ORDER else len(ORDER)
    return place, -len(answer.stages), answer.strategy.id


def _unjudged(strategy: Strategy, policy_hash: str) -> str:
    waits = strategy.state is LifecycleState.BORN
    why = "its search has not handed it over" if waits else "only what is in testing is judged, and once"
    return (
        f"strategy {strategy.id} is {strategy.state.value} and was not judged under these rules "
        f"(policy {policy_hash[:12]}): {why}; see its verdicts with: organism registry show {strategy.id}"
    )
