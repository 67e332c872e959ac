"""Every verb explains itself, and bad usage is answered in one line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from organism.cli.main import app

ROOT = Path(__file__).parents[3]
GROUPS = {
    "data": {"import", "synth", "list", "check", "show", "fetch", "record", "splice", "facts"},
    "evolve": {"start", "resume", "list", "show", "control", "baseline", "compare"},
    "registry": {"list", "show", "lineage", "retire", "backup", "restore", "export"},
    "worlds": {"prove"},
    "venue": {"serve"},
    "config": {"show", "schema"},
    "report": {"write", "compare"},
}
VERBS = {"dashboard", "validate", "replay", "demo", "doctor", "calibrate", "sweep"}
ONLY_JSON = {"config schema"}
SUMMARY = 63
"""Characters of a summary that the list of verbs has room for on a terminal of 80."""
HOMELESS = {"config show", "config schema"}
"""What they are about lies in no home."""


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every verb and sub-verb with its command."""
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        yield name, command
        for inner, sub in getattr(command, "commands", {}).items():
            yield f"{name} {inner}", sub


COMMANDS = dict(commands())
LEAVES = {name: command for name, command in COMMANDS.items() if not hasattr(command, "commands")}


def test_the_verbs_are_those_that_are_promised() -> None:
    assert set(LEAVES) == VERBS | {f"{group} {verb}" for group, verbs in GROUPS.items() for verb in verbs}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_verb_has_help_that_fits_the_list(name: str, organism: Callable[..., Any]) -> None:
    summary = (COMMANDS[name].help or "").split("\n")[0]
    assert summary.endswith(".")
    assert not COMMANDS[name].get_short_help_str(SUMMARY).endswith("..."), "cut off in the list of verbs"
    done = organism(*name.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: organism {name}")
    assert " ".join(summary.split()) in " ".join(done.out.split())


@pytest.mark.parametrize("name", sorted(LEAVES.keys() - ONLY_JSON))
def test_every_verb_speaks_json(name: str) -> None:
    options = {option for parameter in LEAVES[name].params for option in parameter.opts}
    assert "--json" in options


@pytest.mark.parametrize("name", sorted(LEAVES.keys() - HOMELESS))
def test_every_verb_takes_a_home(name: str) -> None:
    by_name = {parameter.name: parameter for parameter in LEAVES[name].params}
    assert by_name["home"].envvar == "ORGANISM_HOME"
    assert by_name["home"].default == Path("var")


@pytest.mark.parametrize("name", LEAVES)
def test_every_option_and_argument_is_explained(name: str) -> None:
    unexplained = [p.name for p in LEAVES[name].params if p.name != "help" and not getattr(p, "help", None)]
    assert unexplained == []


def test_nothing_at_all_shows_the_help(organism: Callable[..., Any]) -> None:
    done = organism()
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Usage: organism")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["evolve", "lisst"], r"No such command 'lisst'\. Did you mean 'list'\?"),
        (["evolve", "start"], "Missing argument 'config'"),
        (["registry", "list", "--stat", "x"], "No such option: --stat"),
        (["data", "synth", "planted", "--years", "0.2"], "Invalid value for '--years': Input should be greater"),
        (["data", "synth", "planted", "--years", "nan"], "Invalid value for '--years'"),
        (["data", "synth", "planted", "--seed", "x"], "Invalid value for '--seed': Input should be a valid integer"),
        (["demo", "--workers", "0"], "Invalid value for '--workers'"),
        (["data", "synth", "plantet"], "world 'plantet' is unknown: choose one of planted, planted-session, empty"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(arguments: list[str], message: str, organism: Callable[..., Any]) -> None:
    assert organism(*arguments).refuses(message)


def test_the_program_starts_as_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "organism.cli.main", "registry", "list", "--home", "/nowhere/at/all"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: home '/nowhere/at/all' does not exist: set ORGANISM_HOME")


def test_what_is_said_carries_nothing_a_terminal_would_act_on(organism: Callable[..., Any]) -> None:
    said = organism("evolve", "start", "no\x1b[31mred\x07.toml").refuses("does not exist")
    assert "\x1b" not in said
    assert "\x07" not in said
