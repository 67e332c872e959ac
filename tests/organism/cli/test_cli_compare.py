"""`organism report compare`, as somebody types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from organism.home import Home
from organism.registry.store import Registry

Organism = Callable[..., Any]


@pytest.fixture
def names(home: Home) -> dict[str, str]:
    """Return the ids of the rules by name."""
    with Registry.open(home.registry_path) as registry:
        return {strategy.algorithm_type: strategy.id for strategy in registry.find()}


def compare(organism: Organism, names: dict[str, str], a: str, b: str) -> dict[str, Any]:
    done = organism("report", "compare", names[a], names[b], "--json")
    assert (done.code, done.err) == (0, "")
    found: dict[str, Any] = done.json
    return found


def test_two_graduates_are_compared_on_held_out_bars(organism: Organism, names: dict[str, str]) -> None:
    found = compare(organism, names, "cause", "short")
    assert (found["schema"], found["kind"]) == (1, "strategies")
    assert (found["finding"], found["decided_on"]) == ("A is higher", "OOS+WF")
    assert [part["name"] for part in found["slices"]] == ["IS", "OOS", "WF", "OOS+WF"]
    test = found["slices"][-1]["test"]
    assert test["low"] < test["difference"] < test["high"] < 0.0
    # The rule on both sides makes every trade of its short half.
    assert found["sealed"] == []
    for part in found["trades"]:
        coins = part["behaviour"]["coins"]
        assert sum(coin["n_same"] for coin in coins) > 0
        assert sum(coin["n_added"] + coin["n_shifted"] for coin in coins) <= sum(coin["n_removed"] for coin in coins)
    for pair in found["costs"]:
        for side in (pair["a"], pair["b"]):
            costs = side["slippage"] + side["fees"] + side["funding"]
            assert side["gross"] == pytest.approx(side["net"] + costs)
    removed = [line["name"] for line in found["rule"] if any(piece["kind"] == "removed" for piece in line["before"])]
    assert removed == ["long entry", "long exit"]


def test_a_slice_that_one_has_not_seen_is_named_and_not_looked_at(organism: Organism, names: dict[str, str]) -> None:
    found = compare(organism, names, "copy", "cause")
    assert [part["name"] for part in found["slices"]] == ["IS"]
    assert [part["slice"] for part in found["curves"]] == ["IS"]
    assert [part["slice"] for part in found["trades"]] == ["IS"]
    assert found["sealed"] == [
        "OOS: judged for B, sealed for A; not looked at here.",
        "WF: judged for B, sealed for A; not looked at here.",
    ]
    gates = [gate for gate in found["gates"] if gate["slice"] == "OOS"]
    assert gates
    assert {(gate["measured_a"], gate["passed_a"], gate["passed_b"]) for gate in gates} == {("", None, True)}


def test_who_never_traded_has_nothing_to_compare(organism: Organism, names: dict[str, str]) -> None:
    found = compare(organism, names, "cause", "never")
    assert (found["finding"], found["slices"], found["costs"]) == ("not comparable", [], [])
    assert found["sealed"][0] == "IS: B has no returns there: it never varied."


def test_words_and_page_say_the_same(organism: Organism, home: Home, names: dict[str, str]) -> None:
    sentence = compare(organism, names, "cause", "copy")["sentence"]
    done = organism("report", "compare", names["cause"], names["copy"])
    assert (done.code, done.err) == (0, "")
    said = done.out.splitlines()
    assert said[0] == f"A {names['cause']} beside B {names['copy']}"
    assert " ".join(done.out.split()).count(sentence) == 1
    page = home.reports / f"compare-{names['cause']}-{names['copy']}.html"
    assert said[-1] == f"written to {page}"
    html = page.read_text(encoding="utf-8")
    assert sentence.replace("'", "&#x27;") in html
    assert "<del>1.5</del>" not in html
    assert "<mark>" in html
    assert 'id="plot-equity"' in html


def test_formats_go_where_they_are_expected(
    organism: Organism, home: Home, names: dict[str, str], tmp_path: Path
) -> None:
    both = names["cause"], names["copy"]
    markdown = organism("report", "compare", *both, "--format", "md")
    assert markdown.out.startswith(f"# A {both[0]} beside B {both[1]}\n\nA's Sharpe ratio is ")
    assert "```diff\n" in markdown.out
    assert list(home.reports.iterdir()) == [], "only what was asked for is written"
    assert organism("report", "compare", *both, "--format", "json").json == compare(organism, names, "cause", "copy")
    target = tmp_path / "there" / "both.md"
    assert organism("report", "compare", *both, "--format", "md", "--to", target).out == f"written to {target}\n"
    assert target.read_text(encoding="utf-8") == markdown.out
    page = organism("report", "compare", *both, "--format", "html", "--to", "-").out
    assert page.startswith("<!doctype html>")
    assert organism("report", "compare", *both, "--to", "-").out == page, "no words beside it"


def test_what_cannot_be_compared_is_refused(organism: Organism, home: Home, names: dict[str, str]) -> None:
    cause, copy = names["cause"], names["copy"]
    organism("report", "compare", cause, cause).refuses(f"are both {cause}: name two different strategies")
    organism("report", "compare", cause, cause[:7]).refuses("are both cause_0")
    said = organism("report", "compare", cause, "copi_0_44")
    assert said.refuses(f"unknown strategy id 'copi_0_44'; nearest: .*{copy}")
    assert organism("report", "compare", cause).refuses("Missing argument 'second'")
    [pack] = {one["evidence_sha256"] for one in organism("registry", "show", copy, "--json").json["verdicts"]}
    damaged = home.evidence / pack / "is_returns.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    assert organism("report", "compare", cause, copy).refuses("is_returns.parquet is not what was written")


def test_a_strategy_without_a_verdict_is_refused(organism: Organism, finished_home: Home) -> None:
    rows = organism("registry", "list", "--home", finished_home.root, "--json").json
    one, other = (row["id"] for row in rows[:2])
    message = f"strategy {one} has no verdict yet; judge it with: organism validate"
    assert organism("report", "compare", one, other, "--home", finished_home.root).refuses(message)


def test_a_run_is_not_compared_with_a_strategy(organism: Organism, finished_home: Home) -> None:
    [run] = [folder.name for folder in finished_home.runs.iterdir() if folder.is_dir()]
    [first, *_] = organism("registry", "list", "--home", finished_home.root, "--json").json
    for pair in ((run, first["id"]), (first["id"], run)):
        said = organism("report", "compare", *pair, "--home", finished_home.root)
        assert said.refuses(f"{run} is a run and '{first['id']}' is none: name two runs")
    said = organism("report", "compare", run, run, "--home", finished_home.root)
    assert said.refuses("are the same run: name two different ones")


def test_the_page_of_one_is_written_as_before(organism: Organism, home: Home, names: dict[str, str]) -> None:
    cause = names["cause"]
    plain = organism("report", cause, "--json").json
    assert plain == organism("report", "write", cause, "--json").json
    assert Path(plain["path"]) == home.reports / f"{cause}.html"
    assert organism("report").refuses("Missing argument 'name'")
    assert organism("report", cause, "--colour").refuses("No such option: --colour .see organism report --help")
