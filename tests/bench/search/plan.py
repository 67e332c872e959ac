"""What a comparison of search methods will do, fixed before anything of it is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, ValidationError, model_validator

from data.errors import ConfigError
from data.settings import Settings
from data.worlds.drawn import DRAWS
from evolution.run.layout import ENDLESS
from evolution.run.settings import SearchSettings

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Method = Literal["search", "random", "ea-simple"]
RUNGS_BELOW = 6
"""The first look is after a 64th of the budget, the next ones after twice as much each."""
FRESH_ALONE = {"mode": "random"}
"""What makes random search of a search: every genome is drawn afresh."""
WORLD, CONTINUATION, STRENGTH, SEARCH = range(4)
"""What a seed is for."""


class ArmSettings(Settings):
    """An `[[arms]]` table: one way of searching."""

    name: Name
    method: Method = "search"
    search: dict[str, Any] = Field({})
    """Keys of `[search]` that are otherwise in this arm; an ablation is a switch turned off."""


class BarsSettings(Settings):
    """Bars that are made beside those that are searched; each world has noise of its own."""

    worlds: int = Field(10, ge=1, le=100)
    years: float = Field(20.0, ge=1.0, le=20.0)
    """Length of each; only whole years count."""


class PlanSettings(Settings):
    """A plan's file."""

    name: Name
    kinds: tuple[str, ...] = Field(min_length=1)
    """Planted worlds; see `data.worlds.drawn_cause`."""
    sharpe: float = Field(5.0, gt=0.0, le=20.0)
    """What the oracle is worth: annual Sharpe ratio after costs on bars without end."""
    seeds: int = Field(20, ge=1, le=1_000)
    """Each draws a cause, a world and a search, the same ones for every arm."""
    first_seed: int = Field(1, ge=0)
    years: float = Field(5.0, ge=0.6, le=20.0)
    """Of the world, of which a search sees the first 60 %."""
    budget: int = Field(100_000, ge=64)
    """Unique genomes that every arm may score."""
    longest: int = Field(1, ge=1, le=100)
    """An arm that has found nothing at its budget goes on to so many times as much."""
    candidates: int = Field(10, ge=1, le=1_000)
    """The first so many of those that a run hands over are judged."""
    success: float = Field(0.8, gt=0.0, le=1.0)
    """Share of the oracle's Sharpe ratio that the best of them must have."""
    continuation: BarsSettings = BarsSettings()
    """On which candidates and oracle are judged."""
    strength: BarsSettings = BarsSettings(worlds=5)
    """On which the strength of a cause is found."""
    search: SearchSettings = SearchSettings()
    """Of every arm, but for its own keys; a search ends with the budget."""
    arms: tuple[ArmSettings, ...] = Field(min_length=1)
    """The first is what the others are compared with."""

    @model_validator(mode="after")
    def _check(self) -> PlanSettings:
        unknown = sorted(set(self.kinds) - set(DRAWS))
        if unknown:
            raise ValueError(f"kinds names {', '.join(unknown)}; known are {', '.join(DRAWS)}")
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names):
            raise ValueError(f"arms are named {', '.join(names)}; give each a name of its own")
        for arm in self.arms:
            try:
                self.search_of(arm)
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(map(str, first["loc"])) or "search"
                raise ValueError(f"arm {arm.name}: {place}: {first['msg']}") from None
        return self

    @property
    def limit(self) -> int:
        """Unique genomes after which an arm stops whatever it has found."""
        return self.budget * self.longest

    def search_of(self, arm: ArmSettings) -> SearchSettings:
        """Return the settings that an arm searches with."""
        changed = (FRESH_ALONE if arm.method == "random" else {}) | arm.search
        # What it then tries with a part less, to hand over no dead part, comes on top: some hundreds.
        ends = {"evaluations": self.limit, "generations": ENDLESS}
        return SearchSettings.model_validate(self.search.model_dump() | changed | ends)

    def arm(self, name: str) -> ArmSettings:
        """Return an arm by its name."""
        return next(arm for arm in self.arms if arm.name == name)


@dataclass(frozen=True, slots=True)
class Pair:
    """A kind and a seed: a cause, a world and its continuation, which all arms share."""

    kind: str
    seed: int

    def draw(self, purpose: int, number: int = 0) -> int:
        """Return a seed for a purpose."""
        spawned = np.random.SeedSequence(self.seed, spawn_key=(list(DRAWS).index(self.kind), purpose, number))
        return int(spawned.generate_state(1, np.uint32)[0])


@dataclass(frozen=True, slots=True)
class ArmTask:
    """One arm on one pair."""

    pair: Pair
    arm: str

    @property
    def name(self) -> str:
        return f"{self.pair.kind}-{self.pair.seed:04d}-{self.arm}"


def pairs_of(plan: PlanSettings) -> list[Pair]:
    """Return all pairs, one of each kind in turn, so that a part of a plan is a fair part."""
    return [Pair(kind, plan.first_seed + number) for number in range(plan.seeds) for kind in plan.kinds]


def tasks_of(plan: PlanSettings) -> Iterator[ArmTask]:
    """Yield all tasks in the order in which they are done."""
    for pair in pairs_of(plan):
        for arm in plan.arms:
            yield ArmTask(pair, arm.name)


def arms_named(plan: PlanSettings, names: Sequence[str] | None) -> tuple[ArmSettings, ...]:
    """Return the arms of these names in the order of the plan; all if no name is given.

    Raises
    ------
    ConfigError
        If the plan has no arm of a name.
    """
    known = [arm.name for arm in plan.arms]
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise ConfigError(f"plan {plan.name} has no arm {', '.join(unknown)}; it has {', '.join(known)}")
    return tuple(arm for arm in plan.arms if names is None or arm.name in names)


def rungs_of(plan: PlanSettings) -> tuple[int, ...]:
    """Return after how many unique genomes candidates are judged, ending with `plan.limit`."""
    below = [max(1, plan.budget >> halving) for halving in range(RUNGS_BELOW, 0, -1)]
    beyond = [plan.budget * 2**doubling for doubling in range(1, 8) if 2**doubling < plan.longest]
    return tuple(sorted({*below, plan.budget, *beyond, plan.limit}))
