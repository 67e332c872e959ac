"""What random search has found by so many rules: by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evolution.run.generation import append_line
from evolution.run.layout import RunFolder
from organism.views.progress import Progress
from organism.views.random_search import RandomSearch, beside, drawn_afresh, random_search_of


def line(generation: int, n_made: int, best_fresh: float | None) -> dict[str, Any]:
    operators = {"initial": [n_made, 1], "hoist": [5, 5]}
    return {"generation": generation, "operators": operators, "best_fresh": best_fresh, "statistics": {}}


def progress(*lines: dict[str, Any]) -> Progress:
    found = Progress()
    for one in lines:
        found.add(one)
    return found


def test_the_best_of_the_first_so_many() -> None:
    found = drawn_afresh(progress(line(0, 10, None), line(1, 4, 1.5), line(2, 6, 0.5), line(3, 10, 2.0)))
    assert found == RandomSearch(30, 2.0, steps=((14, 1.5), (30, 2.0)))
    # Between two generations the former is what is known; beyond the last, nothing is.
    answers = [found.best_of(n) for n in (9, 10, 13, 14, 29, 30, 31)]
    assert answers == [None, None, None, 1.5, 1.5, 2.0, None]


def test_of_a_run_without_generations_nothing_was_drawn() -> None:
    assert drawn_afresh(Progress()) == RandomSearch(0, None)
    assert drawn_afresh(Progress()).best_of(0) is None


def test_what_was_drawn_beside_a_run_counts_once_it_is_more(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run-1")
    inside = progress(line(0, 10, 3.0))
    assert random_search_of(run, inside) == RandomSearch(10, 3.0, False, ((10, 3.0),))
    beside(run).path.mkdir(parents=True)
    append_line(beside(run).generations, line(0, 10, 1.0))
    assert random_search_of(run, inside).best == 3.0
    append_line(beside(run).generations, line(1, 10, 1.25))
    assert random_search_of(run, inside) == RandomSearch(20, 1.25, True, ((10, 1.0), (20, 1.25)))
