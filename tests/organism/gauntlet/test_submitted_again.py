"""A rule that waits on one history is judged on another, for the run that has found it again there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from data.alignment import cut
from data.canonical import sha256_hex
from data.intervals import DAY_MS, HOUR_MS, YEAR_MS, utc_text
from data.snapshot import SnapshotStore
from data.worlds import World
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.vault import is_same_market
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.inspection import check_evidence, inspect_registry
from organism.registry.rows import LineageRecord, Registration
from organism.registry.store import Registry
from organism.surrogates import save_surrogate
from organism.views.answers import Question, answers_to, question_about
from organism.views.judgings import judgings_of
from tests.organism.gauntlet.on_record import judge, openings

Breed = Callable[[str, str], None]


@pytest.fixture
def snapshots(home: Home, two_years: World) -> tuple[str, str]:
    """Return a history that is too short to graduate on, and the whole of it."""
    store, first_ms = SnapshotStore(home.snapshots), int(two_years.markets[0].time_ms[0])
    short = cut(two_years.markets, end_ms=first_ms + YEAR_MS)
    return store.save(short, two_years.origin).id, store.save(two_years.markets, two_years.origin).id


@pytest.fixture
def breed(home: Home, rules: dict[str, Genome], submit: Callable[..., None], judged_at: datetime) -> Breed:
    """Let the first run put a rule into testing, by name, on a history."""

    def put(name: str, snapshot_id: str) -> None:
        submit(home, {name: rules[name]}, snapshot_id, judged_at, "run-1")

    return put


def find_again(home: Home, name: str, snapshot_id: str, now: datetime) -> None:
    with Registry.open(home.registry_path) as registry:
        assert registry.submit_again(registry.get(name).id, "run-2", snapshot_id, now)


def test_what_waits_for_newer_bars_is_judged_on_them(
    home: Home,
    snapshots: tuple[str, str],
    breed: Breed,
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    """On a year it waits; on two, of which that year is the first half, it graduates."""
    short, whole = snapshots
    breed("cause", short)
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
        for run, row in (("run-1", first), ("run-2", second)):
            assert [one.rows for one in judgings_of(home.evidence, registry, run)] == [(row,)]
    for row, run, snapshot_id in ((first, "run-1", short), (second, "run-2", whole)):
        document = read_pack(home.evidence, row.evidence_sha256).document
        assert (document["run_id"], document["snapshot_id"]) == (run, snapshot_id)
        check_evidence(row.evidence_sha256, document, contents)


def test_who_is_killed_on_one_history_is_not_judged_on_another(
    home: Home,
    snapshots: tuple[str, str],
    breed: Breed,
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    breed("opposite", snapshots[0])
    find_again(home, "opposite", snapshots[1], judged_at)
    [only] = judge(home, court_policy, judged_at)
    assert only.verdict.value == "Kill"
    assert judge(home, court_policy, judged_at) == []


def test_bars_that_it_was_bred_on_are_not_held_out_from_it(
    home: Home,
    snapshots: tuple[str, str],
    breed: Breed,
    judged_at: datetime,
) -> None:
    """In sample until 60 % of two years; of the first year alone those are held out that begin after its 60 %."""
    short, whole = snapshots
    policy = GauntletPolicy.model_validate({"robustness": {"copies": 10}, "vault": {"minimum_years": 0.5}})
    breed("cause", whole)
    find_again(home, "cause", short, judged_at)
    [waits] = judge(home, policy, judged_at, "run-2")
    assert waits.verdict.value == "Watch"
    assert re.fullmatch(
        r"run run-1 has bred it on bars up to \d{4}-\d\d-\d\d; those that are held out here begin at \d{4}-\d\d-\d\d",
        waits.reason,
    )
    assert openings(home) == []


@pytest.fixture
def bred_from(home: Home, rules: dict[str, Genome], submit: Callable[..., None], judged_at: datetime) -> Breed:
    """Let a second run put a near copy of the cause into testing, as a grandchild of the cause, on a history."""

    def put(name: str, snapshot_id: str) -> None:
        between, child = sha256_hex(b"never registered"), genotype_hash(rules["copy"])
        lineage = [
            LineageRecord(between, genotype_hash(rules[name]), "mutation", 1),
            LineageRecord(child, between, "mutation", 2),
        ]
        with Registry.open(home.registry_path) as registry:
            registry.add_lineage(lineage, "run-2")
        submit(home, {"copy": rules["copy"]}, snapshot_id, judged_at + timedelta(days=1), "run-2")

    return put


def test_bars_that_an_ancestor_was_bred_on_are_not_held_out_from_a_child(
    home: Home, snapshots: tuple[str, str], breed: Breed, bred_from: Breed, judged_at: datetime
) -> None:
    """A near copy of a rule knows what the rule was chosen by, though another run on an earlier border has bred it."""
    short, whole = snapshots
    policy = GauntletPolicy.model_validate({"robustness": {"copies": 10}, "vault": {"minimum_years": 0.5}})
    breed("cause", whole)
    bred_from("cause", short)
    [waits] = judge(home, policy, judged_at + timedelta(days=1), "run-2")
    assert waits.verdict.value == "Watch"
    assert re.fullmatch(
        r"run run-1 has bred its ancestor cause_0_\w{8} on bars up to \d{4}-\d\d-\d\d; those that are held out here "
        r"begin at \d{4}-\d\d-\d\d",
        waits.reason,
    )
    assert openings(home) == []


def test_bars_in_another_order_are_all_seen_by_an_ancestor_that_was_bred_on_them(
    home: Home,
    snapshots: tuple[str, str],
    breed: Breed,
    bred_from: Breed,
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    """In sample of a surrogate are bars of every year of the history that it was made of."""
    store, whole = SnapshotStore(home.snapshots), snapshots[1]
    exchanged = save_surrogate(store, store.open(whole), "permuted-24", 1)
    breed("cause", exchanged.id)
    bred_from("cause", whole)
    [waits] = judge(home, court_policy, judged_at + timedelta(days=1), "run-2")
    last = utc_text(int(store.open(whole).load().time_ms[-1]) + HOUR_MS)[:10]
    assert "has bred its ancestor cause_0_" in waits.reason
    assert f"on bars up to {last}; those that are held out here begin at" in waits.reason
    assert openings(home) == []


def test_bars_before_which_an_ancestor_was_bred_are_held_out_from_a_child(
    home: Home,
    snapshots: tuple[str, str],
    breed: Breed,
    bred_from: Breed,
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    """In sample the ancestor's year ends before the child's two years do."""
    breed("cause", snapshots[0])
    bred_from("cause", snapshots[1])
    [passed] = judge(home, court_policy, judged_at + timedelta(days=1), "run-2")
    assert passed.verdict.value == "Pass"


def test_what_was_bred_later_has_told_a_child_nothing(
    home: Home,
    snapshots: tuple[str, str],
    breed: Breed,
    bred_from: Breed,
    judged_at: datetime,
) -> None:
    """The child was there two days before a third run found its ancestor on bars that are held out from it."""
    short, whole = snapshots
    policy = GauntletPolicy.model_validate({"robustness": {"copies": 10}, "vault": {"minimum_years": 0.5}})
    breed("cause", short)
    bred_from("cause", short)
    later = judged_at + timedelta(days=3)
    with Registry.open(home.registry_path) as registry:
        assert registry.submit_again(registry.get("cause").id, "run-3", whole, later)
    [passed] = judge(home, policy, later, "run-2")
    assert passed.verdict.value == "Pass"


def test_where_nobody_knows_any_more_what_an_ancestor_was_bred_on_a_child_waits(
    home: Home,
    snapshots: tuple[str, str],
    breed: Breed,
    bred_from: Breed,
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    breed("cause", snapshots[0])
    bred_from("cause", snapshots[1])
    shutil.move(home.snapshots / snapshots[0], home.root / "elsewhere")
    [waits] = judge(home, court_policy, judged_at + timedelta(days=1), "run-2")
    assert re.fullmatch(
        r"the history that run run-1 has bred its ancestor cause_0_\w{8} on is not there any more", waits.reason
    )
    assert openings(home) == []


def test_where_nobody_knows_any_more_what_it_was_bred_on_it_waits(
    home: Home,
    snapshots: tuple[str, str],
    breed: Breed,
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    breed("cause", snapshots[0])
    find_again(home, "cause", snapshots[1], judged_at)
    shutil.move(home.snapshots / snapshots[0], home.root / "elsewhere")
    [waits] = judge(home, court_policy, judged_at, "run-2")
    assert waits.reason == "the history that run run-1 has bred it on is not there any more"
    assert openings(home) == []


def test_what_is_promised_on_one_history_is_asked_there_first(
    home: Home,
    snapshots: tuple[str, str],
    two_years: World,
    rules: dict[str, Genome],
    breed: Breed,
    judged_at: datetime,
) -> None:
    """A judge died between registration and opening; asked about the other run alone, the next one leaves it alone."""
    last_ms = int(two_years.markets[0].time_ms[-1])
    longer = (
        SnapshotStore(home.snapshots).save(cut(two_years.markets, end_ms=last_ms - 7 * DAY_MS), two_years.origin).id
    )
    policy = GauntletPolicy.model_validate({"robustness": {"copies": 10}, "vault": {"minimum_years": 1.5}})
    breed("cause", snapshots[1])
    promised = Registration(
        run_id="run-1",
        snapshot_id=snapshots[1],
        policy_hash=policy.sha256(),
        members=(genotype_hash(rules["cause"]),),
        n_trials=0,
        n_earlier=0,
    )
    with Registry.open(home.registry_path) as registry:
        registry.register(promised, judged_at)
    find_again(home, "cause", longer, judged_at)
    assert judge(home, policy, judged_at, "run-2") == []
    assert openings(home) == []
    [passed] = judge(home, policy, judged_at)
    assert (passed.run_id, passed.verdict.value) == ("run-1", "Pass")


def test_a_market_is_a_venue_coins_and_an_interval_of_real_history(home: Home, two_years: World) -> None:
    store, markets = SnapshotStore(home.snapshots), two_years.markets
    lake = {"source": "lake", "venue": "binance"}
    whole, made = store.save(markets, lake), store.save(markets, two_years.origin)
    later = store.save(cut(markets, start_ms=int(markets[0].time_ms[500])), lake)
    assert is_same_market(whole, later)
    others = [made, store.save(markets[:2], lake), store.save(markets, {**lake, "venue": "hyperliquid"})]
    assert not any(is_same_market(whole, other) for other in others)
    assert not is_same_market(made, made)


def test_only_the_run_that_was_asked_about_is_judged(
    home: Home,
    snapshots: tuple[str, str],
    breed: Breed,
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    breed("cause", snapshots[0])
    find_again(home, "cause", snapshots[1], judged_at)
    assert [one.run_id for one in judge(home, court_policy, judged_at, "run-2")] == ["run-2"]
