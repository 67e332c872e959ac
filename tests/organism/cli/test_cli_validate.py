"""The gate as a terminal and as a build see it: words first, what was missed, where the evidence is, exit codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from evolution.genome.genome import Genome
from organism.home import Home
from organism.registry.states import LifecycleState
from organism.registry.store import Registry

Organism = Callable[..., Any]

POLICY = "[robustness]\ncopies = 10\n[vault]\npromotions_per_run = 2\n"
"""The same rules as `court_policy`, as a file."""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def gate(organism: Organism, home: Home, tmp_path: Path) -> Organism:
    """Run `organism validate ...` under the rules that have judged `home`."""
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY)
    return lambda *arguments: organism("validate", *arguments, "--policy", policy)


@pytest.fixture
def ids(home: Home) -> dict[str, str]:
    """Return the id of each rule by its name."""
    with Registry.open(home.registry_path) as registry:
        return {strategy.algorithm_type: strategy.id for strategy in registry.find()}


def test_words_come_first_then_what_was_measured_then_where_the_evidence_is(
    gate: Organism, home: Home, ids: dict[str, str]
) -> None:
    done = gate()
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    chips = [line.split()[:2] for line in lines[: lines.index("")]]
    asked, others = ("cause", "short"), ("copy", "stopped", "long", "never", "opposite")
    words = dict.fromkeys(others[:3], "[WATCH]") | dict.fromkeys(others[3:], "[KILL]")
    assert sorted(chips[:2]) == [["[GRADUATE]", ids[name]] for name in asked]
    assert sorted(chips[2:]) == sorted([word, ids[name]] for name, word in words.items())
    for name in asked:
        start = lines.index(f"[GRADUATE] {ids[name]}: passed every stage")
        assert lines[start + 1].split() == ["slice", "stage", "measured", "asked", "for"]
        end = next(i for i in range(start, len(lines)) if lines[i].startswith("evidence "))
        assert {line.split()[-1] for line in lines[start + 2 : end]} == {"pass"}
        evidence, command = (lines[at].split(maxsplit=1)[1] for at in (end, end + 1))
        assert (Path(evidence) / "pack.json").is_file()
        assert command == f"organism report {ids[name]}"
    assert f"organism report {ids['never']}" not in done.out
    assert not list(home.reports.iterdir()), "a page is written when it is asked for"
    assert lines[-1] == "2 GRADUATE, 3 WATCH, 2 KILL"


def test_what_was_missed_is_marked_in_words(gate: Organism, ids: dict[str, str]) -> None:
    done = gate(ids["opposite"])
    assert done.code == 1
    [missed] = [line for line in done.out.splitlines() if line.endswith("MISSED")]
    assert re.match(r"IS +Sharpe after costs +-\d+\.\d\d +> 2 +MISSED$", missed)


def test_colour_only_repeats_what_words_say(
    gate: Organism, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = gate("--all").out
    assert not COLOUR.search(plain)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = gate("--all").out
    assert COLOUR.search(coloured)
    assert COLOUR.sub("", coloured) == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[0-9;]*4[0-7]", gate("--all").out), "a background without being asked for"


def test_everything_is_shown_when_everything_is_asked_for(gate: Organism, home: Home, ids: dict[str, str]) -> None:
    done = gate("--all")
    assert done.out.count("\nevidence  ") == done.out.count("\nreport    ") == len(ids)
    assert set(re.findall(r"^report    organism report (\S+)$", done.out, re.MULTILINE)) == set(ids.values())


def test_the_answer_is_about_whoever_is_named(gate: Organism, ids: dict[str, str]) -> None:
    assert gate(ids["cause"]).code == 0
    assert gate(ids["cause"][:-2]).code == 0, "the beginning of an id"
    assert gate("run-1").code == 0
    for name in ("copy", "opposite", "never"):
        assert gate(ids[name]).code == 1
    only = gate(ids["copy"], "--json").json
    assert ([verdict["id"] for verdict in only["verdicts"]], only["graduates"]) == ([ids["copy"]], [])
    assert only["verdicts"][0]["answer"] == "WATCH"
    assert only["verdicts"][0]["report"] == f"organism report {ids['copy']}"
    assert (Path(only["verdicts"][0]["evidence"]) / "pack.json").is_file()


def test_a_graduate_of_an_earlier_run_does_not_open_the_gate_for_a_later_one(
    gate: Organism,
    home: Home,
    rules: dict[str, Genome],
    opposite: Callable[[Genome], Genome],
    submit: Callable[..., None],
    judged_at: datetime,
) -> None:
    with Registry.open(home.registry_path) as registry:
        snapshot_id = registry.find()[0].snapshot_id
    submit(home, {"later": opposite(rules["short"])}, snapshot_id, judged_at, "run-2")
    # A run that was not named is left alone.
    assert gate("run-1").code == 0
    with Registry.open(home.registry_path) as registry:
        [later] = registry.find(run_id="run-2")
        assert (later.state, registry.verdicts(strategy_id=later.id)) == (LifecycleState.TESTING, [])
    first = gate()
    assert first.code == 1
    assert later.id in first.err
    assert "1 judged of run-2 " in first.out
    assert first.out.endswith("\n1 KILL\nnothing graduates\n")
    again = gate()
    assert (again.code, again.err, again.out) == (1, "", first.out), "the same question has the same answer"
    assert gate("run-1").code == 0


@pytest.mark.parametrize(("to", "word"), [("dead", "[DEAD]"), ("quarantined", "[QUARANTINE]")])
def test_one_that_has_graduated_and_left_is_no_graduate(
    to: str, word: str, organism: Organism, gate: Organism, home: Home, ids: dict[str, str], judged_at: datetime
) -> None:
    with Registry.open(home.registry_path) as registry:
        for name in ("cause", "short"):
            registry.transition(
                ids[name], expected=LifecycleState.CANDIDATE, to=LifecycleState(to), reason="a test", now=judged_at
            )
    done = gate()
    assert done.code == 1
    assert f"{word} {ids['cause']}: passed every stage" in done.out
    assert "nothing graduates" in done.out
    assert gate("--json").json["graduates"] == []
    page = page_of(organism, ids["cause"])
    assert re.search(r'class="badge (\w+)">(\w+)<', page).group(2) == word.strip("[]")  # type: ignore[union-attr]


def test_a_graduate_of_other_rules_is_no_answer_under_these(
    organism: Organism, home: Home, ids: dict[str, str]
) -> None:
    organism("validate", ids["cause"]).refuses(
        f"strategy {ids['cause']} is candidate and was not judged under these rules"
    )
    with Registry.open(home.registry_path) as registry:
        assert len(registry.verdicts()) == len(ids), "nobody was judged on the way to the refusal"


def test_evidence_that_was_altered_gives_no_answer(gate: Organism, home: Home, ids: dict[str, str]) -> None:
    with Registry.open(home.registry_path) as registry:
        [row] = registry.verdicts(strategy_id=ids["cause"])
    path = home.evidence / row.evidence_sha256 / "pack.json"
    path.write_bytes(path.read_bytes()[:-1] + b" ")
    assert gate().refuses("pack.json is not what was written")


def page_of(organism: Organism, name: str) -> str:
    """Return the page of a strategy."""
    return Path(organism("report", name, "--json").json["path"]).read_text(encoding="utf-8")


def test_the_page_shows_who_was_registered_with_it(organism: Organism, home: Home, ids: dict[str, str]) -> None:
    with Registry.open(home.registry_path) as registry:
        [registration] = registry.registrations("run-1")
    page = page_of(organism, ids["cause"])
    for part in (
        f"{ids['cause']} (this one)",
        ids["short"],
        registration.sha256,
        "0 other genotypes had seen some of this time before",
        "2 in all",
        "Alarm, not a gate: ",
        registration.policy_hash,
        "GRADUATE",
        ": passed every stage.",
    ):
        assert part in page, part
    assert 'class="stamp"' not in page
    waiting = page_of(organism, ids["copy"])
    assert "It was not registered, so no held-out bar was opened for it." in waiting
    assert registration.sha256 not in waiting
