"""What was judged under rules weaker than the base rule says so wherever it is shown, and is counted by itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from evolution.run.layout import RunFolder, write_json
from organism.desk import registry as desk
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.registry.public import graduates
from organism.registry.states import LifecycleState
from organism.registry.store import Registry
from tests.organism.gauntlet.on_record import judge

Organism = Callable[..., Any]
WEAKER = "These rules are weaker than the base rule: in_sample.minimum_sharpe is 1.9, below 2."
POLICY = "[in_sample]\nminimum_sharpe = 1.9\n[robustness]\ncopies = 10\n[vault]\nmaximum_correlation = 1.0\n"


@pytest.fixture
def strict() -> GauntletPolicy:
    """Return the rules of the project with one promotion, so that one of the two that two years allow is left."""
    return GauntletPolicy.model_validate({"robustness": {"copies": 10}, "vault": {"promotions_per_run": 1}})


@pytest.fixture
def home(waiting: Home, strict: GauntletPolicy, judged_at: datetime, tmp_path: Path) -> Home:
    home = Home.open(shutil.copytree(waiting.root, tmp_path / "home"))
    judge(home, strict, judged_at)
    return home


@pytest.fixture
def judged_again(organism: Organism, home: Home, tmp_path: Path) -> dict[str, str]:
    """Judge once more, under weaker rules, who waits; return whether each strategy is a weak or a strong graduate."""
    with Registry.open(home.registry_path) as registry:
        strong = {one.id: "strong" for one in registry.find() if one.state is LifecycleState.CANDIDATE}
        snapshot_id = registry.find()[0].snapshot_id
    policy = tmp_path / "weak.toml"
    policy.write_text(POLICY)
    done = organism("validate", "--policy", policy, "--weaker-than-base", "--json")
    assert done.code == 0, done
    folder = RunFolder(home.runs / "run-1")
    folder.path.mkdir(parents=True, exist_ok=True)
    write_json(folder.manifest, {"snapshot_id": snapshot_id, "seed": 1, "settings": {}})
    write_json(folder.outcome, {"n_trials": 1234, "hall_of_fame": []})
    return dict.fromkeys(done.json["graduates"], "weak") | strong


def test_graduates_of_weaker_rules_are_marked_and_counted_by_themselves(
    organism: Organism, home: Home, judged_again: dict[str, str], strict: GauntletPolicy
) -> None:
    """Seven were judged under the rules of the project, of whom one graduated and four waited; those were asked again.

    Of the four one has graduated under the weaker rules.
    """
    assert sorted(judged_again.values()) == ["strong", "weak"]
    weak, strong = ([name for name, kind in judged_again.items() if kind == wanted] for wanted in ("weak", "strong"))

    listed = {line.split()[0]: line for line in organism("registry", "list").out.splitlines()}
    assert [name for name, line in listed.items() if line.endswith("run-1  [weaker rules]")] == sorted(weak)
    assert sum(line.endswith("run-1") for line in listed.values()) == 6
    rows = organism("registry", "list", "--json").json
    assert {row["id"]: list(row["stamps"].values()) for row in rows if row["stamps"]} == {key: [WEAKER] for key in weak}

    shown = " ".join(organism("registry", "show", weak[0]).out.split())
    assert shown.count("[WEAKER RULES] These rules are weaker than the base rule") == 1
    before, after = organism("registry", "show", weak[0], "--json").json["verdicts"]
    assert (before["verdict"], before["stamps"]) == ("Watch", {})
    assert (after["verdict"], after["stamps"]) == ("Pass", {"weaker rules": WEAKER})
    assert f"policy {after['policy_hash'][:12]} [WEAKER RULES]" in shown
    assert "WEAKER" not in organism("registry", "show", strong[0]).out

    assert {card.id for card in desk.board(home).cards if card.marks == ("weaker rules",)} == set(weak)
    public = {one.id: one.policy_hash for one in graduates(home.registry_path)}
    assert public == dict.fromkeys(strong, strict.sha256()) | dict.fromkeys(weak, after["policy_hash"])

    told = organism("report", "run-1", "--format", "json").json
    assert told["words"] == {"GRADUATE": 1, "WATCH": 4, "KILL": 2}
    assert (told["policy_hash"], told["stamps"]) == (strict.sha256(), [])
    other = {"words": {"GRADUATE": 1, "WATCH": 3}, "policy_hash": after["policy_hash"], "stamps": [WEAKER]}
    assert told["others"] == [other]
    assert told["section"]["description"].endswith("7 judged, 1 graduated.")
    assert {row["strategy_id"] for row in told["section"]["rows"] if row["verdict"] == "GRADUATE"} == set(strong)
    asked = {gate["stage"]: gate["n_asked"] for gate in told["gates"] if gate["slice"] == "OOS"}
    assert asked["round trips"] == 1, "gates are those of the same rules"
    page = organism("report", "run-1", "--format", "md").out
    assert f"judged under policy {strict.sha256()[:12]}: 1 GRADUATE, 4 WATCH, 2 KILL. What other rules" in page
    assert "## Under other rules" in page
    assert WEAKER in page

    other_run = RunFolder(home.runs / "run-2")
    shutil.copytree(home.runs / "run-1", other_run.path)
    runs = organism("report", "compare", "run-1", "run-2", "--json").json
    assert (runs["a"]["n_judged"], runs["a"]["n_graduates"], runs["b"]["n_judged"]) == (7, 1, 0)
    assert "A was judged under other rules too, which this page is not about" in "".join(runs["cautions"])

    both = organism("report", "compare", weak[0], strong[0], "--format", "md").out
    assert f"**A: {WEAKER}**" in both.replace("\\", "")
    sides = [organism("report", "compare", weak[0], strong[0], "--json").json[letter]["stamps"] for letter in "ab"]
    assert sides == [[WEAKER], []]


def test_evidence_that_is_gone_hides_nobody(organism: Organism, home: Home) -> None:
    rows = organism("registry", "list", "--json").json
    [name, *_] = [row["id"] for row in rows if row["state"] == "candidate"]
    [pack] = {one["evidence_sha256"] for one in organism("registry", "show", name, "--json").json["verdicts"]}
    (home.evidence / pack).rename(home.root / "elsewhere")
    assert f"{name}" in organism("registry", "list").out
    assert "run-1  [unknown rules]" in organism("registry", "list").out
    assert "[UNKNOWN RULES] Under which rules it was judged is not known" in organism("registry", "show", name).out
