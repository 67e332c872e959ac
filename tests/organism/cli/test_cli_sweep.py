"""`organism sweep`: a strategy of a judged home among its neighbours, in words and as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from organism.home import Home
from organism.registry.store import Registry

Organism = Callable[..., Any]


@pytest.fixture
def ids(home: Home) -> dict[str, str]:
    """Return the id of every rule of that home by the name that its test gave it."""
    with Registry.open(home.registry_path) as registry:
        return {strategy.algorithm_type: strategy.id for strategy in registry.find()}


def measured(organism: Organism, name: str) -> dict[str, float]:
    """Return what the gauntlet has measured of a strategy in sample, by stage."""
    [verdict] = organism("registry", "show", name, "--json").json["verdicts"]
    return {stage["stage"]: stage["measured"] for stage in verdict["stages"] if stage["slice_name"] == "IS"}


def test_neighbours_are_counted_in_words_and_as_json_alike(
    organism: Organism, home: Home, ids: dict[str, str], tmp_path: Path
) -> None:
    name, target = ids["cause"], tmp_path / "new" / "page.html"
    done = organism("sweep", name, "--json", "--to", target)
    assert done.code == 0, done
    found = done.json
    assert (found["strategy_id"], found["slice"], found["path"]) == (name, "IS", str(target))
    # The rule itself, at usual and at doubled costs, is what its verdict says of it.
    judged = measured(organism, name)
    own = [judged["Sharpe after costs"], judged["Sharpe at doubled costs"]]
    assert [base["sharpe"] for base in found["base"]] == own
    assert [base["passes"] for base in found["base"]] == [own[0] > 2.0, own[1] > 1.0], "as the gauntlet asks for"
    assert len(found["knobs"]) == 4, (
        "a window and a threshold to enter by, and to leave by; the short side mirrors them"
    )
    others = [turn for knob in found["knobs"] for turn in knob["turns"] if turn["index"] != knob["index"]]
    dear = [turn["outcomes"][-1]["passes"] for turn in others if turn["outcomes"][-1] is not None]
    assert (found["n_turned"], found["n_passing_at_doubled_costs"]) == (len(dear), sum(dear))
    assert f"<title>{name}" in target.read_text(encoding="utf-8")

    words = organism("sweep", name[:-3])
    assert words.code == 0, words
    headline, coins, *rows, written = words.out.splitlines()
    n_passing, n_neighbours = found["n_passing"], found["n_neighbours"]
    assert headline == (
        f"{name}: {n_passing} of {n_neighbours} neighbours ({100 * n_passing / n_neighbours:.0f} %) keep to the "
        f"in-sample rules, at doubled costs {found['n_passing_at_doubled_costs']} of the {found['n_turned']} with one "
        f"number turned; the rule itself has a Sharpe ratio of {own[0]:.2f}, {own[1]:.2f} at doubled costs"
    )
    told = zip(found["coins"], found["base"][0]["by_coin"], strict=True)
    line = ", ".join(rf"{coin} {sharpe:.2f} \(neighbours \d\.\d\d\)" for coin, sharpe in told)
    assert re.fullmatch(f"by coin: {line}", coins)
    assert rows[::2] == [knob["label"] for knob in found["knobs"]]
    assert all(len(re.findall(rf"\*\S+: {own[0]:.2f}\b", row)) == 1 for row in rows[1::2])
    page = home.reports / f"{name}-sweep.html"
    assert written == f"written to {page}"
    assert page.read_bytes() == target.read_bytes()


def test_a_sweep_opens_nothing_and_a_rule_that_never_trades_has_none(
    organism: Organism, home: Home, ids: dict[str, str]
) -> None:
    database = home.registry_path.read_bytes()
    assert organism("sweep", ids["long"]).code == 0
    never = organism("sweep", ids["never"])
    assert never.code == 2
    assert f"error: strategy {ids['never']} never trades in sample, or never varies: there is nothing" in never.err
    assert home.registry_path.read_bytes() == database
    assert [page.name for page in home.reports.iterdir()] == [f"{ids['long']}-sweep.html"]
