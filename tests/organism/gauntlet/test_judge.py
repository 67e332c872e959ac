"""From testing to a verdict: on record, with evidence, once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.errors import ConfigError, DataError
from data.lock import exclusive
from data.market import SERIES, Market
from data.snapshot import SnapshotStore
from data.worlds import World
from evolution.genome.genome import Genome
from evolution.genome.node import Node, threshold, window
from organism.gauntlet.examination import slices_for
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.ledger import TrialCount, count_trials
from organism.registry.evidence import Pack
from organism.registry.rows import Registration
from organism.registry.store import Registry
from tests.organism.gauntlet.on_record import answers, judge, openings, packs


def slices_in(pack: Pack) -> list[str]:
    return [record["name"] for record in pack.document["slices"]]


def test_the_cause_graduates_and_whoever_cannot_be_told_from_it_waits(judged: Home) -> None:
    found = answers(judged)
    assert (found["cause"].verdict, found["cause"].state) == ("Pass", "candidate")
    for name in ("copy", "stopped"):
        assert (found[name].verdict, found[name].state) == ("Watch", "testing")
        assert found[name].reason.startswith("moves with cause_0_")
    assert (found["long"].verdict, found["long"].state) == ("Watch", "testing")
    assert found["long"].reason == "the 2 promotions of its run went to higher Sharpe ratios"


def test_what_earns_nothing_in_sample_is_killed_by_a_stage_that_says_its_number(judged: Home) -> None:
    found = answers(judged)
    assert (found["opposite"].verdict, found["opposite"].state) == ("Kill", "rejected")
    assert found["opposite"].reason.startswith("IS Sharpe after costs: -")
    assert found["opposite"].reason.endswith("asked for > 2")
    assert (found["never"].verdict, found["never"].state) == ("Kill", "rejected")
    assert found["never"].reason == "IS volatility in sample: not measurable, asked for > 0"


def test_only_the_promoted_saw_held_out_bars_and_each_slice_once(judged: Home) -> None:
    assert openings(judged) == [("cause", "OOS"), ("cause", "WF"), ("short", "OOS"), ("short", "WF")]
    for name, pack in packs(judged).items():
        expected = {"cause": ["IS", "OOS", "WF"], "short": ["IS", "OOS", "WF"], "never": []}.get(name, ["IS"])
        assert slices_in(pack) == expected
        assert set(pack.arrays) == {f"{part.lower()}_{what}" for part in expected for what in ("returns", "time_ms")}


def test_a_graduate_shows_every_stage_measured_against_its_threshold(judged: Home) -> None:
    document = packs(judged)["cause"].document
    assert [(stage["slice_name"], stage["stage"]) for stage in document["stages"]] == [
        ("IS", "round trips"),
        ("IS", "Sharpe after costs"),
        ("IS", "drawdown at frozen scale"),
        ("IS", "turnover a year"),
        ("IS", "capacity"),
        ("IS", "profit from the best trade"),
        ("IS", "sixths of the time with a profit"),
        ("IS", "profit from one volatility regime"),
        ("IS", "Sharpe at doubled costs"),
        ("IS", "Sharpe kept one bar later"),
        ("IS", "t of alpha over holding"),
        ("IS", "levels that change with the future"),
        ("IS", "levels that depend on where history begins"),
        ("IS", "Sharpe kept with missed fills"),
        ("IS", "Sharpe kept with a number moved"),
        ("IS", "Sharpe of the worst tenth with a number moved"),
        ("IS", "Sharpe kept on noisy bars"),
        ("IS", "coins on which the reference differs"),
        ("IS", "coins on which vectorbt differs"),
        ("IS", "coins on which vectorbt's logic differs"),
        ("OOS", "round trips"),
        ("OOS", "Sharpe after costs"),
        ("OOS", "drawdown at frozen scale"),
        ("WF", "round trips"),
        ("WF", "Sharpe after costs"),
        ("WF", "drawdown at frozen scale"),
        ("WF", "folds with a profit"),
        ("OOS+WF", "joined p-value, corrected"),
    ]
    assert {stage["verdict"] for stage in document["stages"]} == {"Pass"}


def test_who_is_asked_is_on_record_before_any_held_out_bar_is(judged: Home, court_policy: GauntletPolicy) -> None:
    with Registry.open(judged.registry_path) as registry:
        [registration] = registry.registrations()
        hashes = {strategy.algorithm_type: strategy.genotype_hash for strategy in registry.find()}
    assert set(registration.members) == {hashes["cause"], hashes["short"]}
    assert (registration.n_earlier, registration.policy_hash) == (0, court_policy.sha256())
    assert packs(judged)["cause"].document["alarms"]["survives_stepwise"] is True
    assert packs(judged)["copy"].document["alarms"] is None
    registered = packs(judged)["cause"].document["registered"]
    assert registered["sha256"] == registration.sha256
    assert set(registered["p_values"]) == set(registration.members)
    assert all(0.0 < p < 0.05 for p in registered["p_values"].values())


def test_near_copies_of_one_that_failed_on_held_out_bars_fail_with_it(fresh: Home, judged_at: datetime) -> None:
    strict = {"held_out": {"minimum_sharpe": 50.0}, "robustness": {"copies": 10}, "vault": {"promotions_per_run": 2}}
    judge(fresh, GauntletPolicy.model_validate(strict), judged_at)
    found = answers(fresh)
    assert found["cause"].reason.startswith("OOS Sharpe after costs: ")
    for name in ("copy", "stopped"):
        assert (found[name].verdict, found[name].state) == ("Kill", "rejected")
        assert found[name].reason.startswith("moves with cause_0_")
        assert found[name].reason.endswith(", which failed on held-out bars")
        assert slices_in(packs(fresh)[name]) == ["IS"]


def test_to_search_again_for_what_has_failed_asks_nothing_twice(
    fresh: Home, funding_rule: Callable[..., Genome], submit: Callable[..., None], judged_at: datetime
) -> None:
    """Another run finds a neighbour of a rule that the vault has answered with no; its bars stay closed."""
    strict = {"held_out": {"minimum_sharpe": 50.0}, "robustness": {"copies": 10}, "vault": {"promotions_per_run": 2}}
    policy = GauntletPolicy.model_validate(strict)
    judge(fresh, policy, judged_at)
    opened = openings(fresh)
    with Registry.open(fresh.registry_path) as registry:
        snapshot_id = registry.get("cause").snapshot_id
    submit(fresh, {"again": funding_rule(1.55, 0.55)}, snapshot_id, judged_at, "run-2")
    judge(fresh, policy, judged_at)
    again = answers(fresh)["again"]
    assert (again.verdict, again.state) == ("Kill", "rejected")
    assert again.reason.startswith("moves with cause_0_")
    assert again.reason.endswith(", which failed on held-out bars")
    assert openings(fresh) == opened


def test_an_edge_that_may_be_luck_among_so_many_is_killed_by_the_last_stage(fresh: Home, judged_at: datetime) -> None:
    rules = {"held_out": {"maximum_joined_p_value": 1e-12}, "robustness": {"copies": 10}}
    judge(fresh, GauntletPolicy.model_validate(rules), judged_at)
    cause = answers(fresh)["cause"]
    assert (cause.verdict, cause.state) == ("Kill", "rejected")
    assert cause.reason.startswith("OOS+WF joined p-value, corrected: ")


def test_a_history_too_short_to_graduate_on_says_how_many_years_are_missing(fresh: Home, judged_at: datetime) -> None:
    rules = {"vault": {"minimum_years": 3.5}}
    judge(fresh, GauntletPolicy.model_validate(rules), judged_at)
    found = answers(fresh)["cause"]
    assert (found.verdict, found.state) == ("Watch", "testing")
    assert found.reason == "a history of 2.00 years is too short to graduate on: 1.50 years are missing"
    assert openings(fresh) == []


def test_evidence_says_where_it_comes_from(judged: Home, court_policy: GauntletPolicy) -> None:
    with Registry.open(judged.registry_path) as registry:
        strategy = registry.get("cause")
    document = packs(judged)["cause"].document
    assert document["genotype_hash"] == strategy.genotype_hash
    assert document["genome"] == json.loads(strategy.genome_json)
    assert (document["snapshot_id"], document["run_id"]) == (strategy.snapshot_id, "run-1")
    assert document["policy_hash"] == court_policy.sha256()
    assert GauntletPolicy.model_validate(document["policy"]) == court_policy
    assert (document["n_trials"], document["n_openings"]) == (0, 2)
    assert strategy.evidence_sha256 == answers(judged)["cause"].evidence


def test_judging_counts_no_trials(judged: Home) -> None:
    """Clause G11: doubled costs, a bar of delay and folds were simulated, and N is what it was."""
    stages = {stage["stage"] for stage in packs(judged)["cause"].document["stages"]}
    assert {"Sharpe at doubled costs", "Sharpe kept one bar later", "folds with a profit"} <= stages
    assert count_trials(judged.runs) == TrialCount(distinct=0, scored=0)


def test_the_embargo_is_kept_between_slices(judged: Home) -> None:
    document = packs(judged)["cause"].document
    embargo_ms = max(168, document["longest_holding_bars"]) * 3_600_000
    for earlier, later in zip(document["slices"], document["slices"][1:], strict=False):
        assert later["start_ms"] == earlier["end_ms"] + embargo_ms


def test_in_sample_the_risk_target_is_met(judged: Home) -> None:
    pack = packs(judged)["cause"]
    returns = pack.arrays["is_returns"]
    equity = np.concatenate(([1.0], np.cumprod(1.0 + returns)))
    drawdown = float(np.max(1.0 - equity / np.maximum.accumulate(equity)))
    volatility = float(returns.std(ddof=1)) * np.sqrt(8760)
    assert volatility <= 0.10
    assert drawdown <= 0.07
    assert volatility > 0.099 or drawdown > 0.069


def test_judging_again_repeats_and_reopens_nothing(
    fresh: Home, judged: Home, court_policy: GauntletPolicy, judged_at: datetime
) -> None:
    first = judge(fresh, court_policy, judged_at)
    assert {judgement.strategy_id.split("_")[0] for judgement in first} == set(answers(judged))
    kept, opened = answers(fresh), openings(fresh)
    assert judge(fresh, court_policy, judged_at) == []
    assert answers(fresh) == kept == answers(judged)
    assert openings(fresh) == opened == openings(judged)


def test_a_miss_out_of_sample_leaves_the_last_slice_closed(fresh: Home, judged_at: datetime) -> None:
    strict = GauntletPolicy.model_validate(
        {"held_out": {"minimum_sharpe": 50.0}, "vault": {"promotions_per_run": 2, "openings_per_calendar_time": 1}}
    )
    judge(fresh, strict, judged_at)
    found = answers(fresh)
    assert (found["cause"].verdict, found["cause"].state) == ("Kill", "rejected")
    assert found["cause"].reason.startswith("OOS Sharpe after costs: ")
    assert openings(fresh) == [("cause", "OOS")]
    assert slices_in(packs(fresh)["cause"]) == ["IS", "OOS"]
    # The second promotion met a budget that was used up: it waits, its bars unseen.
    assert found["short"].reason.startswith("this calendar time has been opened 1 times, its budget")
    assert slices_in(packs(fresh)["short"]) == ["IS"]


@pytest.fixture
def narrow() -> GauntletPolicy:
    """Return the rules of `court_policy` with one promotion instead of two."""
    return GauntletPolicy.model_validate({"robustness": {"copies": 10}, "vault": {"promotions_per_run": 1}})


def test_other_rules_judge_those_that_wait_and_refund_nothing(
    fresh: Home, narrow: GauntletPolicy, court_policy: GauntletPolicy, judged_at: datetime
) -> None:
    judge(fresh, narrow, judged_at)
    before = openings(fresh)
    again = {one.strategy_id.split("_")[0]: one.reason for one in judge(fresh, court_policy, judged_at)}
    assert set(again) == {"copy", "stopped", "short", "long"}
    newly = openings(fresh)[len(before) :]
    assert len({name for name, _ in newly}) == 1, "one of two promotions was used under the former rules"
    assert "its run has used its 2 promotions, 1 of them in earlier judgements" in again.values()


def test_whoever_was_asked_before_is_counted_in_the_last_stage(
    fresh: Home, narrow: GauntletPolicy, court_policy: GauntletPolicy, judged_at: datetime
) -> None:
    """One has opened the vault; one more makes a family of two questions."""
    judge(fresh, narrow, judged_at)
    judge(fresh, court_policy, judged_at)
    with Registry.open(fresh.registry_path) as registry:
        earlier = {one.policy_hash: one.n_earlier for one in registry.registrations()}
    assert earlier == {narrow.sha256(): 0, court_policy.sha256(): 1}


def test_who_is_registered_counts_before_it_is_asked(fresh: Home, judged_at: datetime) -> None:
    """A judge died between registration and opening: what it has promised is not given away again."""
    tight = GauntletPolicy.model_validate({"vault": {"openings_per_calendar_time": 2}, "robustness": {"copies": 10}})
    with Registry.open(fresh.registry_path) as registry:
        long, short = registry.get("long"), registry.get("short")
        promised = Registration(
            run_id="run-0",
            snapshot_id=long.snapshot_id,
            policy_hash="a" * 64,
            members=tuple(sorted([long.genotype_hash, short.genotype_hash])),
            n_trials=0,
            n_earlier=0,
        )
        registry.register(promised, judged_at)
    judge(fresh, tight, judged_at)
    assert openings(fresh) == []
    assert answers(fresh)["cause"].reason.startswith("this calendar time has been opened 2 times, its budget")
    assert "short" not in answers(fresh)


def test_two_judges_do_not_work_on_one_home(fresh: Home, court_policy: GauntletPolicy, judged_at: datetime) -> None:
    with exclusive(fresh.root / ".judge.lock", "judging"), pytest.raises(ConfigError, match="is being worked on by"):
        judge(fresh, court_policy, judged_at)
    assert answers(fresh) == {}


def test_a_holding_that_leaves_no_held_out_bars_waits_and_stops_nobody(
    fresh: Home,
    loose_policy: GauntletPolicy,
    judged_at: datetime,
    submit: Callable[..., None],
) -> None:
    """Short for months at a time: the embargo of its longest holding is longer than a fifth of the history."""
    funding = Node("funding_zscore", (window(168),))
    patient = Genome(
        Node("never"),
        Node("never"),
        Node("below", (funding, threshold(10.0))),
        Node("above", (funding, threshold(3.0))),
    )
    with Registry.open(fresh.registry_path) as registry:
        snapshot_id = registry.get("cause").snapshot_id
    submit(fresh, {"patient": patient}, snapshot_id, judged_at, "run-2")
    judge(fresh, loose_policy, judged_at)
    found = answers(fresh)
    assert found["patient"].verdict == "Watch"
    assert found["patient"].reason.endswith("bars in sample leaves too few held-out bars after the embargo")
    assert found["cause"].verdict == "Pass"


def test_a_damaged_snapshot_stops_judging_before_anything_is_on_record(
    fresh: Home, court_policy: GauntletPolicy, judged_at: datetime
) -> None:
    [path] = fresh.snapshots.glob("*/close.npy")
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"close\.npy"):
        judge(fresh, court_policy, judged_at)
    assert answers(fresh) == {}
    assert openings(fresh) == []


def garbled(market: Market, start: int) -> Market:
    """Return the market with other prices, volumes and funding from bar `start` on."""
    changed: dict[str, Any] = {name: np.array(getattr(market, name)) for name in SERIES}
    for values in changed.values():
        values[start:] = values[start:][::-1] * 1.5
    return replace(market, **changed)


def test_what_is_measured_in_sample_does_not_depend_on_a_single_held_out_bar(
    judged: Home,
    tmp_path: Path,
    two_years: World,
    rules: dict[str, Genome],
    submit: Callable[..., None],
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    times, interval_ms = two_years.markets[0].time_ms, two_years.markets[0].interval_ms
    border = slices_for(times, interval_ms, 0).in_sample.stop
    home = Home.create(tmp_path / "garbled")
    markets = [garbled(market, border) for market in two_years.markets]
    snapshot = SnapshotStore(home.snapshots).save(markets, two_years.origin)
    submit(home, rules, snapshot.id, judged_at)
    judge(home, court_policy, judged_at)
    ours, theirs = packs(home), packs(judged)
    assert set(ours) == set(theirs)
    for name, pack in ours.items():
        other = theirs[name]
        assert pack.document["scale"] == other.document["scale"]
        in_sample = [stage for stage in pack.document["stages"] if stage["slice_name"] == "IS"]
        assert in_sample == [stage for stage in other.document["stages"] if stage["slice_name"] == "IS"]
        if "is_returns" in pack.arrays:
            np.testing.assert_array_equal(pack.arrays["is_returns"], other.arrays["is_returns"])
    # And the garbage was there to be seen by whoever may see it.
    assert not np.array_equal(ours["cause"].arrays["oos_returns"], theirs["cause"].arrays["oos_returns"])
