"""How often the whole foundry is wrong: measured on worlds whose truth is known, few of them here or many on file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from data.code_version import ROOT
from data.settings import load_settings
from data.worlds import RECIPES
from organism.calibrate.outcome import Outcome
from organism.calibrate.plan import CampaignSettings, tasks_of
from organism.calibrate.records import read_worlds
from organism.calibrate.tables import ClassTable, Rate, tables_of
from organism.calibrate.world_run import run_world
from organism.gauntlet.policy import GauntletPolicy
from organism.workbench.policy import POLICY

CAMPAIGN = ROOT / "configs/calibration.toml"
WORLDS = ROOT / "docs/honesty/worlds.parquet"


@dataclass(frozen=True, slots=True, eq=False)
class Campaign:
    """Worlds that were searched and judged, class by class."""

    tables: Sequence[ClassTable]

    def __repr__(self) -> str:
        return f"{sum(table.n_done for table in self.tables):,} worlds of {len(self.tables)} classes"

    def shares(self, question: str = "graduated", *, null: bool) -> pd.DataFrame:
        """Return a row a class: `count` of `of` worlds, `share`, and its one-sided 95 % bounds `low` and `high` in %.

        Parameters
        ----------
        question
            A rate of `organism.calibrate.tables.ClassTable`, such as `graduated`, `base`, `deflated` or `oracle`.
        null
            Whether of the classes that hold nothing, or of the others; classes without an answer are left out.
        """
        asked = {table.name: getattr(table, question) for table in self.tables if table.is_null == null}
        rows = {name: _row(found) for name, found in asked.items() if isinstance(found, Rate)}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["count", "of", "share", "low", "high"]).round(1)

    def gates(self) -> pd.DataFrame:
        """Return, of the classes that hold nothing, the share (%) in which the gauntlet and two others passed any."""
        asked = {"gauntlet": "graduated", "bare rule": "base", "deflated Sharpe": "deflated"}
        return pd.DataFrame({words: self.shares(question, null=True)["share"] for words, question in asked.items()})

    def kills(self, name: str) -> pd.Series[int]:
        """Return how many strategies of a class each stage stopped first, most first."""
        found = next(table for table in self.tables if table.name == name)
        return pd.Series(dict(found.kills), dtype="int64", name="strategies")


def world_table() -> pd.DataFrame:
    """Return the kinds of made worlds: what is hidden in each, and whether a rule can earn by it."""
    rows = [
        ("something" if recipe.holds_something else "nothing", recipe.description.format(strength=recipe.strength))
        for recipe in RECIPES.values()
    ]
    return pd.DataFrame(rows, index=list(RECIPES), columns=["holds", "what is in it"])


def calibrate(settings: CampaignSettings) -> Campaign:
    """Make, search and judge every world of a plan, one after the other: a small `organism calibrate`."""
    policy = load_settings(GauntletPolicy, POLICY)
    with TemporaryDirectory(prefix="foundry-") as folder:
        outcomes = [run_world(settings, task, policy, Path(folder) / task.name) for task in tasks_of(settings)]
    return _campaign(settings, outcomes)


def measured() -> Campaign:
    """Return the campaign of the project, which took days: what docs/honesty.md was written from."""
    return _campaign(load_settings(CampaignSettings, CAMPAIGN), read_worlds(WORLDS))


def _campaign(settings: CampaignSettings, outcomes: Sequence[Outcome]) -> Campaign:
    return Campaign(tables_of(settings, outcomes))


def _row(rate: Rate) -> tuple[int, int, float, float, float]:
    return rate.count, rate.of, 100 * rate.share, 100 * rate.low, 100 * rate.high
