"""`organism calibrate` as a stranger types it: a tiny campaign, its page, its documents, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from data.settings import load_settings
from organism.calibrate.campaign import begin
from organism.calibrate.plan import CampaignSettings
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home

Organism = Callable[..., Any]

CONFIG = """
name = "tiny"
seed = 5
[search]
population = 16
offspring = 16
generations = 1
minimum_trades = 10
registered = 3
[[classes]]
name = "nothing"
history = { world = "garch", years = 1.0 }
worlds = 1
[[classes]]
name = "something"
history = { world = "planted", years = 1.0 }
worlds = 1
[[classes]]
name = "elsewhere"
history = { folder = "no/such/folder", venue = "x", coins = ["BTC"], surrogate = "permuted-24" }
worlds = 2
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(CONFIG)
    return path


@pytest.mark.slow
def test_a_campaign_says_the_same_in_words_pictures_json_and_parquet(
    organism: Organism, config: Path, tmp_path: Path
) -> None:
    home, page = tmp_path / "home", tmp_path / "docs" / "honesty.md"
    page.parent.mkdir()
    done = organism("calibrate", config, "--home", home, "--workers", 1, "--page", page)
    assert done.code == 0, done.err
    assert "left out, as their history is not here: elsewhere" in done.err
    folder = home / "calibration" / "tiny"
    assert page.read_text() == (folder / "honesty.md").read_text()
    assert "written from 2 of 4 worlds" in done.out
    for name in ("false-graduations", "power"):
        assert (page.parent / "honesty" / f"{name}.svg").read_text().startswith("<svg")
    rows = pq.read_table(folder / "worlds.parquet").to_pylist()
    assert [row["class_name"] for row in rows] == ["nothing", "something"]
    shown = organism("calibrate", config, "--home", home, "--show", "--json").json
    assert shown == json.loads((folder / "honesty.json").read_text())
    something = next(item for item in shown["classes"] if item["name"] == "something")
    assert (something["n_done"], something["oracle"]["of"]) == (1, 1)
    killed = [count for item in shown["classes"] for _, count in item["kills"]]
    assert sum(killed) == sum(kill["strategies"] for row in rows for kill in row["kills"])


def test_what_was_never_begun_cannot_be_shown(organism: Organism, config: Path, tmp_path: Path) -> None:
    assert organism("calibrate", config, "--home", tmp_path / "home", "--show").refuses(
        "no campaign was begun in .*tiny: organism calibrate begins one"
    )


def test_another_seed_in_the_same_home_is_refused(organism: Organism, config: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    begin(Home.create(home).root / "calibration/tiny", load_settings(CampaignSettings, config), GauntletPolicy())
    config.write_text(CONFIG.replace("seed = 5", "seed = 6"))
    refused = organism("calibrate", config, "--home", home, "--workers", 1)
    assert refused.refuses("holds a campaign with another settings")
    assert not list(home.glob("calibration/tiny/outcomes/*")), "no world of either seed was made"
