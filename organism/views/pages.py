"""From a verdict on record to a picture of its page."""

from __future__ import annotations

import tempfile
from pathlib import Path

from organism.home import Home
from organism.registry.rows import Strategy, VerdictRow
from organism.registry.store import Registry
from organism.report.chromium import picture
from organism.report.strategy_page import write_strategy_page
from organism.views.chapters.gather import whole_report


def write_picture(home: Home, registry: Registry, strategy: Strategy, row: VerdictRow, path: Path) -> None:
    """Write a picture of the page of one verdict.

    Raises
    ------
    ConfigError
        If there is no Chromium to take it.
    DataError
        If the evidence is missing or damaged, or the page could not be drawn.
    """
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        write_strategy_page(whole_report(home, registry, strategy, row), page)
        picture(page, path)
