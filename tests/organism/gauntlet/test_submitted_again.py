"""A rule that waits on one history is judged on another, for the run that has found it again there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from data.alignment import cut
from data.intervals import YEAR_MS
from data.snapshot import SnapshotStore
from data.worlds import World
from evolution.genome.genome import Genome
from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.inspection import check_evidence, inspect_registry
from organism.registry.store import Registry
from organism.views.answers import Question, answers_to, question_about
from organism.views.survivors import newest_of_run
from tests.organism.gauntlet.on_record import judge, openings


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.create(tmp_path / "home")


@pytest.fixture
def snapshots(home: Home, two_years: World) -> tuple[str, str]:
    """Return a history that is too short to graduate on, and the whole of it."""
    store, first_ms = SnapshotStore(home.snapshots), int(two_years.markets[0].time_ms[0])
    short = cut(two_years.markets, end_ms=first_ms + YEAR_MS)
    return store.save(short, two_years.origin).id, store.save(two_years.markets, two_years.origin).id


def find_again(home: Home, name: str, snapshot_id: str, now: datetime) -> None:
    with Registry.open(home.registry_path) as registry:
        assert registry.submit_again(registry.get(name).id, "run-2", snapshot_id, now)


def test_what_waits_for_newer_bars_is_judged_on_them(
    home: Home,
    snapshots: tuple[str, str],
    rules: dict[str, Genome],
    submit: Callable[..., None],
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    """On a year it waits; on two, of which that year is the first half, it graduates."""
    short, whole = snapshots
    submit(home, {"cause": rules["cause"]}, short, judged_at, "run-1")
    [waits] = judge(home, court_policy, judged_at)
    assert (waits.verdict.value, waits.run_id) == ("Watch", "run-1")
    assert "is too short to graduate on" in waits.reason
    later = judged_at + timedelta(days=1)
    find_again(home, "cause", whole, later)
    [passed] = judge(home, court_policy, later)
    assert (passed.verdict.value, passed.run_id) == ("Pass", "run-2")
    assert openings(home) == [("cause", "OOS"), ("cause", "WF")]
    assert judge(home, court_policy, later) == []
    with Registry.open(home.registry_path) as registry:
        policy_hash, contents = court_policy.sha256(), inspect_registry(registry)
        first, second = registry.verdicts()
        assert [opening.run_id for opening in registry.openings(0, 2**62)] == ["run-2", "run-2"]
        words = {
            run: [one.word for one in answers_to(Question(run), registry, policy_hash, ())]
            for run in ("run-1", "run-2")
        }
        assert words == {"run-1": ["WATCH"], "run-2": ["GRADUATE"]}
        question = question_about(home, registry, policy_hash, "cause")
        assert (question.run_id, question.strategy_id) == ("run-2", second.strategy_id)
        assert [one.word for one in answers_to(question, registry, policy_hash, ())] == ["GRADUATE"]
        assert [one.word for one in answers_to(Question(), registry, policy_hash, ())] == ["GRADUATE"]
        assert newest_of_run(registry, "run-1") == [first]
        assert newest_of_run(registry, "run-2") == [second]
    for row, run, snapshot_id in ((first, "run-1", short), (second, "run-2", whole)):
        document = read_pack(home.evidence, row.evidence_sha256).document
        assert (document["run_id"], document["snapshot_id"]) == (run, snapshot_id)
        check_evidence(row.evidence_sha256, document, contents)


def test_who_is_killed_on_one_history_is_not_judged_on_another(
    home: Home,
    snapshots: tuple[str, str],
    rules: dict[str, Genome],
    submit: Callable[..., None],
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    submit(home, {"opposite": rules["opposite"]}, snapshots[0], judged_at, "run-1")
    find_again(home, "opposite", snapshots[1], judged_at)
    [only] = judge(home, court_policy, judged_at)
    assert only.verdict.value == "Kill"
    assert judge(home, court_policy, judged_at) == []


def test_only_the_run_that_was_asked_about_is_judged(
    home: Home,
    snapshots: tuple[str, str],
    rules: dict[str, Genome],
    submit: Callable[..., None],
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    submit(home, {"cause": rules["cause"]}, snapshots[0], judged_at, "run-1")
    find_again(home, "cause", snapshots[1], judged_at)
    seen: list[str] = []
    with Registry.open(home.registry_path) as registry:
        judge_testing(home, registry, court_policy, judged_at, lambda one: seen.append(one.run_id), only_run="run-2")
    assert seen == ["run-2"]
