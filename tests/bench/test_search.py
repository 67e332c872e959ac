"""Rungs, judging, what is kept of outcomes, and two small comparisons from end to end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from data.code_version import ROOT
from data.errors import ConfigError, DataError
from data.settings import load_settings
from evolution.fitness import Reason, Rejected, Score
from evolution.genome.genome import Genome
from evolution.genome.node import Node, window
from tests.bench.search.candidate import Candidate
from tests.bench.search.climb import Climb, EnoughError, Moment
from tests.bench.search.ea_simple import Best
from tests.bench.search.folder import begin
from tests.bench.search.kept import keep, restore
from tests.bench.search.outcome import Look, Outcome, load_outcome
from tests.bench.search.plan import FRESH_ALONE, Pair, PlanSettings, arms_named, pairs_of, rungs_of, tasks_of
from tests.bench.search.strengths import solved
from tests.bench.search_by_hand import LOOK, outcome, plan_of

PLANS = Path(__file__).parent / "search" / "plans"
RUN = Path(__file__).parent / "search" / "run.py"


def rule(name: str = "up_bar") -> Genome:
    entry = Node("above", (Node("close"), Node("sma", (Node("close"), window(24)))))
    return Genome(entry, Node("never"), Node("never"), Node("never"))


@pytest.mark.parametrize("path", sorted(PLANS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_plan_can_be_read_and_is_named_like_its_file(path: Path) -> None:
    plan = load_settings(PlanSettings, path)
    assert plan.name == path.stem
    assert len(set(tasks_of(plan))) == len(plan.kinds) * plan.seeds * len(plan.arms)


def test_rungs_double_up_to_the_budget_and_beyond_it_up_to_the_limit() -> None:
    assert rungs_of(plan_of()) == (100, 200, 400, 800, 1600, 3200, 6400)
    assert rungs_of(plan_of(longest=10))[6:] == (6400, 12_800, 25_600, 51_200, 64_000)
    assert rungs_of(plan_of(longest=2))[6:] == (6400, 12_800)


def test_an_arm_searches_with_the_plans_settings_but_for_its_own() -> None:
    plan = plan_of(
        search={"population": 100, "offspring": 50},
        arms=[{"name": "ours", "search": {"crossover_share": 0.0}}, {"name": "random", "method": "random"}],
    )
    ours, fresh = (plan.search_of(arm) for arm in plan.arms)
    assert (ours.population, ours.crossover_share, ours.evaluations) == (100, 0.0, 6400)
    assert {name: getattr(fresh, name) for name in FRESH_ALONE} == FRESH_ALONE


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kinds": ["planted", "empty"]}, "kinds names empty; known are planted, planted-session"),
        ({"arms": [{"name": "a"}, {"name": "a"}]}, "give each a name of its own"),
        ({"arms": [{"name": "a", "search": {"crosover_share": 1}}]}, "arm a: crosover_share"),
        ({"arms": [{"name": "a", "method": "grid"}]}, "method"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(changed: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        plan_of(**changed)


def test_arms_can_be_done_one_after_the_other() -> None:
    plan = plan_of()
    assert [arm.name for arm in arms_named(plan, None)] == [arm.name for arm in plan.arms]
    assert [arm.name for arm in arms_named(plan, ["random", "ours"])] == ["ours", "random"]
    with pytest.raises(ConfigError, match="plan by-hand has no arm rondom; it has ours, random"):
        arms_named(plan, ["ours", "rondom"])


def test_pairs_take_turns_and_every_purpose_has_seeds_of_its_own() -> None:
    pairs = pairs_of(plan_of())
    assert [pair.kind for pair in pairs[:3]] == ["planted", "planted-session", "planted"]
    seeds = {pair.draw(purpose, number) for pair in pairs for purpose in range(4) for number in range(3)}
    assert len(seeds) == len(pairs) * 12
    assert Pair("planted", 3).draw(1, 2) == Pair("planted", 3).draw(1, 2)


class Judged:
    """Answers with shares that were written down before, and counts who was judged."""

    def __init__(self, *shares: float) -> None:
        self.shares, self.counts = list(shares), [0]

    def __call__(self, candidates: Sequence[Candidate]) -> Look:
        self.counts.append(len(candidates))
        return replace(LOOK, share=self.shares.pop(0))


def climbed(plan: PlanSettings, judge: Judged, evaluations: Sequence[int]) -> tuple[tuple[Look, ...], int]:
    """Return the looks and how many generations were seen."""
    ticks = iter(range(1_000))
    climb = Climb(plan, judge, clock=lambda: float(next(ticks)))
    seen = 0
    try:
        for count in evaluations:
            seen += 1
            climb.watch(Moment(count, [Candidate(rule(), 1.0)] * 12))
    except EnoughError:
        pass
    return climb.finish(), seen


def test_a_search_is_looked_at_after_each_rung_and_ends_with_the_last() -> None:
    judge = Judged(0.1, 0.2, 0.3, 0.9)
    looks, seen = climbed(plan_of(), judge, [50, 450, 900, 1000, 3300, 6400, 6420])
    assert [(look.rung, look.evaluations, look.share) for look in looks] == [
        (100, 450, 0.1),
        (200, 450, 0.1),
        (400, 450, 0.1),
        (800, 900, 0.2),
        (1600, 3300, 0.3),
        (3200, 3300, 0.3),
        (6400, 6420, 0.9),
    ]
    assert seen == 7
    assert set(judge.counts[1:]) == {10}


def test_the_time_of_judging_does_not_count() -> None:
    # The clock ticks once when it is asked: before and after each generation, not while judging.
    looks, _ = climbed(plan_of(), Judged(*[0.0] * 7), rungs_of(plan_of()))
    assert [look.seconds for look in looks] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]


def test_beyond_the_budget_a_success_ends_it_and_before_it_does_not() -> None:
    plan, steps = plan_of(longest=4), [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600]
    looks, seen = climbed(plan, Judged(0.9, *[0.1] * 8), steps)
    assert (looks[-1].rung, seen) == (6400, 7)
    looks, seen = climbed(plan, Judged(*[0.1] * 7, 0.8, 0.9), steps)
    assert (looks[-1].rung, looks[-1].share, seen) == (12_800, 0.8, 8)
    looks, seen = climbed(plan, Judged(*[0.1] * 9), steps)
    assert (looks[-1].rung, seen) == (25_600, 9)


def test_a_search_that_runs_dry_is_seen_once_more_as_it_ended() -> None:
    looks, _ = climbed(plan_of(), Judged(0.1, 0.4), [110, 180])
    assert [(look.rung, look.evaluations, look.share) for look in looks] == [(100, 110, 0.1), (200, 180, 0.4)]
    done = Outcome("planted", 1, "ours", {}, 5.0, None, looks)
    assert done.share(6400) == 0.4
    assert done.found_after(0.3) == 180
    assert done.found_after(0.8) is None


def test_the_strength_is_interpolated_from_three_measurements() -> None:
    asked: list[float] = []

    def sharpe(strength: float) -> float:
        asked.append(strength)
        return 70.0 * strength - 0.5 - 100.0 * strength**2

    found = solved(sharpe, 0.1, 3.0, what="test")
    assert len(asked) == 3
    assert sharpe(found) == pytest.approx(3.0, abs=0.03)


def test_a_cause_that_cannot_be_strong_enough_is_refused() -> None:
    with pytest.raises(ConfigError, match="planted of seed 3 needs a strength of 11 for a Sharpe ratio of 5"):
        solved(lambda strength: strength / 2 - 0.5, 0.1, 5.0, what="planted of seed 3")


def test_an_outcome_survives_its_file_and_a_damaged_one_says_what_to_do(tmp_path: Path) -> None:
    done = outcome("planted", 1, "ours", [0.5], [100])
    done.save(tmp_path)
    path = tmp_path / "planted-0001-ours.json"
    assert load_outcome(path) == done
    whole = path.read_text()
    for name, refusal in (("share", "remove it, and it is made again"), ("schema", "lacks schema")):
        path.write_text(whole.replace(f'"{name}"', f'"other {name}"'))
        with pytest.raises(DataError, match=refusal):
            load_outcome(path)


def test_a_folder_keeps_to_the_plan_that_it_was_begun_with(tmp_path: Path) -> None:
    begin(tmp_path, plan_of())
    assert begin(tmp_path, plan_of()).n_done == 0
    with pytest.raises(ConfigError, match="holds a comparison with another plan: name another folder"):
        begin(tmp_path, plan_of(budget=12_800))


def test_whoever_has_the_kept_file_goes_on_from_there(tmp_path: Path) -> None:
    plan, kept = plan_of(), tmp_path / "by-hand.jsonl"
    done = [outcome("planted", 1, "ours", [0.5], [100]), outcome("planted-session", 2, "random", [0.1], [100])]
    first = begin(tmp_path / "first", plan)
    for one in done:
        one.save(first.outcomes_folder)
    keep(first, kept)
    second = begin(tmp_path / "second", plan)
    done[0].save(second.outcomes_folder)
    assert restore(second, kept) == 1
    assert second.outcomes() == done
    assert [restore(second, kept), second.n_done] == [0, 2]


def test_a_kept_file_of_another_plan_or_a_damaged_one_gives_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "by-hand.jsonl"
    first = begin(tmp_path / "first", plan_of())
    outcome("planted", 1, "ours", [0.5], [100]).save(first.outcomes_folder)
    keep(first, kept)
    other = begin(tmp_path / "other", plan_of(budget=12_800))
    with pytest.raises(ConfigError, match="of another plan or of other code"):
        restore(other, kept)
    same = begin(tmp_path / "same", plan_of())
    whole = kept.read_text()
    for text, refusal in (
        (whole.replace('"share"', '"shore"'), "holds no outcome"),
        (whole[:-9], "cannot be read"),
        ("", "holds no comparison"),
    ):
        kept.write_text(text)
        with pytest.raises(DataError, match=refusal):
            restore(same, kept)
    assert (other.n_done, same.n_done) == (0, 0)


def test_of_rules_that_trade_alike_the_smallest_is_a_candidate() -> None:
    score = replace(Score(*[1.0] * len(fields(Score))), sharpe=2.0)
    small, best = rule(), Best(2)
    large = replace(small, long_exit=Node("not", (Node("never"),)))
    for genome, answer in (
        (large, score),
        (small, score),
        (small, Rejected(Reason.RUINED)),
        (large, replace(score, sharpe=3.0)),
    ):
        best.consider(genome, answer)
    assert best.candidates() == [Candidate(large, 3.0), Candidate(small, 2.0)]


@pytest.mark.slow
def test_a_comparison_from_end_to_end_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    command = [sys.executable, str(RUN), "quick", "--home", str(tmp_path), "--workers", "1"]
    alone = subprocess.run([*command, "--arm", "ours"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert alone.returncode == 0, alone.stderr
    assert sorted(path.stem for path in (tmp_path / "outcomes").iterdir()) == ["planted-0001-ours", "planted-0002-ours"]
    first = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    assert "6 of 6 tasks done" in first.stdout
    assert "| planted | ea-simple |" in first.stdout
    files = sorted((tmp_path / "outcomes").iterdir())
    written = [path.read_bytes() for path in files]
    outcomes = [load_outcome(path) for path in files]
    assert all(3.0 < one.oracle < 7.0 for one in outcomes)
    # What a search tries with a part less comes on top.
    assert all(256 <= one.at(256).evaluations < 700 for one in outcomes)
    # One is lost; it is made again and nothing else is.
    files[0].unlink()
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith("5 of 6 tasks done")
    assert [path.read_bytes() for path in files[1:]] == written[1:]
    made = load_outcome(files[0])
    assert [replace(look, seconds=0.0) for look in made.looks] == [
        replace(look, seconds=0.0) for look in outcomes[0].looks
    ]
    assert np.isfinite(made.looks[-1].share)
    shown = subprocess.run(
        [sys.executable, str(RUN), "--home", str(tmp_path), "--show"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0
    assert "6 of 6 runs" in shown.stdout
