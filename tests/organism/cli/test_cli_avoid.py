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


def many(texts: dict[str, str], count: int) -> str:
    """Return rules that differ in their stop and their target alone, a line each."""
    rule = json.loads(texts["cause"])
    genes = ({"stop": 1 + place // 40, "target": 1 + place % 40} for place in range(count))
    return "".join(json.dumps(rule | {"risk": rule["risk"] | moved}) + "\n" for moved in genes)


def test_the_list_of_the_configuration_stays_and_the_newest_dead_take_the_room_that_is_left(
    organism: Organism, home: Home, texts: dict[str, str], tmp_path: Path
) -> None:
    """Two were rejected in sample, `never` and `opposite`; beside 999 rules there is room for one."""
    rules, config = tmp_path / "rules.jsonl", tmp_path / "away.toml"
    rules.write_text(many(texts, 998))
    config.write_text(f"{CONFIG}avoided = ['{texts['long']}']\n")
    done = organism("evolve", "start", config, "--hours", 0, "--avoid", rules, "--avoid-dead", "--json")
    assert done.code == 3, done
    assert "a search keeps away from 1,000 rules at most; older ones left out: 1" in done.err
    manifest = json.loads((home.runs / done.json["run"] / "manifest.json").read_text())
    avoided = manifest["settings"]["search"]["avoided"]
    assert (len(avoided), avoided[0]) == (1_000, texts["long"])
    assert avoided[-1] in {texts["never"], texts["opposite"]}


def test_what_no_run_can_be_made_of_leaves_none_behind(
    organism: Organism, home: Home, texts: dict[str, str], tmp_path: Path
) -> None:
    rules, config, before = tmp_path / "rules.jsonl", tmp_path / "away.toml", set(home.runs.iterdir())
    rules.write_text(many(texts, 1_001))
    config.write_text(CONFIG)
    started = organism("evolve", "start", config, "--avoid", rules)
    assert started.refuses("search.avoided: Tuple should have at most 1000 items")
    for verb in (("evolve", "start", config), ("demo",)):
        assert organism(*verb, "--seed", 2**63).refuses("--seed.*less than or equal to 9223372036854775807")
    assert {path for path in home.runs.iterdir() if path.is_dir()} <= before
