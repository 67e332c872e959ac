"""From a verdict on record to its page in a file."""

from __future__ import annotations

from pathlib import Path

from evolution.run.layout import RunFolder
from organism.home import Home
from organism.registry.rows import Strategy, VerdictRow
from organism.registry.store import Registry
from organism.report.html import write_strategy_report
from organism.views.permutations import permutation_lines
from organism.views.verdict_report import report_of


def write_page(home: Home, registry: Registry, strategy: Strategy, row: VerdictRow, path: Path | None = None) -> Path:
    """Write the page of one verdict and return where; by default into the reports of the home.

    Raises
    ------
    DataError
        If the evidence is missing or damaged.
    """
    target = path or home.reports / f"{strategy.id}.html"
    about_run = permutation_lines(RunFolder(home.runs / strategy.run_id))
    write_strategy_report(report_of(home, registry, strategy, row, about_run), target)
    return target
