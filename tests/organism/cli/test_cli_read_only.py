"""A home on a disk that nobody can write to: whatever only reads goes on reading."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from organism.home import Home
from organism.registry.store import Registry

ROOT = Path(__file__).parents[3]
SHUT = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
"""Shell: bind the first argument upon itself for reading alone, then become the rest."""
ASKED = """
import contextlib, io, json, os, sys
from organism.cli.main import main

answers = []
for verb in json.loads(sys.argv[1]):
    sys.argv = ["organism", *verb]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            answers.append([ended.code, out.getvalue(), err.getvalue()])
print(json.dumps(answers))
"""
Asked = Callable[[list[list[str]]], list[tuple[int, str, str]]]


@pytest.fixture
def asked(home: Home) -> Asked:
    """Ask verbs in a process for which the home is on a disk that cannot be written."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("needs `unshare --map-root-user --mount`: user namespaces that this machine allows, or root")

    def ask(verbs: list[list[str]]) -> list[tuple[int, str, str]]:
        program = [sys.executable, "-c", ASKED, json.dumps(verbs)]
        done = subprocess.run(
            ["unshare", "-rm", "sh", "-c", SHUT, "sh", str(home.root), *program],
            cwd=ROOT,
            env={**os.environ, "ORGANISM_HOME": str(home.root)},
            stdout=subprocess.PIPE,
            check=True,
        )
        return [tuple(answer) for answer in json.loads(done.stdout)]

    return ask


@pytest.fixture
def graduates(organism: Callable[..., Any], home: Home) -> list[str]:
    return [row["id"] for row in organism("registry", "list", "--state", "candidate", "--json").json]


def test_a_home_that_cannot_be_written_is_read_and_copied_away(
    organism: Callable[..., Any], asked: Asked, home: Home, graduates: list[str], tmp_path: Path
) -> None:
    name = graduates[0]
    read = [["registry", "list", "--json"], ["registry", "show", name], ["registry", "lineage", name]]
    here = [organism(*verb) for verb in read]
    copy, rule = tmp_path / "copy.sqlite", tmp_path / "rule.jsonl"
    written = [["registry", "backup", str(copy)], ["registry", "export", name, "--to", str(rule)]]
    others = [["sweep", name], ["doctor"], ["registry", "retire", name, "--reason", "old"]]
    *answers, unswept, (_, findings, _), (code, _, refusal) = asked([*read, *written, *others])
    assert [answer[:2] for answer in answers[: len(read)]] == [(0, done.out) for done in here]
    assert [answer[0] for answer in answers[len(read) :]] == [0, 0]
    assert unswept[:2] == (2, ""), "nothing is measured that could not be written"
    assert f"{name}-sweep.html' cannot be written" in unswept[2]
    assert "may not be written to: check the path and its permissions, or give that of another file" in unswept[2]
    assert "wrong home: " in findings, "nothing can be bred there"
    assert findings.splitlines()[-1] == organism("doctor").out.splitlines()[-1], "which is as whole as before"
    assert (code, refusal.count("could not be read or written")) == (2, 1)
    with Registry.read(copy) as copied, Registry.read(home.registry_path) as registry:
        assert (copied.submitted(), copied.verdicts()) == (registry.submitted(), registry.verdicts())
    assert rule.stat().st_size > 0


@pytest.mark.slow
def test_what_was_judged_in_it_is_reported_and_repeated(
    organism: Callable[..., Any], asked: Asked, graduates: list[str], tmp_path: Path
) -> None:
    one, other = graduates
    read = [
        ["replay", one],
        ["report", one, "--format", "md"],
        ["report", "compare", one, other, "--format", "md"],
        ["sweep", one, "--json", "--to", str(tmp_path / "page.html")],
    ]
    here = [organism(*verb) for verb in read]
    assert [answer[:2] for answer in asked(read)] == [(0, done.out) for done in here]
