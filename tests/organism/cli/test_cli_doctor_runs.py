"""What `organism doctor` finds in the folder of a run, and that its advice works when it is followed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evolution.run.layout import RunFolder, list_runs
from organism.home import Home

Organism = Callable[..., Any]


@pytest.fixture
def folder(finished_home: Home, tmp_path: Path) -> RunFolder:
    """Return the finished run of a copy that `organism` takes for its home."""
    [folder] = list_runs(Home.open(shutil.copytree(finished_home.root, tmp_path / "home")).runs)
    return folder


def damaged(organism: Organism) -> list[dict[str, str]]:
    return [finding for finding in organism("doctor", "--json").json if finding["state"] == "damaged"]


@pytest.mark.parametrize("damage", [b"\0" * 40, b'{"generation":1}', b""])
@pytest.mark.parametrize("name", ["generations.jsonl", "pace.jsonl"])
def test_a_line_of_progress_that_is_lost_is_missed(
    name: str, damage: bytes, organism: Organism, folder: RunFolder
) -> None:
    path = folder.path / name
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0], damage, *lines[2:]]) + b"\n")
    expected = [] if (name, damage) == ("pace.jsonl", b'{"generation":1}') else [f"progress of run {folder.name}"]
    found = damaged(organism)
    assert [finding["what"] for finding in found] == expected
    for finding in found:
        assert finding["detail"] == f"{path} has no whole line of generation 1"
        assert "put back a copy of the file" in finding["remedy"]


def test_lines_that_a_kill_cut_short_or_repeated_are_no_damage(organism: Organism, folder: RunFolder) -> None:
    lines = folder.generations.read_bytes().splitlines()
    folder.generations.write_bytes(b"\n".join([*lines[:3], lines[3][:40], lines[2], *lines[3:], lines[3][:9]]))
    assert damaged(organism) == []


def test_all_progress_that_is_gone_is_named_in_short(organism: Organism, folder: RunFolder) -> None:
    folder.generations.unlink()
    n_more = folder.pace.read_bytes().count(b"\n") - 5
    more = f", 4 and {n_more} more" if n_more > 0 else ""
    [finding] = damaged(organism)
    assert finding["detail"].endswith(f"has no whole line of generation 0, 1, 2, 3{more}")


@pytest.mark.parametrize("is_judged", [False, True])
def test_an_outcome_cut_short_comes_back_as_doctor_says(is_judged: bool, organism: Organism, folder: RunFolder) -> None:
    if is_judged:
        assert organism("validate").code in {0, 1}
    whole = folder.outcome.read_bytes()
    folder.outcome.write_bytes(whole[: len(whole) // 2])
    [finding] = damaged(organism)
    assert finding["what"] == f"outcome of run {folder.name}"
    again = f"remove it, and `organism evolve resume {folder.name}`, by the version of the program"
    assert finding["remedy"].startswith(again)
    for verb in ("resume", "show"):
        organism("evolve", verb, folder.name).refuses(f"outcome.json.*{again}")
    folder.outcome.unlink()
    assert organism("evolve", "resume", folder.name).code == 0
    assert folder.outcome.read_bytes() == whole
    assert damaged(organism) == []


def test_an_outcome_of_another_population_is_damaged(organism: Organism, folder: RunFolder) -> None:
    """Whole as JSON, and not what was written."""
    text = folder.outcome.read_text()
    before = text.partition('"population_hash":"')[2][:4]
    folder.outcome.write_text(text.replace(f'"population_hash":"{before}', '"population_hash":"zzzz'))
    [finding] = damaged(organism)
    assert finding["what"] == f"outcome of run {folder.name}"


def test_a_registry_comes_back_beside_a_damaged_outcome(organism: Organism, folder: RunFolder, tmp_path: Path) -> None:
    assert organism("registry", "backup", tmp_path / "copy.sqlite").code == 0
    folder.outcome.write_text("{")
    assert organism("registry", "restore", tmp_path / "copy.sqlite").code == 0


def test_a_finished_run_without_checkpoints_is_damaged(organism: Organism, folder: RunFolder) -> None:
    shutil.rmtree(folder.checkpoints)
    assert [finding["what"] for finding in damaged(organism)] == [f"run {folder.name}"]
