"""Trials of a run whose folder is gone are missed: who is judged without them is told to have it too easy."""

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


def test_validate_says_whose_trials_are_not_counted_and_evidence_keeps_it(
    organism: Organism, folder: RunFolder
) -> None:
    kept = folder.path.rename(folder.path.parents[1] / "kept")
    warned = f"{folder.path.parent} has no trials of runs that the registry has strategies of ({folder.name})"
    told = organism("validate", "--json")
    assert (told.json["n_tried"], told.json["lost_runs"]) == (0, [folder.name])
    assert f"0 rules tried are too few: {warned}" in told.err
    kept.rename(folder.path)
    again = organism("validate", "--json")
    assert again.json["n_tried"] > 0
    assert (again.json["lost_runs"], again.err) == ([], "")
    name = again.json["verdicts"][0]["id"]
    stamp = f"the trials of these runs were gone when it was judged: {folder.name}."
    assert stamp in organism("report", name, "--format", "md").out


def test_who_reads_words_is_told_beside_the_verdicts(organism: Organism, folder: RunFolder) -> None:
    assert "MORE RULES WERE TRIED" not in organism("validate").out
    shutil.rmtree(folder.trials)
    assert f"[MORE RULES WERE TRIED] the trials of these runs are gone: {folder.name}\n" in organism("validate").out


def test_doctor_misses_the_run_until_it_is_back(organism: Organism, folder: RunFolder) -> None:
    kept = folder.path.rename(folder.path.parents[1] / "kept")
    [finding] = damaged(organism)
    assert finding["what"] == f"trials of run {folder.name}"
    assert f"none of its trials is in {folder.path.parent}" in finding["detail"]
    assert finding["remedy"].startswith(f"put {folder.path} back from a backup, or start it again")
    kept.rename(folder.path)
    assert damaged(organism) == []


def test_doctor_misses_trials_that_an_unfinished_run_has_scored(organism: Organism, folder: RunFolder) -> None:
    folder.outcome.unlink()
    assert damaged(organism) == []
    (folder.trials / "segment-000000001.parquet").unlink()
    [finding] = damaged(organism)
    assert finding["what"] == f"run {folder.name}"
    assert "trials, the run scored" in finding["detail"]
