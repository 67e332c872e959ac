"""The pages of a run and of two strategies in a browser: every figure is drawn, nothing is complained of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from organism.comparison.page import comparison_page
from organism.comparison.strategies import compare_strategies
from organism.home import Home
from organism.registry.store import Registry
from organism.report.chromium import NAMES, picture
from organism.report.run_page import run_page
from tests.organism.report.overview import overview

needs_chromium = pytest.mark.skipif(
    not any(map(shutil.which, NAMES)), reason="no Chromium is installed: apt-get install chromium"
)


@needs_chromium
@pytest.mark.slow
def test_the_figures_of_a_run_are_drawn(tmp_path: Path) -> None:
    page = tmp_path / "run.html"
    page.write_text(run_page(overview()), encoding="utf-8")
    opened = picture(page, tmp_path / "run.png")
    assert (opened.errors, opened.requests) == ([], [page.as_uri()])
    assert (opened.n_slots, opened.n_figures) == (2, 2)


@needs_chromium
@pytest.mark.slow
def test_the_figure_of_two_strategies_is_drawn(judged: Home, tmp_path: Path) -> None:
    page = tmp_path / "two.html"
    with Registry.open(judged.registry_path) as registry:
        names = {strategy.algorithm_type: strategy.id for strategy in registry.find()}
        found = compare_strategies(judged, registry, names["cause"], names["short"])
    page.write_text(comparison_page(found), encoding="utf-8")
    opened = picture(page, tmp_path / "two.png")
    assert (opened.errors, opened.requests) == ([], [page.as_uri()])
    assert (opened.n_slots, opened.n_figures) == (1, 1)
