"""Pages opened in a browser: every figure is drawn, nothing is complained of, nothing is asked of any network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from matplotlib.image import imread

from data.errors import ConfigError, DataError
from organism.home import Home
from organism.registry.store import Registry
from organism.report.chromium import NAMES, find_chromium, paper, picture
from organism.report.strategy_page import write_strategy_page
from organism.views.chapters.gather import whole_report
from organism.views.chapters.whole import WholeReport
from tests.organism.report.whole import nothing, whole

needs_chromium = pytest.mark.skipif(
    not any(map(shutil.which, NAMES)), reason="no Chromium is installed: apt-get install chromium"
)
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def page_of(judged: Home, tmp_path: Path) -> Callable[[str], Path]:
    """Write the page of a rule of the judged home, by its name."""

    def write(name: str) -> Path:
        with Registry.open(judged.registry_path) as registry:
            [strategy] = [one for one in registry.find() if one.algorithm_type == name]
            [row] = registry.verdicts(strategy_id=strategy.id)
            write_strategy_page(whole_report(judged, registry, strategy, row), tmp_path / f"{name}.html")
        return tmp_path / f"{name}.html"

    return write


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("name", ["cause", "copy"])
def test_every_figure_of_a_judged_strategy_is_drawn_without_a_complaint(
    name: str, page_of: Callable[[str], Path], tmp_path: Path
) -> None:
    """All thirteen but two: no run has bred these rules, so that there are no ancestors and no trials."""
    page = page_of(name)
    opened = picture(page, tmp_path / "page.png", width=1_000)
    assert opened.errors == []
    assert opened.requests == [page.as_uri()], "nothing but the page itself"
    assert (opened.n_slots, opened.n_figures) == (11, 11)
    assert (opened.width, (tmp_path / "page.png").read_bytes()[:8]) == (1_000, PNG), "nothing sticks out at the side"


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize(("report", "n_figures"), [(nothing(), 0), (whole(), 12)], ids=["nothing", "whole"])
def test_a_page_is_drawn_by_night(report: WholeReport, n_figures: int, tmp_path: Path) -> None:
    """`whole` has all thirteen figures but that of the neighbours."""
    write_strategy_page(report, tmp_path / "page.html")
    opened = picture(tmp_path / "page.html", tmp_path / "night.png", is_dark=True)
    assert (opened.errors, opened.n_slots, opened.n_figures) == ([], n_figures, n_figures)
    assert imread(tmp_path / "night.png")[2, 2, :3].max() < 0.25, "paper is dark"


@needs_chromium
@pytest.mark.slow
def test_a_page_prints(tmp_path: Path) -> None:
    write_strategy_page(whole(), tmp_path / "page.html")
    printed = paper(tmp_path / "page.html")
    assert printed.startswith(b"%PDF-")
    # Curves are drawn as such, and on more than one sheet.
    assert printed.count(b"/Type /Page\n") > 3


@needs_chromium
@pytest.mark.slow
def test_a_page_that_was_altered_does_not_run_and_is_not_taken_for_drawn(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    write_strategy_page(whole(), path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"use strict";', '"use strict"; document.title = "altered";'), encoding="utf-8")
    with pytest.raises(DataError, match=r"was not drawn within 2 s"):
        picture(path, tmp_path / "page.png", drawn_s=2.0)


@needs_chromium
@pytest.mark.slow
def test_a_page_that_complains_leaves_no_picture(tmp_path: Path) -> None:
    page, target = tmp_path / "page.html", tmp_path / "page.png"
    page.write_text("<!doctype html><body><script>console.error('out of ink')</script>", encoding="utf-8")
    with pytest.raises(DataError, match=r"has 0 of 0 figures, and says: .*out of ink.*: look at it in a browser"):
        picture(page, target)
    empty = "<!doctype html><html data-drawn='0'><body><div class='plot'></div>"
    page.write_text(empty, encoding="utf-8")
    with pytest.raises(DataError, match=r"has 0 of 1 figures: look at it in a browser"):
        picture(page, target)
    assert not target.exists()


def test_without_chromium_the_refusal_names_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"none of chromium, .* is installed: install it \(on Debian `apt-get"):
        find_chromium()


def test_a_program_that_is_no_chromium_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(DataError, match=r"chromium did not start"):
        picture(tmp_path / "page.html", tmp_path / "page.png")
