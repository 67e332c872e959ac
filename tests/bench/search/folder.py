"""A comparison's folder: its plan, and a file for each task that is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.code_version import code_version
from data.errors import ConfigError
from data.lock import exclusive
from data.settings import parse_settings
from evolution.run.layout import read_json, write_json
from organism.crew import work_together
from tests.bench.search.outcome import Outcome, load_outcome
from tests.bench.search.plan import ArmSettings, ArmTask, PlanSettings, tasks_of

Watcher = Callable[[int, int], None]
"""Sees how many tasks are done, of how many."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A plan in a folder."""

    path: Path
    plan: PlanSettings
    code_version: str

    @property
    def outcomes_folder(self) -> Path:
        return self.path / "outcomes"

    def head(self) -> dict[str, Any]:
        """Return what fixes the outcomes: plan and code, as plain JSON."""
        return _head(self.plan, self.code_version)

    def has(self, name: str) -> bool:
        """Return whether an outcome of this name is on disk."""
        return (self.outcomes_folder / f"{name}.json").exists()

    def is_done(self, task: ArmTask) -> bool:
        """Return whether a task's outcome is on disk."""
        return self.has(task.name)

    @property
    def n_done(self) -> int:
        return sum(self.is_done(task) for task in tasks_of(self.plan))

    @property
    def n_planned(self) -> int:
        return sum(1 for _ in tasks_of(self.plan))

    def outcomes(self) -> list[Outcome]:
        """Return all that is done, in the order of the plan."""
        done = filter(self.is_done, tasks_of(self.plan))
        return [load_outcome(self.outcomes_folder / f"{task.name}.json") for task in done]


def begin(path: Path, plan: PlanSettings) -> Comparison:
    """Fix a plan in a folder, or find it as it was fixed.

    Raises
    ------
    ConfigError
        If the folder holds another plan or outcomes of other code: one table speaks of one program.
    """
    wanted = _head(plan, code_version())
    file = path / "plan.json"
    if file.exists():
        found = read_json(file, *wanted)
        changed = [name for name in wanted if found[name] != wanted[name]]
        if changed:
            raise ConfigError(f"{path} holds a comparison with another {', '.join(changed)}: name another folder")
    else:
        (path / "outcomes").mkdir(parents=True, exist_ok=True)
        write_json(file, wanted)
    return Comparison(path, plan, wanted["code_version"])


def open_comparison(path: Path) -> Comparison:
    """Return the comparison that was begun in a folder.

    Raises
    ------
    DataError
        If there is none, or its plan is damaged.
    """
    found = read_json(path / "plan.json", "plan", "code_version")
    plan = parse_settings(PlanSettings, found["plan"], source=f"plan of {path.name}")
    return Comparison(path, plan, found["code_version"])


def _head(plan: PlanSettings, version: str) -> dict[str, Any]:
    return {"schema": 1, "plan": plan.model_dump(mode="json"), "code_version": version}


def run(comparison: Comparison, arms: Sequence[ArmSettings], strengths: Path, workers: int, watch: Watcher) -> None:
    """Do every task of these arms that is not done; Ctrl-C stops each process where it is.

    What a process was at is lost, what is done stays.

    Raises
    ------
    SimulationError
        If a process fails; what is done stays.
    """
    with exclusive(comparison.path / ".lock", f"comparison {comparison.path.name}"):
        work_together(
            "tests.bench.search.worker",
            [str(comparison.path.resolve()), str(strengths.resolve()), *(arm.name for arm in arms)],
            min(workers, comparison.n_planned - comparison.n_done),
            lambda: watch(comparison.n_done, comparison.n_planned),
            what=f"comparison {comparison.path.name}",
        )
    watch(comparison.n_done, comparison.n_planned)
