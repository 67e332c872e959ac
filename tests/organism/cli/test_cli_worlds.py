"""`organism worlds prove`, given worlds that are already measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from data.worlds import RECIPES, make_world
from evolution.run.layout import write_json
from organism.proof.measure import measure
from organism.proof.plan import tasks
from organism.proof.plants import measure_plants
from organism.proof.prove import ProofFolder
from organism.proof.rules import RULES

N_WORLDS = 6


def measured(name: str) -> list[dict[str, Any]]:
    """Return short worlds of a class: the verb does not ask how long they were."""
    worlds = (make_world(name, seed, years=1.0) for seed in range(N_WORLDS))
    return [{rule: asdict(sums) for rule, sums in measure(world, RULES, 0).items()} for world in worlds]


def fill(folder: ProofFolder, classes: dict[str, list[dict[str, Any]]]) -> None:
    plant = measure_plants(1)
    for task in tasks(N_WORLDS):
        found = plant if task.class_name == "planted" else classes.get(task.class_name, classes["empty"])[task.number]
        write_json(folder.file(task), {"schema": 1, "seed": task.seed, "found": found})


def test_the_verb_judges_writes_the_page_and_answers_by_its_exit_code(
    organism: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ProofFolder(tmp_path / "home" / "worlds")
    empty = measured("empty")
    fill(folder, {"empty": empty})
    page = tmp_path / "worlds.md"
    done = organism("worlds", "prove", "--worlds", N_WORLDS, "--page", page)
    assert done.code == 0, done.err
    assert done.out.count("no edge seen so far |") == 7
    assert "Only a part of the plan is made so far" in done.out
    assert "nothing is proven yet: 7 of 7 classes" in done.err
    assert page.read_text() == (folder.path / "worlds.md").read_text()
    assert "`organism worlds prove --worlds 6`" in page.read_text()

    monkeypatch.setitem(RECIPES, "below-cost", replace(RECIPES["below-cost"], strength=1.0))
    fill(folder, {"empty": empty, "below-cost": measured("below-cost")})
    done = organism("worlds", "prove", "--worlds", N_WORLDS, "--json")
    assert done.code == 1
    classes = {one["name"]: one for one in done.json["classes"]}
    best = classes["below-cost"]["rules"][0]
    assert best["name"].startswith("reverse")
    assert best["p_paid"] <= 0.01 < classes["empty"]["rules"][0]["p_paid"]
    assert (classes["empty"]["n_worlds"], classes["empty"]["n_planned"], classes["empty"]["is_proven"]) == (
        6,
        50,
        False,
    )
    assert [row["strength"] for row in done.json["plants"]][:2] == [0.02, 0.03]
