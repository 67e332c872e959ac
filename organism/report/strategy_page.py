"""The report of one strategy as one page: what is said of it, with its figures."""

from __future__ import annotations

from pathlib import Path

from data.durable import write_atomically
from organism.report.document_page import document_page
from organism.report.in_words.strategy import strategy_document
from organism.report.strategy_figures import strategy_pictures, strategy_slots
from organism.views.chapters.whole import WholeReport


def strategy_page(report: WholeReport) -> str:
    """Return the page as text."""
    return document_page(strategy_document(report), strategy_slots(report), strategy_pictures(report))


def write_strategy_page(report: WholeReport, path: Path) -> None:
    """Write the page, durably; the folder is created."""
    write_atomically(path, strategy_page(report).encode("utf-8"))
