"""What the dashboard shows, as words and as JSON."""

from __future__ import annotations

from typing import Any

import pytest

from evolution.run.layout import list_runs, read_json
from evolution.trials import read_segments
from organism.home import Home


@pytest.fixture
def pair(finished_home: Home) -> tuple[str, str, str]:
    """Return a run, a child of its outcome, and its first parent."""

    (folder,) = list_runs(finished_home.runs)
    kept = {item["genotype_hash"] for item in read_json(folder.outcome)["population"]}
    rows = [row for table in read_segments(folder.trials) for row in table.to_pylist()]
    child = next(row for row in rows if row["parents"] and row["genotype_hash"] in kept)
    return folder.name, child["parents"][0], child["genotype_hash"]


def test_the_same_is_had_without_a_screen(
    finished_home: Home, pair: tuple[str, str, str], organism: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, parent, child = pair
    monkeypatch.setenv("ORGANISM_HOME", str(finished_home.root))
    found = organism("evolve", "compare", run, parent, child, "--json").json
    assert found["comparison"]["is_parent"] is True
    assert found["comparison"]["after"]["genotype"] == child
    assert {coin["coin"] for coin in found["behaviour"]["coins"]} == {"BTC", "DOGE", "ETH", "SOL"}
    words = organism("evolve", "compare", run, parent[:12], child[:12]).out
    assert f"{parent[:8]} to {child[:8]}, made by" in words
    assert "equities" in words
    strategy = organism("registry", "list", "--json").json[0]["id"]
    family = organism("registry", "lineage", strategy, "--json").json["family"]
    assert family["genome"]["is_kept"] is True
    assert "ancestors, nearest first" in organism("registry", "lineage", strategy).out
    view = organism("dashboard", run, "--json").json
    assert (view["run"], view["state"], view["generation"]) == (run, "finished", 3)
    assert organism("dashboard").refuses("stdout is none; use --json")
    assert organism("evolve", "compare", run, "zz", child).refuses("is not among the 96 trials")


def test_a_home_without_runs_says_what_to_do_first(organism: Any, tmp_path: Any) -> None:
    Home.create(tmp_path / "home")
    assert organism("dashboard", "--json").refuses("start one with: organism evolve start")
    assert organism("dashboard", "nobody").refuses("run 'nobody' does not exist; known runs: none yet")
