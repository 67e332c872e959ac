"""`organism report`: where the page goes, and what is refused with what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from organism.home import Home
from organism.registry.store import Registry

Organism = Callable[..., Any]


@pytest.fixture
def home(judged: Home, tmp_path: Path) -> Home:
    """Return a copy of a home in which seven rules were judged."""
    return Home.open(shutil.copytree(judged.root, tmp_path / "home"))


@pytest.fixture
def cause(home: Home) -> str:
    """Return the id of the rule that graduated."""
    with Registry.open(home.registry_path) as registry:
        return next(strategy.id for strategy in registry.find() if strategy.algorithm_type == "cause")


def test_a_page_is_written_where_it_was_asked_for(organism: Organism, cause: str, tmp_path: Path) -> None:
    target = tmp_path / "new" / "page.html"
    done = organism("report", cause[:-3], "--to", target)
    assert (done.code, done.out) == (0, f"written to {target}\n")
    assert f"<h1>{cause}</h1>" in target.read_text(encoding="utf-8")


def test_the_same_evidence_gives_the_same_page(organism: Organism, home: Home, cause: str) -> None:
    pages = []
    for _ in range(2):
        assert organism("report", cause).code == 0
        pages.append((home.reports / f"{cause}.html").read_bytes())
    assert pages[0] == pages[1]


def test_a_report_opens_nothing(organism: Organism, home: Home, cause: str) -> None:
    with Registry.open(home.registry_path) as registry:
        before = registry.openings(0, 2**62)
    assert organism("report", cause).code == 0
    with Registry.open(home.registry_path) as registry:
        assert registry.openings(0, 2**62) == before


def test_an_unknown_id_is_answered_with_the_nearest(organism: Organism, cause: str) -> None:
    organism("report", f"{cause[:-1]}x").refuses(f"unknown strategy id '{cause[:-1]}x'; nearest: .*{cause}")


def test_a_format_that_is_none_is_refused_with_those_that_are(organism: Organism, cause: str) -> None:
    organism("report", cause, "--format", "pdf").refuses("'pdf' is not one of .*'html'.*'png'")


def test_damaged_evidence_is_refused_and_no_page_written(organism: Organism, home: Home, cause: str) -> None:
    with Registry.open(home.registry_path) as registry:
        [row] = registry.verdicts(strategy_id=cause)
    path = home.evidence / row.evidence_sha256 / "pack.json"
    path.write_bytes(path.read_bytes().replace(b'"IS"', b'"XX"', 1))
    organism("report", cause).refuses(r"pack\.json is not what was written: restore the folder")
    assert not list(home.reports.iterdir())


def test_a_place_that_cannot_be_written_is_refused(organism: Organism, cause: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here already")
    organism("report", cause, "--to", tmp_path / "file" / "page.html").refuses("check the path")
    assert (tmp_path / "file").read_text() == "here already"


def test_without_a_browser_a_picture_is_refused_before_any_work(
    organism: Organism, home: Home, cause: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    organism("report", cause, "--format", "png").refuses(r"a picture needs Chromium.*apt-get install chromium.*html")
    assert not list(home.reports.iterdir())


def test_the_document_says_where_the_page_is(organism: Organism, home: Home, cause: str) -> None:
    found = json.loads(organism("report", cause, "--json").out)
    assert found["path"] == str(home.reports / f"{cause}.html")
    assert found["history"]["snapshot_id"]
