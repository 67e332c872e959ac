"""A run that goes on is judged again: what comes later is asked within what is left, after what was promised."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from data.errors import DataError
from data.snapshot import SnapshotStore
from data.worlds import World
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from evolution.genome.node import Node
from organism.gauntlet.court import Court
from organism.gauntlet.hearing import tell_others
from organism.gauntlet.nomination import screen
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.promotion import Contender, families
from organism.gauntlet.recording import Judgement, Recorder
from organism.home import Home
from organism.ledger import TrialCount
from organism.registry.rows import Registration
from organism.registry.states import LifecycleState
from organism.registry.store import Registry
from tests.organism.gauntlet.on_record import answers, judge, openings, packs

Bring = Callable[..., None]


@pytest.fixture
def snapshot_id(home: Home, two_years: World) -> str:
    return SnapshotStore(home.snapshots).save(two_years.markets, two_years.origin).id


@pytest.fixture
def bring(
    home: Home, snapshot_id: str, rules: dict[str, Genome], submit: Callable[..., None], judged_at: datetime
) -> Bring:
    """Let the run put rules into testing, by name."""

    def put(*names: str) -> None:
        submit(home, {name: rules[name] for name in names}, snapshot_id, judged_at)

    return put


@pytest.fixture
def promise(
    home: Home, snapshot_id: str, rules: dict[str, Genome], court_policy: GauntletPolicy, judged_at: datetime
) -> Bring:
    """Register rules by name, as a judge does that dies before it opens anything."""

    def register(*names: str) -> None:
        made = Registration(
            run_id="run-1",
            snapshot_id=snapshot_id,
            policy_hash=court_policy.sha256(),
            members=members(rules, *names),
            n_trials=0,
            n_earlier=0,
        )
        with Registry.open(home.registry_path) as registry:
            registry.register(made, judged_at)

    return register


def members(rules: dict[str, Genome], *names: str) -> tuple[str, ...]:
    return tuple(sorted(genotype_hash(rules[name]) for name in names))


def registrations(home: Home) -> list[Registration]:
    with Registry.open(home.registry_path) as registry:
        return registry.registrations()


def test_what_a_run_brings_later_is_asked_within_what_is_left(
    home: Home, bring: Bring, rules: dict[str, Genome], court_policy: GauntletPolicy, judged_at: datetime
) -> None:
    """Two promotions: one goes to the cause, the other to one of its halves, which came later."""
    bring("cause", "copy")
    judge(home, court_policy, judged_at)
    before = answers(home)
    bring("stopped", "short", "long", "never")
    judge(home, court_policy, judged_at + timedelta(days=1))
    found = answers(home)
    assert {name: found[name] for name in before} == before
    assert openings(home) == [("cause", "OOS"), ("cause", "WF"), ("short", "OOS"), ("short", "WF")]
    assert [(one.members, one.n_earlier) for one in registrations(home)] == [
        (members(rules, "cause"), 0),
        (members(rules, "short"), 1),
    ]
    last = packs(home)["short"].document["stages"][-1]
    assert last["meaning"].startswith("Chance that of 2 candidates")
    assert found["stopped"].reason.startswith("moves with cause_0_")
    assert found["stopped"].reason.endswith(", which graduated")
    assert found["long"].reason == "its run has used its 2 promotions, 1 of them in earlier judgements"
    assert found["never"].state == "rejected"
    assert judge(home, court_policy, judged_at + timedelta(days=2)) == []


def test_who_moves_with_one_that_failed_in_an_earlier_batch_fails_with_it(
    home: Home, bring: Bring, judged_at: datetime
) -> None:
    strict = {"held_out": {"minimum_sharpe": 50.0}, "robustness": {"copies": 10}, "vault": {"promotions_per_run": 2}}
    policy = GauntletPolicy.model_validate(strict)
    bring("cause")
    judge(home, policy, judged_at)
    bring("copy")
    judge(home, policy, judged_at)
    found = answers(home)
    assert (found["copy"].verdict, found["copy"].state) == ("Kill", "rejected")
    assert found["copy"].reason.startswith("moves with cause_0_")
    assert found["copy"].reason.endswith(", which failed on held-out bars")
    assert openings(home) == [("cause", "OOS")]
    assert len(registrations(home)) == 1


def test_what_was_promised_is_kept_before_anybody_new_is_registered(
    home: Home,
    bring: Bring,
    promise: Bring,
    rules: dict[str, Genome],
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    """A judge died between registration and opening, and the run went on; the copy would stand for the family now."""
    bring("copy", "short")
    promise("copy")
    bring("cause", "stopped")
    judge(home, court_policy, judged_at + timedelta(days=1))
    assert openings(home) == [("copy", "OOS"), ("copy", "WF"), ("short", "OOS"), ("short", "WF")]
    assert [one.members for one in registrations(home)] == [members(rules, "copy"), members(rules, "short")]
    found = answers(home)
    assert found["copy"].state == "candidate"
    for name in ("cause", "stopped"):
        assert found[name].verdict == "Watch"
        assert found[name].reason.startswith("moves with copy_0_")


def test_two_of_a_family_that_were_asked_each_keep_their_own_answer(
    home: Home,
    bring: Bring,
    promise: Bring,
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    """They stood for two families when they were registered, and a newcomer moves like both."""
    bring("copy", "stopped")
    promise("copy", "stopped")
    bring("cause")
    judge(home, court_policy, judged_at + timedelta(days=1))
    found = answers(home)
    assert {found[name].reason for name in ("copy", "stopped")} == {"passed every stage"}
    assert found["cause"].reason.endswith(", which graduated")
    assert sorted(openings(home)) == [("copy", "OOS"), ("copy", "WF"), ("stopped", "OOS"), ("stopped", "WF")]


def test_a_newcomer_stands_for_itself_beside_one_that_has_its_answer_and_was_not_asked(
    home: Home,
    bring: Bring,
    snapshot_id: str,
    funding_rule: Callable[..., Genome],
    submit: Callable[..., None],
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    """One half of the cause waits, as two others were promoted; near copies of it come later."""
    bring("cause", "short", "long")
    judge(home, court_policy, judged_at)
    waits = answers(home)["long"]
    assert waits.reason == "the 2 promotions of its run went to higher Sharpe ratios"
    never, near, nearer = Node("never"), funding_rule(1.45, 0.5), funding_rule(1.5, 0.45)
    copies = {"near": Genome(near.long_entry, near.long_exit, never, never)}
    copies["nearer"] = Genome(nearer.long_entry, nearer.long_exit, never, never)
    submit(home, copies, snapshot_id, judged_at)
    judge(home, court_policy, judged_at + timedelta(days=1))
    found = answers(home)
    assert found["long"] == waits
    reasons = sorted(found[name].reason for name in copies)
    assert reasons[0] == "its run has used its 2 promotions, 2 of them in earlier judgements"
    assert re.fullmatch(r"moves with near(er)?_0_\w{8}, which stands for both and was not asked", reasons[1])


@pytest.fixture
def court(home: Home, snapshot_id: str, court_policy: GauntletPolicy, judged_at: datetime) -> Iterator[Court]:
    snapshot = SnapshotStore(home.snapshots).open(snapshot_id)
    with Registry.open(home.registry_path) as registry:
        yield Court(home, registry, court_policy, snapshot, "run-1", judged_at, 1)


@pytest.fixture
def seen() -> list[Judgement]:
    return []


@pytest.fixture
def recorder(court: Court, seen: list[Judgement]) -> Recorder:
    """Put on record, and into `seen`, what a court says."""
    return Recorder(
        home=court.home,
        registry=court.registry,
        policy=court.policy,
        now=court.now,
        watch=seen.append,
        warn=pytest.fail,
        judged=set(),
        trials=TrialCount(0, 0),
        count_openings=court.count_openings,
        open_vault=False,
    )


def test_who_moves_with_a_graduate_and_with_one_that_failed_fails(
    bring: Bring, court: Court, recorder: Recorder, seen: list[Judgement]
) -> None:
    bring("cause", "copy", "stopped")
    contenders, _ = screen(court, court.registry.find(), recorder)
    [family] = families(contenders, maximum_correlation=0.8)
    best, second, last = family.members
    fates = {best.strategy.genotype_hash: True, second.strategy.genotype_hash: False}
    tell_others(family, fates, recorder)
    [told] = seen
    assert (told.strategy_id, told.verdict.value) == (last.strategy.id, "Kill")
    assert told.reason == f"moves with {second.strategy.id}, which failed on held-out bars"


def test_who_moves_with_the_leader_alone_is_not_killed_by_another_that_does(
    bring: Bring, court: Court, recorder: Recorder, seen: list[Judgement]
) -> None:
    """The halves of a cause move with it, and not with each other."""
    bring("cause", "short", "long")
    contenders, _ = screen(court, court.registry.find(), recorder)
    [family] = families(contenders, maximum_correlation=0.5)
    leader, failed, other = family.members
    tell_others(family, {failed.strategy.genotype_hash: False}, recorder)
    told = {one.strategy_id: (one.verdict.value, one.reason) for one in seen}
    assert told == {
        leader.strategy.id: ("Kill", f"moves with {failed.strategy.id}, which failed on held-out bars"),
        other.strategy.id: (
            "Watch",
            f"is of the family of {failed.strategy.id}, which failed on held-out bars; its question is not asked again",
        ),
    }


def test_a_held_out_slice_of_fewer_bars_than_its_folds_is_told_before_it_is_promised(
    bring: Bring, court: Court, recorder: Recorder
) -> None:
    """A fifth of the calendar less the embargo of a very long holding: eight bars for four folds, or seven."""
    bring("cause")
    [contender], _ = screen(court, court.registry.find(), recorder)
    n_bars = court.time_ms.size
    fifth = n_bars - n_bars * 80 // 100

    def holding(bars: int) -> Contender:
        return replace(contender, examination=replace(contender.examination, longest_holding_bars=bars))

    shortest = next(bars for bars in range(fifth, 0, -1) if _is_asked(court, holding(bars)))
    [_, walk_forward] = court.held_out(holding(shortest))
    assert walk_forward.stop - walk_forward.start == 2 * court.policy.walk_forward.folds
    with pytest.raises(DataError, match=f"7 bars of WF are too few for {court.policy.walk_forward.folds} folds"):
        court.held_out(holding(shortest + 1))


def _is_asked(court: Court, contender: Contender) -> bool:
    with suppress(DataError):
        court.held_out(contender)
        return True
    return False


def test_other_rules_are_no_other_promotions(
    home: Home, bring: Bring, court_policy: GauntletPolicy, judged_at: datetime
) -> None:
    """Two years allow two promotions, whatever is asked of those who have them."""
    bring("cause", "short", "long")
    judge(home, court_policy, judged_at)
    before = openings(home)
    assert len({name for name, _ in before}) == 2
    other = court_policy.model_copy(update={"robustness": court_policy.robustness.model_copy(update={"copies": 11})})
    [waits] = judge(home, GauntletPolicy.model_validate(other.model_dump()), judged_at)
    assert waits.verdict.value == "Watch"
    assert waits.reason == "its run has used its 2 promotions, 2 of them in earlier judgements"
    assert openings(home) == before


def test_who_was_retired_before_it_was_asked_holds_nobody_up(
    home: Home,
    bring: Bring,
    promise: Bring,
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    bring("cause")
    promise("cause")
    with Registry.open(home.registry_path) as registry:
        cause = registry.get("cause")
        registry.transition(cause.id, expected=cause, to=LifecycleState.REJECTED, reason="by hand", now=judged_at)
    bring("short")
    judge(home, court_policy, judged_at + timedelta(days=1))
    assert openings(home) == [("short", "OOS"), ("short", "WF")]
    assert answers(home)["short"].state == "candidate"


def test_who_was_retired_before_it_was_asked_is_a_question_all_the_same(
    home: Home,
    bring: Bring,
    promise: Bring,
    rules: dict[str, Genome],
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    """Two were registered, one of them is asked."""
    bring("cause", "short")
    promise("cause", "short")
    with Registry.open(home.registry_path) as registry:
        cause = registry.get("cause")
        registry.transition(cause.id, expected=cause, to=LifecycleState.REJECTED, reason="by hand", now=judged_at)
    judge(home, court_policy, judged_at + timedelta(days=1))
    document = packs(home)["short"].document
    assert document["stages"][-1]["meaning"].startswith("Chance that of 2 candidates")
    assert document["registered"]["p_values"][genotype_hash(rules["cause"])] == 1.0
    assert openings(home) == [("short", "OOS"), ("short", "WF")]
