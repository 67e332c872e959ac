"""`organism registry retire`: what has graduated is retired, what waits is given up, and both for good."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from organism.home import Home
from organism.registry.store import Registry

Organism = Callable[..., Any]


@pytest.mark.parametrize(
    ("state", "becomes", "word"), [("candidate", "dead", "retired"), ("testing", "rejected", "given up")]
)
def test_whoever_is_retired_stays_so(
    organism: Organism, judged: Home, tmp_path: Path, state: str, becomes: str, word: str
) -> None:
    home = Home.open(shutil.copytree(judged.root, tmp_path / "home"))
    with Registry.read(home.registry_path) as registry:
        name = next(one.id for one in registry.find() if one.state == state)
    assert organism("registry", "retire", name, "--reason", "the test is over").out == f"{name} is {word}\n"
    assert organism("registry", "show", name, "--json").json["state"] == becomes
    organism("registry", "retire", name, "--reason", "again").refuses("is final")
