"""A run as it is watched: figures by hand, files that are half there, and files that are none of ours."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from data.lock import exclusive
from evolution.run.control import Wish, write_wish
from evolution.run.generation import append_line
from evolution.run.layout import RunFolder, write_json
from organism.views.plain import from_plain, to_plain
from organism.views.random_search import beside
from organism.views.run_view import OperatorRow, RejectionRow, RunView
from organism.views.run_watch import RunReader
from organism.views.tail import LARGEST_BITE

SEARCH = {"generations": 9, "offspring": 10}


def line(generation: int, best: float | None = 1.0, **changes: Any) -> dict[str, Any]:
    statistics = {} if best is None else {"best": best, "median": best / 2, "hypervolume": 0.25, "diversity": 0.5}
    return {
        "generation": generation,
        "n_trials": 10 * (generation + 1),
        "n_scored": 10,
        "n_repeated": 2,
        "population": 8,
        "rejections": {"ruined": 1, "too_few_trades": 3},
        "n_quarantined": 0,
        "statistics": statistics,
        "epoch": 0,
        "operators": {"initial": [4, 1], "hoist": [6, 3]},
        "best_fresh": 0.5 + generation,
        "best": {"genotype_hash": "ab" * 32, "size": 7},
        **changes,
    }


def pace(generation: int, seconds: float = 2.0) -> dict[str, Any]:
    parts = {"evaluate": 0.75 * seconds, "breed": 0.25 * seconds}
    return {"generation": generation, "seconds": parts, "memory_megabytes": 321.5}


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    made = RunFolder(tmp_path / "run-1")
    write_json(made.manifest, {"schema": 2, "run": "run-1", "settings": {"search": SEARCH}})
    return made


def add(folder: RunFolder, *lines: dict[str, Any]) -> None:
    for one in lines:
        append_line(folder.generations, one)
        append_line(folder.pace, pace(one["generation"]))


def test_a_run_that_has_not_begun(folder: RunFolder) -> None:
    view = RunReader(folder).read()
    assert (view.state, view.generation, view.generations, view.best, view.log) == ("unfinished", None, 9, None, ())


def test_figures_of_three_generations(folder: RunFolder) -> None:
    add(folder, line(0), line(1, 1.5), line(2, 1.25, rejections={"ruined": 6}))
    view = RunReader(folder).read()
    assert (view.generation, view.n_trials, view.n_repeated, view.population) == (2, 30, 6, 8)
    assert (view.best, view.median, view.hypervolume, view.diversity) == (1.25, 0.625, 0.25, 0.5)
    assert view.unique_share == pytest.approx(30 / 36)
    assert (view.n_fresh, view.best_fresh) == (12, 2.5)
    assert (view.unique_per_second, view.nominal_per_second) == (5.0, 6.0)
    assert view.rejections == (RejectionRow("ruined", 8), RejectionRow("too_few_trades", 6))
    assert view.operators == (OperatorRow("hoist", 18, 9), OperatorRow("initial", 12, 3))
    assert view.operators[0].share_kept == 0.5
    assert view.parts == (("evaluate", 0.75), ("breed", 0.25))
    assert (view.best_series, view.median_series) == ((1.0, 1.5, 1.25), (0.5, 0.75, 0.625))
    assert [row.note for row in view.log] == ["", "best +0.50", ""]
    assert (view.megabytes, view.best_genotype, view.seconds_left) == (321.5, "ab" * 32, None)


def test_one_look_reads_to_the_end_of_a_long_run(folder: RunFolder) -> None:
    """Lines of 40 kB and more, 300 of them, are more than is read at a time."""
    long = "x" * 40_000
    text = "".join(json.dumps(line(generation, words=long)) + "\n" for generation in range(300))
    assert len(text) > LARGEST_BITE
    folder.generations.write_text(text)
    reader = RunReader(folder)
    view = reader.read()
    assert (view.generation, view.n_trials, view.n_repeated) == (299, 3000, 600)
    add(folder, line(300))
    assert reader.read().generation == 300


def test_the_log_tells_what_was_no_breeding(folder: RunFolder) -> None:
    shorter = {"operators": {"simplify": [10, 0]}}
    add(folder, line(0), line(1), line(2, **shorter), line(3, **shorter, n_quarantined=1), line(4, epoch=1))
    notes = [row.note for row in reversed(RunReader(folder).read().log)]
    assert notes == ["", "", "the best get shorter", "the best get shorter, 1 in quarantine", "a new population"]


def test_of_two_random_searches_the_larger_is_shown(folder: RunFolder) -> None:
    add(folder, line(0), line(1))
    reader = RunReader(folder)
    assert (reader.read().n_fresh, reader.read().best_fresh) == (8, 1.5)
    drawn = beside(folder)
    drawn.path.mkdir()
    add(drawn, line(0, operators={"initial": [10, 1]}, best_fresh=0.25))
    assert (reader.read().n_fresh, reader.read().best_fresh) == (10, 0.25)
    add(drawn, line(1, operators={"initial": [10, 1]}, best_fresh=0.75))
    assert (reader.read().n_fresh, reader.read().best_fresh) == (20, 0.75)


def test_time_left_is_that_of_the_generations_left(folder: RunFolder) -> None:
    add(folder, line(0), line(1))
    with exclusive(folder.lock, "run"):
        view = RunReader(folder).read()
    # Eight more at two seconds each.
    assert (view.state, view.process, view.seconds_left) == ("running", os.getpid(), 16.0)


def test_a_budget_of_evaluations_may_end_it_sooner(folder: RunFolder) -> None:
    write_json(folder.manifest, {"schema": 2, "settings": {"search": {**SEARCH, "evaluations": 50}}})
    add(folder, line(0), line(1))
    with exclusive(folder.lock, "run"):
        assert RunReader(folder).read().seconds_left == 6.0


def test_a_run_for_ever_has_no_end(folder: RunFolder) -> None:
    write_json(folder.manifest, {"schema": 2, "settings": {"search": {**SEARCH, "generations": 900_000_000}}})
    add(folder, line(0))
    with exclusive(folder.lock, "run"):
        view = RunReader(folder).read()
    assert (view.generations, view.seconds_left) == (None, None)


def test_states_of_a_run_that_is_worked_on(folder: RunFolder) -> None:
    reader = RunReader(folder)
    with exclusive(folder.lock, "run"):
        states = []
        for wish in (Wish.RUN, Wish.PAUSE, Wish.STOP):
            write_wish(folder, wish)
            states.append(reader.read().state)
        folder.paused.touch()
        states.append(reader.read().state)
        folder.paused.unlink()
        folder.control.write_text("nonsense")
        states.append(reader.read().state)
    write_json(folder.outcome, {})
    assert [*states, reader.read().state] == ["running", "pausing", "stopping", "paused", "running", "finished"]


def test_only_what_is_new_is_read_and_a_repeated_generation_counts_once(folder: RunFolder) -> None:
    reader = RunReader(folder)
    add(folder, line(0), line(1))
    assert reader.read().generation == 1
    add(folder, line(1, n_repeated=5), line(2))
    view = reader.read()
    assert (view.generation, view.n_repeated, len(view.best_series)) == (2, 9, 3)
    assert view == RunReader(folder).read()


def test_a_half_written_line_is_waited_for(folder: RunFolder) -> None:
    reader, text = RunReader(folder), json.dumps(line(0)).encode()
    folder.generations.write_bytes(text[:40])
    assert reader.read().generation is None
    with folder.generations.open("ab") as stream:
        stream.write(text[40:] + b"\n")
    assert reader.read().generation == 0


def test_lines_that_are_none_of_ours_are_left_out(folder: RunFolder) -> None:
    folder.generations.write_bytes(
        b'null\n[1]\n{}\n\xff\xfe\n{"generation": "1"}\n{"generation": -4}\n{"generation": 1e400}\n'
    )
    add(folder, line(0))
    strange = {"generation": 1, "statistics": [], "operators": {"x": 3}, "rejections": 7, "best": 1, "best_fresh": "a"}
    append_line(folder.generations, strange)
    view = RunReader(folder).read()
    assert (view.generation, view.best, view.best_series, view.n_rejected) == (1, None, (1.0, None), 4)


def test_a_file_that_was_made_anew_is_read_anew(folder: RunFolder) -> None:
    reader = RunReader(folder)
    add(folder, line(0), line(1), line(2))
    reader.read()
    folder.generations.unlink()
    add(folder, line(0))
    assert reader.read().best_series == (1.0,)


def test_a_run_that_is_deleted_while_it_is_watched(folder: RunFolder) -> None:
    reader = RunReader(folder)
    add(folder, line(0))
    reader.read()
    shutil.rmtree(folder.path)
    view = reader.read()
    assert (view.state, "choose another run" in view.problem) == ("gone", True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"schema": 3, "settings": {"search": {}}}', "made by a newer version"),
        ('{"schema": 2, "settings": []}', "no settings of a search"),
        ('{"schema": 2', "is damaged"),
        ("", "is damaged"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_named(content: str, said: str, folder: RunFolder) -> None:
    folder.manifest.write_text(content)
    view = RunReader(folder).read()
    assert view.state == "damaged"
    assert said in view.problem


def test_names_that_a_terminal_would_act_on_are_escaped(folder: RunFolder) -> None:
    add(folder, line(0, rejections={"\x1b[31m[red]x": 1}, operators={"[b]\x07": [1, 1]}))
    view = RunReader(folder).read()
    assert view.rejections[0].reason == "\\x1b[31m[red]x"
    assert view.operators[0].name == "[b]\\x07"


def test_a_long_run_is_thinned_and_its_newest_point_is_kept(folder: RunFolder) -> None:
    for generation in range(1_000):
        append_line(folder.generations, line(generation, float(generation)))
    view = RunReader(folder).read()
    assert len(view.best_series) <= 400
    assert view.best_series[-1] == 999.0
    assert (view.n_repeated, view.log[0].generation) == (2_000, 999)


def test_a_view_goes_to_json_and_back(folder: RunFolder) -> None:
    add(folder, line(0), line(1, None))
    view = RunReader(folder).read()
    assert from_plain(RunView, json.loads(json.dumps(to_plain(view)))) == view
