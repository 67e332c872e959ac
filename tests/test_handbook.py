"""The handbook is true: what it says to run is run, and what it says is printed is printed."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from organism.cli.main import app
from organism.configuration.kinds import read_configuration

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = ("README.md", "tutorial.md", "verdicts.md", "time-and-fills.md", "costs.md", "glossary.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
INSTALLING = ("make setup", ". .venv/bin/activate")
"""Done before any test can run; continuous integration does it from a fresh clone."""


@dataclass(frozen=True)
class Block:
    """A fenced block: what kind it is, and what is in it."""

    kind: str
    text: str


def blocks(page: str) -> list[Block]:
    return [Block(kind, text) for kind, text in BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))]


def commands(page: str) -> list[str]:
    lines = [line for block in blocks(page) if block.kind == "sh" for line in block.text.splitlines()]
    return [line for line in lines if line not in INSTALLING]


def check_shown(expected: str, printed: str) -> None:
    """Find the lines of a block in what was printed, in order; `...` stands for anything."""
    left = [" ".join(line.split()) for line in printed.splitlines()]
    for line in expected.splitlines():
        pattern = ".*".join(re.escape(part) for part in " ".join(line.split()).split("..."))
        place = next((place for place, found in enumerate(left) if re.fullmatch(pattern, found)), None)
        assert place is not None, f"{line!r} is not in\n{printed}"
        # A line that is nothing but dots skips what it has to.
        left = left if line.strip() == "..." else left[place + 1 :]


class Shell:
    """A folder of its own with a home, in which `organism` and the configurations are found."""

    def __init__(self, folder: Path) -> None:
        (folder / "configs").symlink_to(ROOT / "configs")
        self._folder = folder
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ORGANISM")},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "COLUMNS": "160",
        }

    def run(self, command: str) -> str:
        """Return what a command prints; it answers yes, or no where it says that nothing graduates."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == ("nothing graduates" in done.stdout), f"{command}: {done.stderr[-2000:]}"
        return done.stdout

    def follow(self, page: str) -> int:
        """Do what a page says, in order, compare what it shows, and return how many commands that were."""
        printed, n_commands = "", 0
        for block in blocks(page):
            if block.kind == "sh":
                lines = [line for line in block.text.splitlines() if line not in INSTALLING]
                printed, n_commands = "".join(map(self.run, lines)), n_commands + len(lines)
            elif block.kind == "toml":
                (self._folder / block.text.split()[1]).write_text(block.text, encoding="utf-8")
            elif block.kind == "text":
                check_shown(block.text, printed)
        return n_commands


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_tutorial_goes_as_it_says(tmp_path: Path) -> None:
    assert Shell(tmp_path).follow("tutorial.md") == len(commands("tutorial.md")) > 8


@pytest.mark.parametrize("page", [page for page in PAGES if page != "tutorial.md"])
def test_the_commands_of_a_chapter_print_what_it_shows(page: str, tmp_path: Path) -> None:
    if page in ("time-and-fills.md", "costs.md"):
        assert not commands(page)
        return
    assert Shell(tmp_path).follow(page) == len(commands(page))


@pytest.mark.parametrize("page", ["time-and-fills.md", "costs.md"])
def test_the_programs_of_a_chapter_print_what_it_shows(page: str) -> None:
    names: dict[str, Any] = {}
    found = blocks(page)
    for program, shown in zip(found[::2], found[1::2], strict=True):
        assert (program.kind, shown.kind) == ("python", "text")
        said = io.StringIO()
        with redirect_stdout(said):
            exec(compile(program.text, page, "exec"), names)
        assert said.getvalue() == shown.text


def test_what_must_not_be_shown_is_missed() -> None:
    check_shown("a 1\n...\nc ... e\n", "a    1\nb\nc d e\n")
    for expected in ("b\na\n", "a 2\n", "c d f\n"):
        with pytest.raises(AssertionError, match="is not in"):
            check_shown(expected, "a 1\nb\nc d e\n")


def parsed(words: list[str]) -> None:
    """Parse a call of the program without making it; raise what its user would be told."""
    command, path = typer.main.get_command(app), ["organism"]
    while hasattr(command, "commands"):
        if hasattr(command, "default") and words[0] not in command.commands:
            break
        path.append(words.pop(0))
        assert path[-1] in command.commands, " ".join(path)
        command = command.commands[path[-1]]
    command.make_context(" ".join(path), words)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_one_that_the_program_takes(page: str) -> None:
    for line in commands(page):
        program, *words = shlex.split(line)
        assert program == "organism"
        parsed(words)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_inside_the_text_is_there(page: str) -> None:
    root: Any = typer.main.get_command(app)
    text = (DOCS / page).read_text(encoding="utf-8")
    for verb, word in re.findall(r"`organism ([a-z]+)(?: ([a-z]+))?", text):
        assert verb in root.commands
        inner = getattr(root.commands[verb], "commands", None)
        assert inner is None or word in inner or hasattr(root.commands[verb], "default"), f"organism {verb} {word}"


def test_the_configurations_of_the_handbook_can_be_read(tmp_path: Path) -> None:
    texts = [block.text for page in PAGES for block in blocks(page) if block.kind == "toml"]
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.toml"
        path.write_text(text, encoding="utf-8")
        assert read_configuration(path).settings is not None
    assert texts


def anchors(page: Path) -> set[str]:
    """Return the names by which the headings of a page are linked to."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", ["../README.md", *sorted(path.name for path in DOCS.glob("*.md"))])
def test_every_link_leads_somewhere(page: str) -> None:
    source = (DOCS / page).resolve()
    for target, anchor in LINK.findall(source.read_text(encoding="utf-8")):
        path = (source.parent / target).resolve() if target else source
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), f"{target}#{anchor}"


def test_the_index_names_every_page() -> None:
    named = {target for target, _ in LINK.findall((DOCS / "README.md").read_text(encoding="utf-8"))}
    assert {path.name for path in DOCS.glob("*.md")} - {"README.md"} <= named


def test_every_stage_is_explained() -> None:
    from organism.gauntlet.policy import GauntletPolicy
    from organism.gauntlet.stages.programme import (
        JOINED_STAGE,
        agreement_stages,
        held_out_stages,
        in_sample_stages,
        robustness_stages,
    )

    policy = GauntletPolicy()
    stages = [*in_sample_stages(policy), *robustness_stages(policy), *agreement_stages()]
    stages += held_out_stages(policy, "WF")
    text = (DOCS / "verdicts.md").read_text(encoding="utf-8")
    rows = [
        cell.strip() for line in text.splitlines() if line.startswith("|") for cell in line.split("|")[1].split(",")
    ]
    assert {stage.name for stage in stages} <= set(rows)
    assert f"| {JOINED_STAGE} |" in text


def test_the_glossary_is_in_order_and_knows_states_and_verdicts() -> None:
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    words = [word.lower() for word in re.findall(r"^\* \*\*([^*,]+)", text, re.MULTILINE)]
    assert words == sorted(words)
    assert {"verdict", "sharpe ratio", "trial", "vault", "candidate", "rejected", "quarantine"} <= set(words)
