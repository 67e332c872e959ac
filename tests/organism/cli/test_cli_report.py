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
    assert organism("report", f"{cause[:-1]}x").refuses(f"unknown strategy id '{cause[:-1]}x'; nearest: .*{cause}")


def test_a_format_that_is_none_is_refused_with_those_that_are(organism: Organism, cause: str) -> None:
    assert organism("report", cause, "--format", "pdf").refuses("'pdf' is not one of .*'html'.*'png'")


def test_damaged_evidence_is_refused_and_no_page_written(organism: Organism, home: Home, cause: str) -> None:
    with Registry.open(home.registry_path) as registry:
        [row] = registry.verdicts(strategy_id=cause)
    path = home.evidence / row.evidence_sha256 / "pack.json"
    path.write_bytes(path.read_bytes().replace(b'"IS"', b'"XX"', 1))
    assert organism("report", cause).refuses(r"pack\.json is not what was written: put its folder back")
    assert not list(home.reports.iterdir())


def test_a_place_that_cannot_be_written_is_refused(organism: Organism, cause: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here already")
    assert organism("report", cause, "--to", tmp_path / "file" / "page.html").refuses("check the path")
    assert (tmp_path / "file").read_text() == "here already"


def test_without_a_browser_a_picture_is_refused_before_any_work(
    organism: Organism, home: Home, cause: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert organism("report", cause, "--format", "png").refuses(
        r"a picture needs Chromium.*apt-get install chromium.*html"
    )
    assert not list(home.reports.iterdir())


def test_the_document_says_where_the_page_is(organism: Organism, home: Home, cause: str) -> None:
    found = json.loads(organism("report", cause, "--json").out)
    assert found["path"] == str(home.reports / f"{cause}.html")
    assert found["history"]["snapshot_id"]


def test_words_and_values_go_to_stdout_unless_a_file_is_named(
    organism: Organism, home: Home, cause: str, tmp_path: Path
) -> None:
    words = organism("report", cause, "--format", "md")
    assert (words.code, words.err) == (0, "")
    assert words.out.startswith(f"# {cause}\n\nGRADUATE, candidate: passed every stage.\n")
    values = organism("report", cause, "--format", "json").json
    assert (values["schema"], values["kind"], values["said"]["strategy_id"]) == (1, "strategy", cause)
    assert [line["slice"] for line in values["equity"]] == ["IS", "OOS", "WF"]
    assert list(home.reports.iterdir()) == [], "only what was asked for is written"
    target = tmp_path / "words.md"
    assert organism("report", cause, "--format", "md", "--to", target).out == f"written to {target}\n"
    assert target.read_text(encoding="utf-8") == words.out
    assert organism("report", cause, "--format", "json", "--to", target, "--json").json["path"] == str(target)
    assert organism("report", cause, "--to", "-").out.startswith("<!doctype html>")


def test_words_name_what_is_sealed_and_read_nothing_of_it(organism: Organism, home: Home) -> None:
    with Registry.open(home.registry_path) as registry:
        copy = next(strategy.id for strategy in registry.find() if strategy.algorithm_type == "copy")
    words = organism("report", copy, "--format", "md").out
    assert "- OOS: sealed, the vault has not opened it for this strategy.\n" in words
    assert "| OOS" not in words
    values = organism("report", copy, "--format", "json").json
    assert [line["slice"] for line in values["equity"]] == ["IS"]


def test_a_picture_of_a_run_or_of_two_is_refused(organism: Organism, finished_home: Home, cause: str) -> None:
    [run] = [folder.name for folder in finished_home.runs.iterdir() if folder.is_dir()]
    said = organism("report", run, "--format", "png", "--home", finished_home.root)
    assert said.refuses(f"--format png is for a strategy, received run {run}")
    assert organism("report", "compare", cause, "x", "--format", "png").refuses("'png' is not one of 'html', 'md'")
    assert organism("report", cause, "--format", "png", "--to", "-").refuses("--to is -, and a picture is no text")


def test_a_run_is_told_in_words_before_anybody_is_judged(
    organism: Organism, finished_home: Home, tmp_path: Path
) -> None:
    home = Home.open(shutil.copytree(finished_home.root, tmp_path / "finished"))
    [run] = [folder.name for folder in home.runs.iterdir() if folder.is_dir()]
    words = organism("report", run, "--format", "md", "--home", home.root).out
    assert words.startswith(f"# {run}\n\nNobody of its ")
    assert "## Progress of the search" in words
    values = organism("report", run, "--format", "json", "--home", home.root).json
    assert [row["generation"] for row in values["generations"]] == [0, 1, 2, 3]
    assert organism("report", run, "--home", home.root).out == f"written to {home.reports / f'{run}.html'}\n"
    assert 'id="plot-progress"' in (home.reports / f"{run}.html").read_text(encoding="utf-8")
