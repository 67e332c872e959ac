"""Facts about the files themselves: locks, commands, and what must not be written anywhere."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

ROOT = Path(__file__).parents[1]
PACKAGES = ("data", "backtest", "evolution", "organism")
LOCKS = ("requirements.lock", "requirements-dev.lock")
# Written in two halves, so that this file does not name them either.
INDEX_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "/sim" + "ple/")
MACHINE_PATH = re.compile(r"(?<![\w.:/$}-])/(?:work|home|root|Users|opt|mnt|tmp)/\w")
REQUIREMENT = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>\S+)(?: ; .+)?$")
HASH = re.compile(r"^--hash=sha256:[0-9a-f]{64}$")
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
UNPICKLERS = {"pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
UNPICKLING_CALLS = {"eval", "exec", "read_pickle", "to_pickle", "from_string"}


@cache
def texts() -> dict[str, str]:
    """Return every text file of the checkout that git does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is not a git checkout, so its files cannot be told from others")
    found = {}
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file():
            found[name] = path.read_bytes().decode("utf-8", errors="replace")
    return found


@cache
def locked(lock: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return version and hashes by package."""
    found = {}
    joined = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in joined.splitlines():
        requirement, *hashes = re.split(r"\s+(?=--hash=)", line.strip())
        match = REQUIREMENT.match(requirement)
        assert match is not None, f"{lock}: {line[:120]!r} is not name==version ; marker --hash=..."
        found[match["name"]] = (match["version"], tuple(hashes))
    return found


@cache
def targets() -> dict[str, str]:
    """Return the Makefile's targets for people with their descriptions."""
    return dict(re.findall(r"^([a-z]+):.*## (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def test_no_file_names_a_package_index() -> None:
    assert [name for name, text in texts().items() if any(host in text for host in INDEX_HOSTS)] == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert [name for name, text in texts().items() if MACHINE_PATH.search(text)] == []


def calls_and_imports(source: str) -> set[str]:
    """Return what of `source` runs text or unpickles."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found |= {node.func.id} & RUNS_TEXT
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found |= {node.func.attr} & UNPICKLING_CALLS
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            is_refused = isinstance(node.value, ast.Constant) and node.value.value is False
            found |= set() if is_refused else {"allow_pickle"}
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names} & UNPICKLERS
        if isinstance(node, ast.ImportFrom):
            found |= {str(node.module).split(".")[0]} & UNPICKLERS
    return found


def test_nothing_in_the_packages_runs_text_or_unpickles() -> None:
    sources = {name: text for name, text in texts().items() if name.endswith(".py") and name.split("/")[0] in PACKAGES}
    assert sources
    assert {name: found for name, text in sources.items() if (found := calls_and_imports(text))} == {}


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "exec(text)",
        "import pickle",
        "from dill import loads",
        "np.load(path, allow_pickle=True)",
        "frame.eval('a + b')",
        "pd.read_pickle(path)",
        "gp.PrimitiveTree.from_string(text, pset)",
    ],
)
def test_the_search_for_dangerous_calls_finds_them(source: str) -> None:
    assert calls_and_imports(source)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pinned_package_has_hashes(lock: str) -> None:
    packages = locked(lock)
    assert len(packages) > 50
    assert [name for name, (_, hashes) in packages.items() if not hashes or not all(map(HASH.match, hashes))] == []


def test_the_development_lock_is_the_runtime_lock_and_more() -> None:
    runtime, everything = (locked(lock) for lock in LOCKS)
    assert {name: everything.get(name) for name in runtime} == runtime
    assert len(everything) > len(runtime)


def declared(requirements: list[str]) -> set[str]:
    return {re.split(r"[^a-z0-9-]", requirement.lower())[0] for requirement in requirements}


def test_the_locks_hold_every_declared_dependency() -> None:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert declared(project["dependencies"]) <= set(locked("requirements.lock"))
    optional = project["optional-dependencies"]
    assert declared(optional["dev"] + optional["bench"]) <= set(locked("requirements-dev.lock"))


def test_nothing_of_the_packages_imports_what_they_are_measured_against() -> None:
    peers = {"talib", "gplearn", "backtesting", "pandas_ta_classic"}
    for name, text in texts().items():
        if name.endswith(".py") and name.split("/")[0] in PACKAGES:
            imported = {part for node in ast.walk(ast.parse(text)) for part in imported_names(node)}
            assert not imported & peers, name


def imported_names(node: ast.AST) -> set[str]:
    """Return the top names that an import names."""
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    return {str(node.module).split(".")[0]} if isinstance(node, ast.ImportFrom) else set()


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == set(targets())
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert [line.split()[0] for line in shown.splitlines()] == list(targets())


def test_the_commands_in_the_readme_exist() -> None:
    readme = texts()["README.md"]
    commands = set(re.findall(r"^\s+make ([a-z]+)", readme, re.MULTILINE)) | set(re.findall(r"`make ([a-z]+)", readme))
    assert {"demo", "test"} <= commands
    assert commands <= set(targets())


def test_the_verbs_in_the_readme_exist() -> None:
    from organism.cli.main import app

    verbs = re.findall(r"^    organism ([a-z]+)(?: ([a-z]+))?(?= |$)", texts()["README.md"], re.MULTILINE)
    assert len(verbs) >= 5
    root = typer.main.get_command(app)
    for verb, word in verbs:
        command = root.commands[verb]
        if hasattr(command, "commands") and not hasattr(command, "default"):
            assert word in command.commands, f"organism {verb} {word}"


def test_the_configurations_that_are_named_exist() -> None:
    named = set(re.findall(r"configs/[\w-]+\.toml", texts()["README.md"] + texts()["Makefile"]))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_continuous_integration_runs_what_the_readme_says() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    lines = script.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("make ")] == [
        "make setup",
        "make test",
        "make slow",
        "make check",
    ]
    assert "set -euo pipefail" in lines
