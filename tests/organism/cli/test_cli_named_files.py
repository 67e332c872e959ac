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
