"""What a campaign will do, fixed before anything of it is looked at: classes of worlds, how many, which seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from data.canonical import hash_json
from data.settings import Settings
from data.worlds import RECIPES, WorldName
from evolution.run.settings import SearchSettings

ClassName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class ClassSettings(Settings):
    """A `[[classes]]` table: worlds of one kind."""

    name: ClassName
    world: WorldName
    plant_strength: float | None = Field(None, ge=0.0, le=1.0)
    """Only for worlds with a cause; see `data.worlds.make_world`."""
    years: float = Field(5.0, gt=0.5, le=20.0)
    worlds: int = Field(ge=1, le=100_000)
    """How many; 93 with at most one false graduation, or 181 with at most four, prove 5 %."""

    @property
    def is_null(self) -> bool:
        """Whether nothing of it may graduate."""
        return not RECIPES[self.world].holds_something or self.plant_strength == 0.0


class CampaignSettings(Settings):
    """A campaign's configuration file."""

    name: ClassName
    seed: int = Field(ge=0, lt=2**63)
    search: SearchSettings = SearchSettings()
    """What each world is searched with."""
    classes: tuple[ClassSettings, ...] = Field(min_length=1, max_length=100)

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
