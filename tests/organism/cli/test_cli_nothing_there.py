"""Homes, runs, strategies and states that there are none of: refused in one line with exit 2, and nothing made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Organism = Callable[..., Any]


READING = [
    ["data", "list"],
    ["evolve", "list"],
    ["evolve", "show", "x"],
    ["evolve", "resume", "x"],
    ["validate"],
    ["registry", "list"],
    ["registry", "show", "x"],
    ["registry", "lineage", "x"],
    ["registry", "retire", "x", "--reason", "y"],
    ["registry", "export", "x", "--to", "z"],
    ["replay", "x"],
    ["report", "x"],
    ["doctor"],
]


@pytest.mark.parametrize("verb", READING, ids=" ".join)
def test_a_home_that_does_not_exist_is_refused_and_not_made(
    verb: list[str], organism: Organism, nowhere: Path, tmp_path: Path
) -> None:
    assert str(nowhere) in organism(*verb).refuses("home .* does not exist: set ORGANISM_HOME")
    assert not nowhere.exists()
    (tmp_path / "file").write_text("mine")
    organism(*verb, "--home", tmp_path / "file").refuses("file' is not a folder: set ORGANISM_HOME")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    "verb", [["data", "synth", "empty", "--years", "0.5"], ["evolve", "start", "configs/demo.toml"], ["demo"]]
)
def test_a_home_that_is_a_file_cannot_be_made(verb: list[str], organism: Organism, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    organism(*verb, "--home", tmp_path / "file").refuses("cannot be made .*set ORGANISM_HOME to a folder")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    "verb", [["show", "x"], ["lineage", "x"], ["retire", "x", "--reason", "y"], ["export", "x", "--to", "z"]]
)
def test_an_unknown_strategy_is_refused(verb: list[str], organism: Organism, nowhere: Path) -> None:
    nowhere.mkdir()
    assert organism("registry", *verb).refuses("unknown strategy id 'x'; the registry holds 0 strategies")


@pytest.mark.parametrize(
    "verb", [["replay", "gp_1"], ["report", "gp_1"], ["report", ".."], ["report", "../.."], ["validate", ".."]]
)
def test_a_verdict_of_nobody_is_refused(verb: list[str], organism: Organism, nowhere: Path) -> None:
    nowhere.mkdir()
    assert organism(*verb).refuses("unknown strategy id|does not exist; known runs: none yet")


@pytest.mark.parametrize("name", ["x", "..", "a/b", ".hidden", ""])
@pytest.mark.parametrize("verb", ["show", "resume"])
def test_an_unknown_run_is_refused_with_those_there_are(
    verb: str, name: str, organism: Organism, nowhere: Path
) -> None:
    nowhere.mkdir()
    assert organism("evolve", verb, name).refuses("run .* does not exist; known runs: none yet")


def test_an_unknown_state_is_refused_with_those_there_are(organism: Organism, nowhere: Path) -> None:
    nowhere.mkdir()
    assert organism("registry", "list", "--state", "alive").refuses(
        "state 'alive' is unknown; allowed are born, testing"
    )


def test_a_damaged_registry_is_refused(organism: Organism, nowhere: Path) -> None:
    nowhere.mkdir()
    (nowhere / "registry.sqlite").write_bytes(b"SQLite format 3\0" + b"garbage" * 900)
    assert organism("registry", "list").refuses("registry")
    assert organism("validate").refuses("registry")
