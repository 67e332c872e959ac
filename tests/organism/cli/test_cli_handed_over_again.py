"""What an older copy of the registry does not know of finished runs is named, and comes back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from data.errors import ConfigError, DataError
from evolution.run.layout import RunFolder, list_runs
from organism.handed_over import Forgotten, hand_over_again
from organism.home import Home
from organism.registry.rows import Strategy
from organism.registry.store import Registry

Organism = Callable[..., Any]


@pytest.fixture
def home(finished_home: Home, tmp_path: Path) -> Home:
    """Return a copy of a home with a finished run of which nothing is judged."""
    return Home.open(shutil.copytree(finished_home.root, tmp_path / "home"))


@pytest.fixture
def run(home: Home) -> str:
    [folder] = list_runs(home.runs)
    return folder.name


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """Return a copy of the registry from before the run."""
    Registry.open(tmp_path / "older.sqlite").close()
    return tmp_path / "older.sqlite"


def on_record(home: Home) -> list[tuple[Strategy, list[str]]]:
    """Return every strategy and its ancestors; when it was handed over is not the same a second time."""
    with Registry.read(home.registry_path) as registry:
        found = [(one, registry.ancestors(one.genotype_hash)) for one in registry.find()]
    return [(one, ancestors) for one, ancestors in sorted(found, key=lambda pair: pair[0].id)]


def in_words(found: list[tuple[Strategy, list[str]]]) -> list[tuple[Any, ...]]:
    return [(s.id, s.state, s.run_id, s.snapshot_id, s.behaviour_hash, s.in_sample, up) for s, up in found]


def test_a_finished_run_that_an_older_copy_does_not_know_is_handed_over_again(
    organism: Organism, home: Home, run: str, older: Path
) -> None:
    before = on_record(home)
    n = len(before)
    assert n > 0
    assert any(ancestors for _, ancestors in before)
    home.registry_path.write_bytes(b"damaged")
    told = f"the registry does not know {n} of the {n} strategies of run {run}"
    assert (
        f"{told}; to hand them over again: organism evolve resume {run}" in organism("registry", "restore", older).out
    )
    done = organism("doctor", "--json")
    [finding] = [one for one in done.json if one["state"] == "damaged"]
    assert (done.code, finding["what"]) == (1, f"strategies of run {run}")
    assert finding["detail"].startswith(told)
    assert f"`organism evolve resume {run}`" in finding["remedy"]
    again = organism("evolve", "resume", run, "--json")
    assert (again.code, again.err.count(told)) == (0, 1)
    assert sorted(again.json["registered"]) == [one.id for one, _ in before]
    assert in_words(on_record(home)) == in_words(before)
    assert [one for one in organism("doctor", "--json").json if one["state"] == "damaged"] == []
    organism("evolve", "resume", run).refuses(f"run {run} is finished; judge it with: organism validate")


def test_a_registry_begun_anew_is_told_what_it_does_not_know(organism: Organism, home: Home, run: str) -> None:
    home.registry_path.unlink()
    done = organism("doctor")
    assert f"damaged: strategies of run {run}: the registry does not know" in done.out
    assert organism("evolve", "resume", run).code == 0
    assert organism("doctor").code == 0


def test_nobody_is_handed_over_again_to_look_at_held_out_bars_a_second_time(
    judged: Home, judged_at: datetime, tmp_path: Path
) -> None:
    home = Home.open(shutil.copytree(judged.root, tmp_path / "home"))
    with Registry.read(home.registry_path) as registry:
        seen = {opening.genotype_hash for opening in registry.openings(0, 2**62)}
        unseen = {one.genotype_hash for one in registry.find()} - seen
    assert seen
    assert unseen
    folder = RunFolder(home.runs / "run-1")
    with pytest.raises(ConfigError, match=r"the vault was opened for .* a second time; put back a newer copy"):
        hand_over_again(Forgotten("run-1", frozenset(seen), 7), folder, home, judged_at, pytest.fail)
    with pytest.raises(DataError, match=r"manifest\.json does not exist"):
        hand_over_again(Forgotten("run-1", frozenset(unseen), 7), folder, home, judged_at, pytest.fail)
