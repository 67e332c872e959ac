"""A run's configuration file: history and search. The rules of the gauntlet are not a run's to choose."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from data.canonical import hash_json
from data.settings import Settings, load_settings
from evolution.run.settings import SearchSettings


class HistorySettings(Settings):
    """The `[history]` table: where the bars come from.

    `world` names a synthetic market; else `folder` holds files called COIN_INTERVAL.parquet (or csv,
    feather) and COIN_funding.parquet, and without a folder the bars are those imported before.
    """

    world: Literal["planted", "empty"] | None = None
    """A synthetic market; None for real history."""
    world_seed: int = Field(1, ge=0)
    years: float = Field(5.0, gt=0.5, le=20.0)
    """Length of a synthetic market."""
    venue: str = Field("synthetic", pattern=r"^[A-Za-z0-9-]{1,20}$")
    folder: Path | None = None
    """Files to import before use; relative to the project's root."""
    interval: str = "1h"
    coins: tuple[str, ...] = ()
    start: date | None = None
    """First day, UTC; None for the beginning."""
    end: date | None = None
    """Day after the last, UTC; None for the end."""

    @model_validator(mode="after")
    def _check_source(self) -> HistorySettings:
        if self.world is None and not self.coins:
            raise ValueError("history needs either world = 'planted' | 'empty', or coins = [...] with a venue")
        if self.world is not None and (self.coins or self.folder):
            raise ValueError("a world brings its own coins; remove coins and folder, or remove world")
        return self


class FoundrySettings(Settings):
    """A whole configuration file."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    """Name of the run; part of its folder's name."""
    seed: int = Field(1, ge=0)
    """The one seed that everything random descends from."""
    workers: int = Field(2, ge=1, le=64)
    """Processes that evaluate; without influence on the result."""
    history: HistorySettings
    search: SearchSettings = SearchSettings()

    def identity(self) -> str:
        """Return the hash of everything that changes a run's outcome: all but the number of workers."""
        return hash_json(self.model_dump(mode="json", exclude={"workers"}))


def load_foundry_settings(path: Path) -> FoundrySettings:
    """Read a configuration file.

    Raises
    ------
    ConfigError
        Naming each wrong key, the value received and what is allowed.
    """
    return load_settings(FoundrySettings, path)
