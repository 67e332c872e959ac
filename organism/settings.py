"""A run's configuration file: history and search. The rules of the gauntlet are not a run's to choose."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from data.canonical import hash_json
from data.code_version import ROOT
from data.settings import Settings, load_settings, load_toml, parse_settings
from data.worlds import WorldName
from evolution.backends import Limits
from evolution.run.grammar_settings import GrammarSettings
from evolution.run.settings import SearchSettings
from organism.surrogates import SurrogateName

CoinName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")]


class HistorySettings(Settings):
    """The `[history]` table: where the bars come from.

    `world` names a synthetic market; else `folder` holds files called COIN_INTERVAL.parquet (or csv,
    feather) and COIN_funding.parquet, and without a folder the bars are those imported before.
    """

    world: WorldName | None = None
    """A synthetic market; None for real history."""
    world_seed: int = Field(1, ge=0, lt=2**63)
    """Another seed, another market of the same kind."""
    years: float = Field(5.0, ge=0.5, le=20.0)
    """Length of a synthetic market."""
    plant_strength: float | None = Field(None, ge=0.0, le=1.0)
    """Of the cause in a synthetic market that has one; None for the market's own."""
    venue: str = Field("synthetic", pattern=r"^[A-Za-z0-9-]{1,20}$")
    """Where real bars come from, as `organism data list` names it; to be given wherever there is no world."""
    folder: Path | None = None
    """Files to import before use, COIN_INTERVAL.parquet and COIN_funding.parquet; relative to the project's root. None
    takes what was imported or fetched."""
    interval: str = "1h"
    """Length of a bar."""
    coins: tuple[CoinName, ...] = Field((), max_length=1_000)
    """Coins of the universe, as the venue spells them."""
    listed_on: date | None = None
    """Take, instead of named coins, all of the venue in the lake that were traded on this day, whatever became of them.
    """
    start: date | None = None
    """First day, UTC; None for the beginning."""
    end: date | None = None
    """Day after the last, UTC: this day is not in it, other than in `organism data fetch --end`. None for the end."""
    in_sample_only: bool = False
    """Take only the part that search would see, and cut all slices inside of it.

    For work on the foundry itself, in a home of its own: rules and settings can be tried on real bars, and the vault
    stays closed.
    """
    surrogate: SurrogateName | None = None
    """Make this history a null in which nothing is to be found; None leaves it as it is.

    Its bars stand for the same calendar time: judge it in a home of its own, where it uses up no opening of the real.
    """
    surrogate_seed: int = Field(1, ge=0, lt=2**63)
    """Another seed, another order of the bars, or other signs."""

    @model_validator(mode="after")
    def _check_source(self) -> HistorySettings:
        if self.world is None and not self.coins and self.listed_on is None:
            raise ValueError(
                "history needs either world = 'planted' (or another one), or coins = [...] or listed_on = 2024-10-01 "
                "with a venue"
            )
        if self.world is not None and (self.coins or self.folder or self.listed_on):
            raise ValueError("a world brings its own coins; remove coins, listed_on and folder, or remove world")
        if self.world is None and "venue" not in self.model_fields_set:
            # Files do not say it, and what is filed under a wrong name is another market for good.
            raise ValueError(
                "history of real bars needs a venue, none is given: name the one that they come from, such as "
                "venue = 'binance'"
            )
        if self.listed_on is not None and (self.coins or self.folder):
            raise ValueError("listed_on chooses among the coins in the lake; remove coins and folder, or remove it")
        return self


class FoundrySettings(Settings):
    """A whole configuration file."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    """Name of the run; part of its folder's name."""
    seed: int = Field(1, ge=0, lt=2**63)
    """The one seed that everything random descends from."""
    workers: int = Field(2, ge=1, le=64)
    """Processes that evaluate; without influence on the result."""
    genome_seconds: float = Field(60.0, gt=0.0)
    """Time after which a genome that is not done is given up; a healthy one needs a thousandth."""
    worker_megabytes: int = Field(4096, ge=64)
    """Memory (MiB) that a worker may take beyond what it begins with; its store of features may fill 1024 of them."""
    history: HistorySettings
    search: SearchSettings = SearchSettings()

    def identity(self) -> str:
        """Return the hash of everything that changes a run's outcome: all but how many work and what stops a fault."""
        return hash_json(self.model_dump(mode="json", exclude={"workers", "genome_seconds", "worker_megabytes"}))

    def limits(self) -> Limits:
        """Return what one genome may cost a worker."""
        return Limits(genome_seconds=self.genome_seconds, memory_bytes=self.worker_megabytes << 20)


def load_foundry_settings(path: Path, grammar: Path | None = None) -> FoundrySettings:
    """Read a configuration file.

    Parameters
    ----------
    grammar
        A file whose grammar replaces that of the configuration; None leaves it. The configuration itself may name one
        as `grammar` in its `[search]` table, relative to the project's root. What such a file says becomes part of the
        settings, and of the run's identity; where it was does not.

    Raises
    ------
    ConfigError
        Naming each wrong key, the value received and what is allowed.
    """
    values = load_toml(path)
    search = values.get("search", {})
    if isinstance(search, dict):
        named = search.get("grammar")
        if grammar is None and isinstance(named, str):
            grammar = ROOT / named
        if grammar is not None:
            read = load_settings(GrammarSettings, grammar).model_dump(mode="json", exclude_unset=True)
            values |= {"search": {**search, "grammar": read}}
    return parse_settings(FoundrySettings, values, source=str(path))
