"""A judgement that was begun by another version, or under other rules, holds nobody up, and nobody sees a bar twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from backtest.splits import Slices, split_60_20_20
from data.snapshot import Snapshot, SnapshotStore
from data.worlds import World
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.ledger import Vault
from organism.registry.rows import Registration
from organism.registry.store import Registry
from tests.organism.gauntlet.on_record import answers, judge, openings, packs

OTHER_EMBARGO = 400
"""Bars; the cause holds for less than the 168 that are dropped after each border."""


@pytest.fixture
def snapshot(
    home: Home, two_years: World, rules: dict[str, Genome], submit: Callable[..., None], judged_at: datetime
) -> Snapshot:
    """Return the history on which the cause waits in one run, and half of it in another."""
    found = SnapshotStore(home.snapshots).save(two_years.markets, two_years.origin)
    submit(home, {"cause": rules["cause"]}, found.id, judged_at, "run-1")
    submit(home, {"short": rules["short"]}, found.id, judged_at, "run-2")
    return found


def otherwise(snapshot: Snapshot) -> Slices:
    universe = snapshot.load()
    return split_60_20_20(universe.time_ms, universe.interval_ms, OTHER_EMBARGO)


def promise(home: Home, snapshot: Snapshot, genotype: str, policy: GauntletPolicy, now: datetime) -> None:
    made = Registration(
        run_id="run-1",
        snapshot_id=snapshot.id,
        policy_hash=policy.sha256(),
        members=(genotype,),
        n_trials=0,
        n_earlier=0,
    )
    with Registry.open(home.registry_path) as registry:
        registry.register(made, now)


def open_out_of_sample(home: Home, snapshot: Snapshot, genotype: str, policy_hash: str, now: datetime) -> int:
    """Open it with the other embargo; return where it begins."""
    part = otherwise(snapshot).out_of_sample
    with Registry.open(home.registry_path) as registry:
        Vault(registry).open_slice(
            genotype,
            slice_name="OOS",
            start_ms=part.start_ms,
            end_ms=part.end_ms,
            snapshot_id=snapshot.id,
            policy_hash=policy_hash,
            run_id="run-1",
            now=now,
        )
    return part.start_ms


def test_what_was_opened_with_other_borders_is_judged_on_those(
    home: Home, snapshot: Snapshot, rules: dict[str, Genome], court_policy: GauntletPolicy, judged_at: datetime
) -> None:
    """The version that died had measured a longer holding."""
    cause = genotype_hash(rules["cause"])
    promise(home, snapshot, cause, court_policy, judged_at)
    start_ms = open_out_of_sample(home, snapshot, cause, court_policy.sha256(), judged_at)
    judge(home, court_policy, judged_at + timedelta(days=1))
    assert {name: answer.verdict for name, answer in answers(home).items()} == {"cause": "Pass", "short": "Pass"}
    assert openings(home) == [("cause", "OOS"), ("cause", "WF"), ("short", "OOS"), ("short", "WF")]
    slices = {part["name"]: part for part in packs(home)["cause"].document["slices"]}
    assert slices["OOS"]["start_ms"] == start_ms
    assert slices["WF"]["start_ms"] == otherwise(snapshot).walk_forward.start_ms - (OTHER_EMBARGO - 168) * 3_600_000


def test_what_cannot_be_asked_any_more_is_answered_with_no(
    home: Home, snapshot: Snapshot, rules: dict[str, Genome], court_policy: GauntletPolicy, judged_at: datetime
) -> None:
    """It was promised here, and seen elsewhere since."""
    cause = genotype_hash(rules["cause"])
    promise(home, snapshot, cause, court_policy, judged_at)
    open_out_of_sample(home, snapshot, cause, "f" * 64, judged_at)
    judge(home, court_policy, judged_at + timedelta(days=1))
    found = answers(home)
    assert (found["cause"].verdict, found["cause"].state) == ("Kill", "rejected")
    assert found["cause"].reason.startswith("held-out bars cannot be asked about it any more: genotype ")
    assert found["short"].verdict == "Pass"
    assert openings(home) == [("cause", "OOS"), ("short", "OOS"), ("short", "WF")]


def test_whoever_is_promised_under_other_rules_waits_without_a_verdict(
    home: Home, snapshot: Snapshot, rules: dict[str, Genome], court_policy: GauntletPolicy, judged_at: datetime
) -> None:
    """Once it has its answer there, nothing is left that says that it has none."""
    promise(home, snapshot, genotype_hash(rules["cause"]), court_policy, judged_at)
    others = court_policy.model_copy(update={"left_out": ("turnover a year",)})
    warnings: list[str] = []
    with Registry.open(home.registry_path) as registry:
        name = registry.get("cause").id
        judge_testing(home, registry, others, judged_at, lambda _: None, warn=warnings.append)
    assert set(answers(home)) == {"short"}
    assert warnings == [
        f"{name} and what moves with it are not judged here yet: run run-1 has registered it on snapshot "
        f"{snapshot.id[:12]} under policy {court_policy.sha256()[:12]}, where it has no answer; first give it that "
        "answer: organism validate run-1 --policy FILE, with those rules"
    ]
    judge(home, court_policy, judged_at)
    assert answers(home)["cause"].verdict == "Pass"
