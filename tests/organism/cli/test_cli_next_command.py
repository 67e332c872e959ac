"""Whoever is refused, or finds nothing, is told the command that helps, and that command is there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from data.lock import exclusive
from evolution.run.layout import RunFolder, list_runs
from organism.cli.main import app
from organism.home import Home

Organism = Callable[..., Any]

STRANGER = [
    (["validate"], "evolve start"),
    (["validate", "x"], "evolve start"),
    (["validate", "--permutations", "9"], "evolve start"),
    (["report", "x"], "evolve start"),
    (["replay", "x"], "evolve start"),
    (["sweep", "x"], "evolve start"),
    (["evolve", "list"], "evolve start"),
    (["evolve", "show", "x"], "evolve start"),
    (["evolve", "resume", "x"], "evolve start"),
    (["evolve", "baseline", "x"], "evolve start"),
    (["evolve", "control", "x", "stop"], "evolve start"),
    (["registry", "list"], "evolve start"),
    (["registry", "show", "x"], "evolve start"),
    (["registry", "restore", "nothing"], "registry backup"),
    (["data", "list"], "data fetch"),
    (["data", "check", "BTC", "1h"], "data import"),
    (["data", "show", "BTC", "1h"], "data fetch"),
    (["data", "fetch", "--coins", "BTC", "--venue", "nowhere"], "data import"),
]


def commands_in(text: str) -> set[str]:
    """Return the verbs that a text tells to run."""
    return {" ".join(found.split()) for found in re.findall(r"organism ((?:[a-z]+)(?: [a-z]+)?)", text)}


@pytest.mark.parametrize(("verb", "command"), STRANGER, ids=lambda value: value if isinstance(value, str) else None)
def test_a_stranger_in_an_empty_home_is_told_a_command(
    verb: list[str], command: str, organism: Organism, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    done = organism(*verb)
    assert command in commands_in(done.out + done.err), done
    groups = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for told in commands_in(done.out + done.err):
        group, _, word = told.partition(" ")
        assert group in groups
        assert not hasattr(groups[group], "commands") or word in groups[group].commands


@pytest.fixture
def unfinished(finished_home: Home, tmp_path: Path) -> str:
    """Return the name of a run in the test's home that was stopped before its end."""
    home = Home.open(shutil.copytree(finished_home.root, tmp_path / "home"))
    [run] = list_runs(home.runs)
    run.outcome.unlink()
    home.registry_path.unlink()
    return run.name


def test_an_unfinished_run_is_named_with_the_command_that_goes_on(organism: Organism, unfinished: str) -> None:
    told = f"organism evolve resume {unfinished}"
    for verb in (["validate"], ["validate", unfinished]):
        done = organism(*verb)
        assert done.code in (1, 2)
        assert told in done.err, verb


def test_a_run_that_is_worked_on_is_not_to_be_resumed(organism: Organism, unfinished: str, tmp_path: Path) -> None:
    with exclusive(RunFolder(tmp_path / "home" / "runs" / unfinished).lock, "a run"):
        [row] = organism("evolve", "list", "--json").json
        told = organism("validate").err
    assert row["state"] == "running"
    assert f"nothing to judge yet, this run is still searching: organism dashboard {unfinished}" in told
    assert "resume" not in told


def test_a_killed_run_whose_number_another_process_has_is_to_be_resumed(
    organism: Organism, unfinished: str, tmp_path: Path
) -> None:
    lock = RunFolder(tmp_path / "home" / "runs" / unfinished).lock
    lock.write_text('{"pid": 1}')
    [row] = organism("evolve", "list", "--json").json
    assert row["state"] == "unfinished"
    assert f"organism evolve resume {unfinished}" in organism("validate").err
    organism("evolve", "control", unfinished, "stop").refuses(
        f"no process works on run {unfinished}.*; go on with: organism evolve resume {unfinished}"
    )


def test_a_run_that_is_nearly_right_is_guessed(organism: Organism, unfinished: str) -> None:
    assert organism("evolve", "show", unfinished[:-3]).refuses(f"did you mean {unfinished}")
    assert organism("evolve", "show", "zzz").refuses(f"known runs: {unfinished}; organism evolve list shows all")


def test_who_has_judged_all_is_not_told_to_begin(organism: Organism, finished_home: Home, tmp_path: Path) -> None:
    home = Home.open(shutil.copytree(finished_home.root, tmp_path / "home"))
    home.registry_path.unlink()
    assert "nothing is left to judge under these rules" in organism("validate").err


def test_wrong_usage_names_the_help_of_its_verb(organism: Organism) -> None:
    assert organism("evolve", "start").refuses(r"see organism evolve start --help")
    assert organism("evolve", "strat").refuses(r"see organism evolve --help")
    assert organism("--nothing").refuses(r"see organism --help")
