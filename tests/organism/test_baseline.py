"""Random search beside a run: as many rules, nothing handed over, and interruption changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from data.errors import ConfigError
from evolution.run.generation import Generation
from evolution.run.layout import RunFolder, list_runs
from evolution.trials import read_segments
from organism.baseline import draw_baseline, n_generations, n_wanted
from organism.foundry import evolve, start_run
from organism.home import Home
from organism.ledger import count_trials
from organism.run_manifest import run_settings
from organism.settings import FoundrySettings
from organism.views.random_search import beside
from organism.views.runs import run_view

Settings = Callable[..., FoundrySettings]


@pytest.fixture
def home(finished_home: Home, tmp_path: Path) -> Home:
    return Home.open(shutil.copytree(finished_home.root, tmp_path / "home"))


def only_run(home: Home) -> RunFolder:
    [folder] = list_runs(home.runs)
    return folder


def draw(home: Home, *, stop_after: int | None = None) -> tuple[bool, list[Generation]]:
    seen: list[Generation] = []
    run = only_run(home)
    settings = run_settings(run)
    is_done = draw_baseline(
        run,
        home,
        settings,
        n_wanted(run, settings),
        workers=0,
        watch=seen.append,
        should_stop=lambda: stop_after is not None and len(seen) >= stop_after,
        warn=pytest.fail,
    )
    return is_done, seen


def test_as_many_rules_are_drawn_as_the_run_has_tried_and_nothing_is_handed_over(home: Home) -> None:
    run = only_run(home)
    before, registry = count_trials(home.runs), home.registry_path.read_bytes()
    n_trials = run_view(run)["n_trials"]
    is_done, seen = draw(home)
    drawn = beside(run)
    rows = [row for table in read_segments(drawn.trials) for row in table.select(["operator", "sharpe"]).to_pylist()]
    assert is_done
    assert len(seen) == n_generations(run_settings(run).search, n_trials) + 1
    # A generation is drawn whole.
    assert n_trials <= len(rows) < n_trials + 24
    assert {row["operator"] for row in rows} == {"initial"}
    best = max(row["sharpe"] for row in rows if row["sharpe"] is not None)
    assert run_view(run)["random_baseline"] == {"n_drawn": len(rows), "best": best, "is_beside": True}
    assert (count_trials(home.runs), home.registry_path.read_bytes()) == (before, registry)
    assert [folder.name for folder in list_runs(home.runs)] == [run.name]


def test_it_goes_on_where_it_was_stopped_and_finds_the_same(home: Home, tmp_path: Path) -> None:
    other = Home.open(shutil.copytree(home.root, tmp_path / "other"))
    assert draw(home)[0]
    assert not draw(other, stop_after=1)[0]
    assert draw(other)[0]
    # All is there: nothing more is drawn.
    assert draw(other) == (True, [])
    first, second = (beside(only_run(place)).generations.read_bytes() for place in (home, other))
    assert first == second


def test_random_search_and_a_run_that_tried_nothing_have_none(
    tmp_path: Path, tiny_settings: Settings, judged_at: datetime
) -> None:
    home = Home.create(tmp_path / "home")
    start_run(tiny_settings(), home)
    with pytest.raises(ConfigError, match="has tried nothing yet; go on with: organism evolve resume tiny-1-"):
        draw(home)
    other = Home.create(tmp_path / "other")
    folder = start_run(tiny_settings(search={"mode": "random"}), other)
    evolve(folder, other, workers=1, watch=lambda _: None, should_stop=lambda: False, clock=lambda: judged_at)
    with pytest.raises(ConfigError, match="is random search itself: name a run that evolves"):
        draw(other)
