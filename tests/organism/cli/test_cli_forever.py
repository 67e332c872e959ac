"""A search for ever through the command line: what stops it, what goes on, and what it hands over meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from organism.registry.store import Registry

Organism = Callable[..., Any]

INTERRUPTED = 3
CONFIG = """
name = "ever"
seed = 1
workers = 1
[history]
world = "planted"
years = 1.0
[search]
population = 24
offspring = 24
generations = 1
minimum_trades = 10
registered = 4
simplify = false
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "ever.toml"
    path.write_text(text)
    return path


def stopped(done: Any, generation: int) -> str:
    """Return the run whose stop is told with how it goes on."""
    assert done.code == INTERRUPTED, done
    told = re.search(
        rf"^stopped after generation {generation}; go on with: organism evolve resume (ever-1-[0-9a-f]{{8}})$",
        done.err,
        re.MULTILINE,
    )
    assert told is not None, done
    return told[1]


def search_of(home: Path, run: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "runs" / run / "manifest.json").read_text())["settings"]["search"]
    return found


def handed_over(home: Path, run: str) -> set[str]:
    with Registry.open(home / "registry.sqlite") as registry:
        return {strategy.id for strategy in registry.submitted(run_id=run)}


def test_time_stops_a_search_for_ever_after_a_generation_and_it_goes_on_behind_its_planned_end(
    organism: Organism, tmp_path: Path
) -> None:
    """The file asks for one generation behind the first; each call has the time of one."""
    home = tmp_path / "home"
    first = organism("evolve", "start", written(tmp_path, CONFIG + "patience = 1\n"), "--forever", "--hours", 0)
    run = stopped(first, 0)
    assert first.out == ""
    assert "the limit of 0 hours is reached\n" in first.err
    search = search_of(home, run)
    assert (search["generations"], search["patience"]) == (900_000_000, 1)
    meanwhile = [handed_over(home, run)]
    for generation in (1, 2):
        again = organism("evolve", "resume", run, "--hours", 0, "--json")
        assert stopped(again, generation) == run
        assert again.json == {"run": run, "is_finished": False, "generation": generation}
        meanwhile.append(handed_over(home, run))

    [row] = organism("evolve", "list", "--json").json
    assert (row["run"], row["state"], row["generation"], row["n_trials"]) == (run, "unfinished", 2, 72)
    assert re.fullmatch(rf"{run} +unfinished +generation 2 +72 genotypes\n", organism("evolve", "list").out)
    shown = organism("evolve", "show", run)
    assert shown.out.startswith(f"{run}: unfinished, generation 2, 72 distinct genotypes scored\n")
    assert "entry: " in shown.out, "the best rules so far"
    # The second generation brought nothing better: the third is the first of another population.
    lines = organism("evolve", "show", run, "--json").json["generations"]
    assert [(line["generation"], line["epoch"]) for line in lines] == [(0, 0), (1, 0), (2, 1)]
    assert set(lines[2]["operators"]) <= {"initial", "screen"}
    assert meanwhile[0] == set()
    assert len(meanwhile[1]) == 4
    waiting = organism("registry", "list", "--state", "testing", "--json").json
    assert {one["id"] for one in waiting} == meanwhile[1]
    page = organism("report", run, "--format", "md").out
    assert "72 distinct genotypes scored so far, its search is not finished, 0 judged, 0 graduated." in page


def test_memory_stops_a_search_for_ever_whose_patience_is_forty_where_none_is_given(
    organism: Organism, tmp_path: Path
) -> None:
    done = organism("evolve", "start", written(tmp_path, CONFIG), "--forever", "--megabytes", 64, "--hours", 0.05)
    run = stopped(done, 0)
    assert re.search(r"^the limit of 64 MiB is reached: this process holds \d+$", done.err, re.MULTILINE)
    assert search_of(tmp_path / "home", run)["patience"] == 40


def test_a_budget_of_genotypes_ends_a_search_for_ever(organism: Organism, tmp_path: Path) -> None:
    """Two generations of 24 use up a budget of thirty: nothing is left to go on with."""
    done = organism(
        "evolve", "start", written(tmp_path, CONFIG + "evaluations = 30\n"), "--forever", "--hours", 0.05, "--json"
    )
    assert done.code == 0, done
    run = done.json["run"]
    assert search_of(tmp_path / "home", run)["generations"] == 900_000_000
    assert (done.json["is_finished"], done.json["n_trials"], len(done.json["registered"])) == (True, 48, 4)
    organism("evolve", "resume", run).refuses(f"run {run} is finished; judge it with: organism validate")
