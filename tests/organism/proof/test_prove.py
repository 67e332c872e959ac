"""A proof goes on where it was stopped, and speaks of one plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.errors import ConfigError, DataError
from organism.proof.plan import ProofTask, planned_worlds, tasks
from organism.proof.prove import ProofFolder, null_worlds, plant_worlds, prove

PLANTS = [task for task in tasks(2) if task.class_name == "planted"]


def test_all_classes_grow_together_and_seeds_are_fixed() -> None:
    wanted = tasks()
    assert len(wanted) == sum(planned_worlds().values()) == 5 * 50 + 200 + 125 + 100
    assert len({task.seed for task in wanted}) == len(wanted)
    tenth = [task.class_name for task in wanted[: len(wanted) // 10]]
    assert {name: tenth.count(name) for name in planned_worlds()} == pytest.approx(
        {name: n / 10 for name, n in planned_worlds().items()}, abs=1
    )
    assert tasks(2)[0] == ProofTask("empty", 0, 40_000)


@pytest.mark.slow
def test_an_interrupted_proof_loses_one_world_and_ends_the_same(tmp_path: Path) -> None:
    whole, broken = ProofFolder(tmp_path / "whole"), ProofFolder(tmp_path / "broken")
    seen: list[tuple[int, int]] = []
    prove(whole, PLANTS, lambda done, planned: seen.append((done, planned)))
    assert seen == [(0, 2), (1, 2), (2, 2)]

    def stop(done: int, planned: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prove(broken, PLANTS, stop)
    first = broken.file(PLANTS[0]).stat().st_mtime_ns
    assert not broken.file(PLANTS[1]).exists()
    prove(broken, PLANTS, lambda done, planned: None)
    assert broken.file(PLANTS[0]).stat().st_mtime_ns == first
    assert plant_worlds(broken, PLANTS) == plant_worlds(whole, PLANTS)
    assert len(plant_worlds(whole, PLANTS)) == 2


def test_worlds_of_another_plan_are_refused(tmp_path: Path) -> None:
    folder = ProofFolder(tmp_path)
    prove(folder, [], lambda done, planned: None)
    plan = json.loads((tmp_path / "plan.json").read_text())
    (tmp_path / "plan.json").write_text(json.dumps({**plan, "risk_scale": 1.0}))
    with pytest.raises(ConfigError, match="another risk_scale: move the folder away"):
        prove(folder, [], lambda done, planned: None)


@pytest.mark.parametrize("content", ["{", '{"found": 3}', '{"found": {"hold long": {"paid": 1, "free": 2}}}'])
def test_a_damaged_world_is_named(content: str, tmp_path: Path) -> None:
    folder, task = ProofFolder(tmp_path), ProofTask("empty", 0, 40_000)
    folder.file(task).parent.mkdir()
    folder.file(task).write_text(content)
    with pytest.raises(DataError, match=r"empty-00000\.json .*remove it"):
        null_worlds(folder, [task], "empty")
