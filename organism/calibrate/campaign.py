"""A campaign: many worlds, each once, by processes that may be stopped at any time and go on where they were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.code_version import code_version
from data.errors import ConfigError
from data.lock import exclusive
from data.settings import parse_settings
from evolution.run.layout import read_json, write_json
from organism.calibrate.outcome import Outcome, load_outcome
from organism.calibrate.plan import CampaignSettings, WorldTask, tasks_of
from organism.crew import work_together
from organism.gauntlet.policy import GauntletPolicy

Watcher = Callable[[int, int], None]
"""Sees how many worlds are done, of how many."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign's folder: its plan, and a file for each world that is done."""

    path: Path
    settings: CampaignSettings
    policy: GauntletPolicy

    @property
    def outcomes_folder(self) -> Path:
        return self.path / "worlds"

    @property
    def tasks(self) -> list[WorldTask]:
        """Return the worlds that can be made on this machine, in the order of the plan."""
        return [task for task in tasks_of(self.settings) if self.settings.class_of(task).is_here]

    @property
    def absent(self) -> tuple[str, ...]:
        """Names of the classes whose files are not on this machine; their worlds are left for one that has them."""
        return tuple(item.name for item in self.settings.classes if not item.is_here)

    def is_done(self, task: WorldTask) -> bool:
        """Return whether a world's outcome is on disk."""
        return (self.outcomes_folder / f"{task.name}.json").exists()

    def n_done(self, tasks: Sequence[WorldTask]) -> int:
        """Return how many of these are on disk."""
        return sum(self.is_done(task) for task in tasks)

    def outcomes(self) -> list[Outcome]:
        """Return all that is done, in the order of the plan."""
        return [
            load_outcome(self.outcomes_folder / f"{task.name}.json")
            for task in tasks_of(self.settings)
            if self.is_done(task)
        ]


def begin(folder: Path, settings: CampaignSettings, policy: GauntletPolicy) -> Campaign:
    """Fix a plan in `folder`, or find it as it was fixed.

    Raises
    ------
    ConfigError
        If the folder holds another plan, other rules or outcomes of other code: sizes and seeds are fixed before
        anything is looked at, and one page speaks of one program.
    """
    campaign = Campaign(folder, settings, policy)
    plan = _plan(campaign)
    path = folder / "plan.json"
    if path.exists():
        found = read_json(path, *plan)
        changed = [name for name in plan if found[name] != plan[name]]
        if changed:
            raise ConfigError(
                f"{folder} holds a campaign with another {', '.join(changed)}: name another folder, "
                "or go on with the settings and the code that it was begun with"
            )
        return campaign
    campaign.outcomes_folder.mkdir(parents=True, exist_ok=True)
    write_json(path, plan)
    return campaign


def open_campaign(folder: Path) -> Campaign:
    """Return the campaign that was begun in `folder`.

    Raises
    ------
    ConfigError
        If there is none.
    DataError
        If its plan is damaged.
    """
    path = folder / "plan.json"
    if not path.exists():
        raise ConfigError(f"no campaign was begun in {folder}: organism calibrate begins one")
    plan = read_json(path, "settings", "policy", "code_version")
    source = f"plan of {folder.name}"
    return Campaign(
        folder,
        parse_settings(CampaignSettings, plan["settings"], source=source),
        parse_settings(GauntletPolicy, plan["policy"], source=source),
    )


def run(campaign: Campaign, workers: int, watch: Watcher) -> None:
    """Make every world that is not done yet; Ctrl-C stops each process where it is, and loses the world it was at.

    Raises
    ------
    SimulationError
        If a process fails; what is done stays.
    """
    with exclusive(campaign.path / ".lock", f"campaign {campaign.path.name}"):
        tasks = campaign.tasks
        work_together(
            "organism.calibrate.worker",
            [str(campaign.path.resolve())],
            min(workers, len(tasks) - campaign.n_done(tasks)),
            lambda: watch(campaign.n_done(tasks), len(tasks)),
            what=f"campaign {campaign.path.name}",
        )
    watch(campaign.n_done(tasks), len(tasks))


def _plan(campaign: Campaign) -> dict[str, object]:
    return {
        "schema": 1,
        "settings": campaign.settings.model_dump(mode="json"),
        "policy": campaign.policy.model_dump(mode="json"),
        "code_version": code_version(),
    }
