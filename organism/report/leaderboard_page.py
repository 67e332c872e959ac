"""The page that lists the strategies of several markets."""

from __future__ import annotations

from pathlib import Path

from data.durable import write_atomically
from organism.report.data import LeaderboardReport
from organism.report.document_page import document_page
from organism.report.in_words.market import leaderboard_document


def leaderboard_page(report: LeaderboardReport) -> str:
    """Return the page as text: the headline, then a table for each market."""
    return document_page(leaderboard_document(report))


def write_leaderboard(report: LeaderboardReport, path: Path) -> None:
    """Write the page, durably; the folder is created."""
    write_atomically(path, leaderboard_page(report).encode("utf-8"))
