"""The page on what a backtest means: every clause has its tests, or says that it is not built yet."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "semantics.md").read_text(encoding="utf-8")
SECTIONS = {"T": 10, "E": 12, "S": 11, "Z": 19, "P": 9, "V": 16, "G": 14, "A": 14}
"""How many clauses each letter has; those that settle two readings have bare numbers."""
N_SETTLED = 21
LETTERED = re.compile(r"^\* \*\*([A-Z]\d+)\.\*\* (.+)$", re.MULTILINE)
SETTLED = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
ROW = re.compile(r"^\| ([A-Z]?\d+) \| (.+) \|$", re.MULTILINE)
UNBUILT = "*Not built yet"
HAND_WORKED = "test_clauses_"
"""Files with tests of this kind name in each docstring the clauses that it shows."""
SIMULATED = f"backtest/{HAND_WORKED}"
BOTH = {"simulator", "trade_once", "pooled_of"}
"""Fixtures that stand for kernel and reference in turn."""


def clauses() -> dict[str, str]:
    """Return the text of every clause by its id."""
    return {name: text for pattern in (LETTERED, SETTLED) for name, text in pattern.findall(PAGE)}


def table() -> dict[str, list[str]]:
    """Return the tests that the page names for each clause."""
    return {name: re.findall(r"`([^`]+)`", cell) for name, cell in ROW.findall(PAGE)}


def is_unbuilt(clause: str) -> bool:
    return UNBUILT in clauses()[clause]


@cache
def functions(path: str) -> list[ast.FunctionDef]:
    """Return every function of a file, without importing it."""
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


def asks_for(function: ast.FunctionDef) -> set[str]:
    """Return the names of a function's arguments: its fixtures."""
    return {argument.arg for argument in function.args.args}


def docstrings(path: str) -> dict[str, str]:
    """Return the docstring of every test of a file."""
    tests = [function for function in functions(path) if function.name.startswith("test_")]
    return {test.name: ast.get_docstring(test) or "" for test in tests}


def named_tests() -> list[tuple[str, str]]:
    """Return every (clause, test) of the table."""
    return [(clause, test) for clause, tests in table().items() for test in tests]


def test_clauses_are_numbered_without_a_gap_and_none_is_there_twice() -> None:
    expected = [f"{letter}{number}" for letter, count in SECTIONS.items() for number in range(1, count + 1)]
    assert [name for name, _ in LETTERED.findall(PAGE)] == expected
    assert [name for name, _ in SETTLED.findall(PAGE)] == [str(number) for number in range(1, N_SETTLED + 1)]


def test_every_clause_has_its_tests_or_is_not_built_yet() -> None:
    names = [name for name, _ in ROW.findall(PAGE)]
    assert sorted(names) == sorted(set(names))
    assert set(names) <= set(clauses())
    assert [name for name in clauses() if not is_unbuilt(name) and not table().get(name)] == []


def test_what_is_not_built_yet_is_what_is_known_to_be_missing() -> None:
    """Whoever builds one of these takes the words from its clause, and this list becomes shorter."""
    missing = {"Z11", "Z16", "G9"}
    assert {name for name in clauses() if is_unbuilt(name)} == missing


@pytest.mark.parametrize("path", sorted({test.split("::")[0] for _, test in named_tests()}))
def test_every_test_that_the_page_names_exists(path: str) -> None:
    wanted = {test.split("::")[1] for _, test in named_tests() if test.startswith(f"{path}::")}
    assert wanted - set(docstrings(path)) == set()


def test_a_hand_worked_test_names_the_clauses_that_it_shows() -> None:
    silent = []
    for clause, test in named_tests():
        path, name = test.split("::")
        if Path(path).name.startswith(HAND_WORKED) and not mentions(docstrings(path)[name], clause):
            silent.append((clause, test))
    assert silent == []


@pytest.mark.parametrize("path", sorted({test.split("::")[0] for _, test in named_tests() if SIMULATED in test}))
def test_a_hand_worked_test_of_a_simulator_runs_both(path: str) -> None:
    """One of the fixtures that stand for each of them in turn must be among what it asks for."""
    asked = {node.name: asks_for(node) for node in functions(path)}
    wanted = {test.split("::")[1] for _, test in named_tests() if test.startswith(f"{path}::")}
    alone = []
    for name in sorted(wanted):
        reached, waiting = set(), [name]
        while waiting:
            fixture = waiting.pop()
            reached.add(fixture)
            waiting.extend(asked.get(fixture, set()) - reached)
        if not reached & BOTH:
            alone.append(name)
    assert alone == []


def mentions(docstring: str, clause: str) -> bool:
    """Return whether "Clause 5", "Clauses S4 and 5" or "Clauses E1 to E12" at the beginning says the clause."""
    found = re.match(r"Clauses? (.+?)(?:[:.]|, (?![A-Z]?\d))", docstring)
    if found is None:
        return False
    said = set(re.findall(r"[A-Z]?\d+", found[1]))
    for first, last in re.findall(r"([A-Z]?\d+) to ([A-Z]?\d+)", found[1]):
        letter = re.match(r"[A-Z]?", first)[0]  # type: ignore[index]
        span = range(int(first.lstrip(letter)), int(last.lstrip(letter)) + 1)
        said |= {f"{letter}{number}" for number in span}
    return clause in said


@pytest.mark.parametrize(
    ("docstring", "clause", "is_said"),
    [
        ("Clause 5.", "5", True),
        ("Clause 15: 5 coins.", "5", False),
        ("Clauses S4, 6 and 9: by 7.", "9", True),
        ("Clauses E1 to E12, everything at bar 2.", "E7", True),
        ("Clauses E1 to E12, everything at bar 2.", "2", False),
        ("By hand.", "5", False),
    ],
)
def test_a_docstring_says_its_clauses_at_its_beginning(docstring: str, clause: str, is_said: bool) -> None:
    assert mentions(docstring, clause) is is_said
