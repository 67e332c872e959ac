"""What `make` does before a verb is called."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def recipes(target: str, home: Path) -> str:
    """Return the commands that a target would run in a home; what decides between them is run."""
    command = ["make", "--dry-run", target, f"ORGANISM_HOME={home}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_an_empty_home_is_searched_before_it_is_judged(tmp_path: Path) -> None:
    found = recipes("validate", tmp_path / "home")
    assert 0 < found.index("organism.cli.main evolve start") < found.index("organism.cli.main validate")


@pytest.mark.parametrize("name", ["registry.sqlite", "runs/demo-1-0a1b2c3d/manifest.json"])
def test_a_home_that_was_searched_in_is_judged_even_if_the_search_was_interrupted(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).touch()
    found = recipes("validate", tmp_path)
    assert "organism.cli.main validate" in found
    assert "organism.cli.main evolve start" not in found
