"""What a campaign will do, fixed before anything of it is looked at: classes of worlds, how many, which seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from data.canonical import hash_json
from data.code_version import ROOT
from data.settings import Settings
from data.worlds import RECIPES
from evolution.run.settings import SearchSettings
from organism.settings import FoundrySettings, HistorySettings

ClassName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class ClassSettings(Settings):
    """A `[[classes]]` table: worlds of one kind."""

    name: ClassName
    """Of the class, in tables and pictures."""
    history: HistorySettings
    """A made world, or a surrogate of real history; each world of the class has a seed of its own."""
    excluded_opcodes: tuple[str, ...] = ()
    """Besides those of the search; such as funding where history does not know it."""
    worlds: int = Field(ge=1, le=100_000)
    """How many; 93 with at most one false graduation, or 181 with at most four, prove 5 %."""

    @model_validator(mode="after")
    def _check_history(self) -> ClassSettings:
        if self.history.world is None and self.history.surrogate is None:
            raise ValueError(
                f"class {self.name} is of real history, and nobody knows what it holds: "
                "add history.surrogate, or name a world"
            )
        return self

    @property
    def is_null(self) -> bool:
        """Whether nothing of it may graduate."""
        world, surrogate = self.history.world, self.history.surrogate
        if world is None or surrogate is not None:
            return True
        return not RECIPES[world].holds_something or self.history.plant_strength == 0.0

    @property
    def is_fair_before_costs(self) -> bool:
        """Whether no position expects anything on held-out bars even free of costs, over its benchmarks."""
        world, surrogate = self.history.world, self.history.surrogate
        if world is None or surrogate is not None:
            # Blocks of real bars keep what is inside a block.
            return surrogate == "random-signs"
        return RECIPES[world].is_fair_before_costs or self.history.plant_strength == 0.0

    @property
    def is_here(self) -> bool:
        """Whether the files that it is made from are on this machine; made worlds need none."""
        folder = self.history.folder
        return folder is None or (ROOT / folder).is_dir()


class CampaignSettings(Settings):
    """A campaign's configuration file."""

    name: ClassName
    """Of the campaign; its folder is HOME/calibration/NAME."""
    seed: int = Field(ge=0, lt=2**63)
    """The one seed that those of all worlds and searches descend from."""
    search: SearchSettings = SearchSettings()
    """What each world is searched with."""
    classes: tuple[ClassSettings, ...] = Field(min_length=1, max_length=100)
    """What the campaign is made of."""

    @model_validator(mode="after")
    def _check_names(self) -> CampaignSettings:
        names = [item.name for item in self.classes]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"classes are named twice: {', '.join(doubled)}; give each a name of its own")
        return self

    def identity(self) -> str:
        """Return the hash of everything that decides a world's outcome but its own seed."""
        return hash_json(self.model_dump(mode="json"))

    def class_of(self, task: WorldTask) -> ClassSettings:
        """Return the class that a world belongs to."""
        return next(item for item in self.classes if item.name == task.class_name)

    def foundry_settings(self, task: WorldTask) -> FoundrySettings:
        """Return the configuration of a world's run."""
        item = self.class_of(task)
        history = item.history.model_copy(update={"world_seed": task.seed, "surrogate_seed": task.seed})
        excluded = (*self.search.excluded_opcodes, *item.excluded_opcodes)
        search = self.search.model_copy(update={"excluded_opcodes": excluded})
        return FoundrySettings(name=item.name, seed=task.seed, history=history, search=search)


@dataclass(frozen=True, slots=True)
class WorldTask:
    """One world of a campaign."""

    class_name: str
    number: int
    """From 0."""
    seed: int
    """Of the world and of its search."""

    @property
    def name(self) -> str:
        return f"{self.class_name}-{self.number:05d}"


def tasks_of(settings: CampaignSettings) -> list[WorldTask]:
    """Return all worlds in the order they are made: one of each class in turn, so that a part is a fair part."""
    tasks: list[WorldTask] = []
    for place, item in enumerate(settings.classes):
        for number in range(item.worlds):
            draw = np.random.SeedSequence(settings.seed, spawn_key=(place, number)).generate_state(1, np.uint32)[0]
            tasks.append(WorldTask(item.name, number, int(draw)))
    return sorted(tasks, key=lambda task: task.number)
