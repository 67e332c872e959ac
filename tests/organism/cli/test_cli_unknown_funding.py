"""Bars without funding: a search that may speak of it is refused, and every remedy that is named is one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.worlds import make_world
from evolution.genome.codec import from_json
from evolution.opcodes.catalogue import CATALOGUE
from evolution.run.layout import RunFolder
from evolution.run.rules import read_rules

Organism = Callable[..., Any]

ROOT = Path(__file__).parents[3]
NO_FUNDING = "configs/grammars/no-funding.toml"
FUNDING = {name for name, opcode in CATALOGUE.items() if opcode.needs_funding}
CONFIG = """
name = "unfunded"
workers = 1
[history]
venue = "test"
coins = ["BTC"]
[search]
population = 24
offspring = 24
minimum_trades = 10
niche_bits = -1
"""


@pytest.fixture
def config(organism: Organism, write_history: Callable[..., Path], tmp_path: Path) -> Path:
    """Import a year of bars and nothing else, and return the file that searches them."""
    [btc] = [market for market in make_world("planted", 4, years=1.0).markets if market.coin == "BTC"]
    bars = write_history(tmp_path / "files", [btc]) / "BTC_1h.parquet"
    assert organism("data", "import", bars, "--coin", "BTC", "--venue", "test").code == 0
    path = tmp_path / "unfunded.toml"
    path.write_text(CONFIG)
    return path


def opcodes_of(home: Path, done: Any) -> set[str]:
    """Return what the rules of a run are made of that was stopped after its first generation."""
    assert done.code == 3, done
    rules = list(read_rules(RunFolder(home / "runs" / done.json["run"]).rules))
    assert len(rules) > 5
    return set().union(*(from_json(rule.text).opcodes() for rule in rules))


def test_rules_about_funding_are_left_out_as_the_refusal_says(
    organism: Organism, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    said = organism("evolve", "start", config).refuses(
        "funding of BTC is known on 0% of its in-sample bars, and rules may be about it; allowed is 50% or more: "
        r"leave those rules out \(in \[search\]: excluded_opcodes = .*, "
        rf"or --grammar {NO_FUNDING}\), or import funding$"
    )
    assert not list(home.glob("runs/*/manifest.json"))

    monkeypatch.chdir(ROOT)
    chosen = organism("evolve", "start", config, "--grammar", NO_FUNDING, "--hours", 0, "--json")
    assert opcodes_of(home, chosen).isdisjoint(FUNDING)

    told = re.search(r"excluded_opcodes = \[.*?\]", said)
    assert told is not None
    config.write_text(CONFIG + told[0])
    assert opcodes_of(home, organism("evolve", "start", config, "--hours", 0, "--json")).isdisjoint(FUNDING)


def test_rules_are_made_of_what_the_grammar_file_names(organism: Organism, config: Path, tmp_path: Path) -> None:
    allowed = {"above", "below", "close", "rsi"}
    grammar = tmp_path / "grammar.toml"
    grammar.write_text(f"only = {sorted(allowed | {'adx'})}\nexcluded = ['adx']\n")
    done = organism("evolve", "start", config, "--grammar", grammar, "--hours", 0, "--json")
    # A side that is not traded is `never`, whatever the grammar.
    assert opcodes_of(tmp_path / "home", done) <= allowed | {"never"}
