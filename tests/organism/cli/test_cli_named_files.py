"""A file that a person names is written where it is named, and never in the place of what is no file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from organism.home import Home

Organism = Callable[..., Any]


@pytest.fixture
def name(organism: Organism, judged: Home, tmp_path: Path) -> str:
    """Return the id of a strategy of the home."""
    shutil.copytree(judged.root, tmp_path / "home")
    return str(organism("registry", "list", "--json").json[0]["id"])


def test_a_link_is_followed(organism: Organism, name: str, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "rule.json"
    link.symlink_to(tmp_path / "elsewhere" / "rule.json")
    assert organism("registry", "export", name, "--to", link).code == 0
    assert link.is_symlink()
    assert (tmp_path / "elsewhere" / "rule.json").read_bytes().startswith(b"{")


@pytest.mark.parametrize("verb", [("registry", "export"), ("report",), ("sweep",)])
def test_a_pipe_and_a_folder_stay_what_they_are(
    organism: Organism, name: str, tmp_path: Path, verb: tuple[str, ...]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    organism(*verb, name, "--to", pipe).refuses("is no file but a device or a pipe: give the path of a file")
    assert pipe.is_fifo()
    organism(*verb, name, "--to", tmp_path / "home").refuses("is a folder: give the path of a file")


def test_stdout_gets_what_was_asked_for_and_nothing_else(
    organism: Organism, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    organism("registry", "export", name, "--to", "rule.json")
    assert organism("registry", "export", name, "--to", "-").out == Path("rule.json").read_text(encoding="ascii")
    page = organism("sweep", name, "--to", "-").out
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert not Path("-").exists()


@pytest.mark.parametrize(
    ("verb", "options", "words"),
    [
        ("report", ["--format", "md"], "--format md and --json both write to stdout: name a file with --to"),
        ("report", ["--to", "-"], "--to - and --json both write to stdout"),
        ("sweep", ["--to", "-"], "--to - and --json both write to stdout"),
        ("registry export", ["--to", "-"], "--to - and --json both write to stdout"),
        ("report compare", ["b", "--format", "md"], "--json is --format json, and --format md is not"),
    ],
)
def test_stdout_has_room_for_one_document(organism: Organism, verb: str, options: list[str], words: str) -> None:
    organism(*verb.split(), "a", *options, "--json").refuses(words)
