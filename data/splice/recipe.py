"""The file that says which venue a spliced market comes from, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from data.canonical import hash_json
from data.intervals import INTERVALS_MS
from data.settings import Settings, load_settings

PREFIX = "splice-"
"""Venues of spliced markets begin with it, and no others do."""
MOST_PARTS = 20

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")]


class Join(StrEnum):
    """How the prices of two venues are put end to end."""

    AS_IS = "as_is"
    """Untouched: the step from one venue to the other is a return that nobody could have had."""
    SCALED = "scaled"
    """What is before a joint is multiplied by the median basis of the overlap; the last part stays as it was."""


class PartFunding(StrEnum):
    """What the settlements of a venue mean in the spliced market."""

    SETTLED = "settled"
    """As the venue made them: at its times, in full. Where it settles less often than another part, the hours between
    are settlements of nothing, so that nothing is missing."""
    HOURLY = "hourly"
    """In equal parts by the hour, from its settlement to the next one: as a venue that settles hourly might have."""
    NONE = "none"
    """Left out: unknown in a backtest, where both sides then pay the pessimistic rate."""


class Limits(Settings):
    """What a joint has to keep, unless the recipe says otherwise."""

    least_bars: int = Field(168, ge=3)
    """Bars of the overlap on which both venues traded."""
    largest_median_basis: float = Field(0.005, gt=0.0, le=1.0)
    """Fraction by which the two may differ in the median, either way."""
    apart: float = Field(0.01, gt=0.0, le=1.0)
    """Fraction from which two closes are apart; of scaled prices what is left after scaling."""
    largest_share_apart: float = Field(0.01, ge=0.0, le=1.0)
    """Share of the bars of the overlap that may be apart."""
    least_correlation: float = Field(0.9, ge=-1.0, le=1.0)
    """Of the returns of both venues, from bar to bar."""

    def changed(self) -> tuple[str, ...]:
        """Return in words which limits a recipe has set otherwise."""
        usual = Limits()
        return tuple(
            f"{name} = {getattr(self, name):g} instead of {getattr(usual, name):g}"
            for name in type(self).model_fields
            if getattr(self, name) != getattr(usual, name)
        )


class Part(Settings):
    """One venue, from one day to another."""

    venue: Name
    coin: Name | None = None
    """As this venue spells it; None for as the recipe does."""
    units: float = Field(1.0, gt=0.0, le=1e9)
    """How many of the recipe's coin are in one of this venue's: 0.001 where it trades PEPE and the recipe kPEPE."""
    start: date | None = None
    """First day, UTC; may be left out of the first part alone."""
    end: date | None = None
    """Day after the last, UTC; None for the start of the next part, or all that there is."""
    funding: PartFunding = PartFunding.SETTLED
    funding_hours: Literal[1, 2, 4, 8] | None = None
    """Hours between its settlements; None for the usual distance in this part."""


class Recipe(Settings):
    """A whole recipe."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,12}$")
    """The lake keeps the result as of the venue `splice-NAME`."""
    coin: Name
    interval: str = "1h"
    join: Join = Join.AS_IS
    overlap_days: int = Field(90, ge=1, le=3650)
    """Days before and after a joint in which both venues are compared."""
    part: tuple[Part, ...] = Field(min_length=2, max_length=MOST_PARTS)
    """In order of time."""
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _check(self) -> Recipe:
        if self.interval not in INTERVALS_MS:
            raise ValueError(f"interval {self.interval!a} is unknown: choose one of {', '.join(INTERVALS_MS)}")
        for number, (before, after) in enumerate(zip(self.part, self.part[1:], strict=False), 2):
            if after.start is None:
                raise ValueError(f"part {number} ({after.venue}) needs a start: the day from which it is used")
            if before.start is not None and before.start >= after.start:
                raise ValueError(f"part {number} starts on {after.start}, not after part {number - 1}: order them")
            if before.end is not None and before.end > after.start:
                raise ValueError(f"part {number - 1} ends on {before.end}, after part {number} starts: they overlap")
        for number, part in enumerate(self.part, 1):
            if part.start is not None and part.end is not None and part.start >= part.end:
                raise ValueError(f"part {number} ends on {part.end}, not after its start on {part.start}")
            if part.venue.startswith(PREFIX):
                raise ValueError(f"part {number} is of {part.venue}, itself a splice: name the venues it is made of")
        return self

    @property
    def venue(self) -> str:
        """Name under which the lake keeps the result."""
        return PREFIX + self.name

    def coin_of(self, part: Part) -> str:
        """Return what a part's venue calls the coin."""
        return part.coin or self.coin

    def sha256(self) -> str:
        """Return the hash of all that the recipe says."""
        return hash_json(self.model_dump(mode="json"))


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises
    ------
    ConfigError
        Naming each wrong key, the value received and what is allowed.
    """
    return load_settings(Recipe, path)


def milliseconds(day: date) -> int:
    """Return UTC midnight at which a day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
