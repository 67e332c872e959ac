"""Two runs side by side."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from data.canonical import canonical_json
from data.errors import ConfigError
from organism.comparison.document import stamps
from organism.comparison.run_shares import answer_about, share_tests
from organism.comparison.run_values import SettingRow
from organism.comparison.runs import compare_runs, differing
from organism.comparison.runs_document import runs_document
from organism.comparison.values import Finding
from organism.gauntlet.verdict import measure
from organism.home import Home
from organism.registry.rows import VerdictRow
from organism.registry.states import Verdict
from organism.registry.store import Registry
from organism.report.markdown import to_markdown
from organism.views.plain import to_plain
from organism.views.survivors import GateCount, survivors_by_gate


def row(name: str, *measured: tuple[str, str, float]) -> VerdictRow:
    """Return a verdict on stages that ask for more than 2."""
    stages = [measure(stage, slice_name, value, ">", 2.0, meaning="") for slice_name, stage, value in measured]
    is_passed = all(stage.verdict is Verdict.PASS for stage in stages)
    return VerdictRow(
        strategy_id=name,
        snapshot_id="s",
        policy_hash="0" * 64,
        verdict=Verdict.PASS if is_passed else Verdict.KILL,
        stages_json=canonical_json([stage.to_plain() for stage in stages]).decode(),
        reason="",
        evidence_sha256="0" * 64,
        decided_at=datetime(2026, 1, 1),  # noqa: DTZ001 - nothing reads it
    )


def test_survivors_are_counted_gate_by_gate() -> None:
    rows = [
        row("a", ("IS", "trades", 1.0)),
        row("b", ("IS", "trades", 3.0), ("IS", "luck", 1.0)),
        row("c", ("IS", "trades", 3.0), ("IS", "luck", 3.0), ("OOS", "Sharpe", 3.0)),
    ]
    assert survivors_by_gate(rows) == (
        GateCount("IS", "trades", 3, 2),
        GateCount("IS", "luck", 2, 1),
        GateCount("OOS", "Sharpe", 1, 1),
    )
    assert survivors_by_gate([]) == ()


def test_a_stage_that_only_some_policies_have_keeps_its_place() -> None:
    rows = [
        row("a", ("IS", "trades", 3.0), ("IS", "luck", 3.0)),
        row("b", ("IS", "trades", 3.0), ("IS", "costs", 3.0), ("IS", "luck", 3.0)),
    ]
    assert [gate.stage for gate in survivors_by_gate(rows)] == ["trades", "costs", "luck"]


def test_settings_that_differ_are_named_with_their_tables() -> None:
    a = {"seed": 1, "search": {"population": 300, "grammar": {"only": []}}, "same": [1]}
    b = {"seed": 2, "search": {"population": 300, "grammar": {"only": ["rsi"]}, "mode": "random"}, "same": [1]}
    assert list(differing(a, b)) == [
        SettingRow("search.grammar.only", "[]", '["rsi"]'),
        SettingRow("search.mode", "", '"random"'),
        SettingRow("seed", "1", "2"),
    ]
    [long] = differing({"warm_start": ["x" * 100]}, {"warm_start": []})
    assert long.a == f'["{"x" * 58}... (104 characters)'


@pytest.fixture
def two_runs(finished_home: Home, tmp_path: Path) -> Home:
    """Return a home with a run and a second one, which nobody was handed over from."""
    home = Home.open(shutil.copytree(finished_home.root, tmp_path / "home"))
    [manifest] = home.runs.glob("*/manifest.json")
    shutil.copytree(manifest.parent, home.runs / "other-1-00000000")
    return home


def test_runs_of_which_nobody_was_judged_are_told_apart_by_nothing(two_runs: Home) -> None:
    first = next(folder.name for folder in two_runs.runs.iterdir() if folder.name.startswith("tiny"))
    with Registry.open(two_runs.registry_path) as registry:
        found = compare_runs(two_runs, registry, first, "other-1-00000000")
        with pytest.raises(ConfigError, match="are the same run"):
            compare_runs(two_runs, registry, first, first)
        with pytest.raises(ConfigError, match=f"other-1-00000000.*{first}|{first}.*other-1-00000000"):
            compare_runs(two_runs, registry, first, "other-1-0000")
    assert found.finding is Finding.UNKNOWN
    assert "Nobody of A and B was judged" in found.sentence
    assert (found.settings, found.gates) == ((), ())
    assert found.a.n_registered > 0
    assert replace(found.b, run=first, n_registered=found.a.n_registered) == found.a
    assert found.history[0].startswith("Both were bred and judged on the same history")
    assert "made world planted, seed 1" in found.history[0]
    assert to_plain(found)["shares"][0]["p_value"] is None
    written = to_markdown(runs_document(found))
    assert f"# Run A {first} beside run B other-1-00000000" in written
    assert "Nobody of the two was judged." in written


def test_what_is_to_be_known_of_the_rules_is_said_once_with_whose_they_are() -> None:
    said = [stamp.text for stamp in stamps(("weak", "open"), ("weak", "old"))]
    assert said == ["A and B: weak", "A: open", "B: old"]


def verdicts(n_graduates: int, n_asked: int, n_missed: int = 0) -> list[VerdictRow]:
    """Return verdicts of those asked on held-out bars, and of those that missed in sample."""
    asked = [
        row(str(i), ("IS", "luck", 3.0), ("OOS", "Sharpe", 3.0 if i < n_graduates else 1.0)) for i in range(n_asked)
    ]
    return [*asked, *(row(f"m{i}", ("IS", "luck", 1.0)) for i in range(n_missed))]


def test_graduates_are_a_share_of_those_asked_on_held_out_bars() -> None:
    held_out, in_sample = share_tests(verdicts(3, 4, 6), verdicts(1, 4))
    assert (held_out.passed_a, held_out.judged_a, held_out.passed_b, held_out.judged_b) == (3, 4, 1, 4)
    assert held_out.p_value == pytest.approx(34 / 70)
    assert (in_sample.passed_a, in_sample.judged_a, in_sample.passed_b, in_sample.judged_b) == (4, 10, 4, 4)
    assert answer_about(held_out, in_sample) == (
        Finding.LUCK,
        "Of A's 4 candidates that were asked on held-out bars 3 graduated, of B's 4 1; shares as far apart are found "
        "in 49 % of pairs that differ by luck alone: not more than luck.",
    )


@pytest.mark.parametrize(("a", "b", "finding"), [(0, 20, Finding.B_HIGHER), (20, 0, Finding.A_HIGHER)])
def test_a_share_that_is_larger_by_more_than_luck_is_named(a: int, b: int, finding: Finding) -> None:
    found, sentence = answer_about(*share_tests(verdicts(a, 20), verdicts(b, 20)))
    assert found is finding
    assert sentence.endswith("found in fewer than 0.01 % of pairs that differ by luck alone: more than luck.")


def test_in_sample_shares_are_said_where_nobody_was_asked_on_held_out_bars() -> None:
    found, sentence = answer_about(*share_tests(verdicts(5, 5), verdicts(0, 0, 12)))
    assert found is Finding.IN_SAMPLE_ONLY
    assert sentence.startswith("Of A's 5 candidates 5 passed every gate that they came to in sample, of B's 12 0; ")
    assert sentence.endswith(
        "more than luck in sample, on the bars on which both searches have chosen. "
        "Nobody of B was asked on held-out bars."
    )
    assert answer_about(*share_tests(verdicts(0, 0, 3), verdicts(0, 0, 3)))[0] is Finding.LUCK
