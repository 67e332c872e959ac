"""`organism evolve baseline`: random search beside a run, as a stranger would ask for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evolution.run.layout import list_runs
from organism.home import Home
from organism.views.random_search import beside

Organism = Callable[..., Any]


def test_what_was_drawn_stands_beside_the_run_and_what_is_damaged_is_drawn_again(
    organism: Organism, finished_home: Home, tmp_path: Path
) -> None:
    home = Home.open(shutil.copytree(finished_home.root, tmp_path / "home"))
    [run] = list_runs(home.runs)
    tried = organism("evolve", "show", run.name, "--json").json["n_trials"]
    drawn = organism("evolve", "baseline", run.name, "--workers", "1", "--json").json
    assert (drawn["run"], drawn["is_finished"], drawn["is_beside"], drawn["n_trials"]) == (run.name, True, True, tried)
    assert drawn["n_drawn"] >= tried
    shown = organism("evolve", "show", run.name).out
    sentence = f"the {drawn['n_drawn']} rules drawn afresh beside this run, which scored {tried}: the highest Sharpe"
    assert f"random search, {sentence} {drawn['best']:.2f}; that of the search" in shown

    segment = next(beside(run).trials.iterdir())
    segment.write_bytes(segment.read_bytes()[:-40])
    doctor = organism("doctor")
    assert doctor.code == 1
    assert f"random search beside run {run.name}" in doctor.out
    assert f"`organism evolve baseline {run.name}` draws the same again" in doctor.out
    shutil.rmtree(beside(run).path)
    again = organism("evolve", "baseline", run.name, "--workers", "1", "--json").json
    assert (again, organism("doctor").code) == (drawn, 0)


def test_a_run_that_is_not_there_is_refused_with_those_that_are(
    organism: Organism, finished_home: Home, tmp_path: Path
) -> None:
    shutil.copytree(finished_home.root, tmp_path / "home")
    assert organism("evolve", "baseline", "tiny").refuses("run 'tiny' does not exist; did you mean tiny-1-")
