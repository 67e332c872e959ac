"""What a search is told to keep away from: a file, this home's candidates, what has died."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from organism.home import Home
from organism.registry.store import Registry

Organism = Callable[..., Any]

CONFIG = """
name = "away"
workers = 1
[history]
world = "planted"
years = 1.0
[search]
population = 24
offspring = 24
minimum_trades = 10
"""


@pytest.fixture
def texts(home: Home) -> dict[str, str]:
    """Return every rule of that home by the name that its test gave it."""
    with Registry.open(home.registry_path) as registry:
        return {strategy.algorithm_type: strategy.genome_json for strategy in registry.find()}


@pytest.fixture
def avoided(organism: Organism, home: Home, tmp_path: Path) -> Callable[..., list[str]]:
    """Start a search with options, stop it after its first generation, and return what its manifest says it avoids."""
    config = tmp_path / "away.toml"
    config.write_text(CONFIG)

    def start(*options: object) -> list[str]:
        done = organism("evolve", "start", config, "--hours", 0, "--json", *options)
        assert done.code == 3, done
        manifest = json.loads((home.runs / done.json["run"] / "manifest.json").read_text())
        found: list[str] = manifest["settings"]["search"]["avoided"]
        return found

    return start


def test_candidates_and_what_has_died_are_avoided_as_they_are_when_the_run_starts(
    organism: Organism, home: Home, texts: dict[str, str], avoided: Callable[..., list[str]]
) -> None:
    """Two graduated, of which one is retired; two failed in sample; the others wait in testing."""
    assert set(avoided("--avoid-living")) == {texts["cause"], texts["short"]}
    with Registry.open(home.registry_path) as registry:
        [retired] = [strategy.id for strategy in registry.find() if strategy.algorithm_type == "short"]
    assert organism("registry", "retire", retired, "--reason", "the test is over").code == 0
    assert set(avoided("--avoid-dead")) == {texts["short"], texts["never"], texts["opposite"]}


def test_a_file_comes_before_what_the_home_knows_and_nothing_is_avoided_twice(
    texts: dict[str, str], avoided: Callable[..., list[str]], tmp_path: Path
) -> None:
    rules = tmp_path / "rules.jsonl"
    rules.write_text(f"# mine\n{texts['long']}\n{texts['short']}\n")
    assert avoided("--avoid", rules, "--avoid-living") == [texts["long"], texts["short"], texts["cause"]]
