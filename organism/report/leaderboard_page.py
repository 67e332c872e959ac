"""The page that lists the strategies of several markets."""

from __future__ import annotations

from pathlib import Path

from data.durable import write_atomically
from organism.report.data import LeaderboardReport, LeaderboardRow, MarketSection
from organism.report.html import badge, listed, page, section
from organism.report.markup import Markup, element
from organism.report.table import UNOPENED, cells, framed, number, percent


def write_leaderboard(report: LeaderboardReport, path: Path) -> None:
    """Write the page, durably; the folder is created."""
    write_atomically(path, leaderboard_page(report).encode("utf-8"))


def leaderboard_page(report: LeaderboardReport) -> str:
    """Return the page as text: the headline, then a table for each market."""
    return page(
        report.title,
        element("header", element("h1", report.title), element("p", report.headline, class_="lead")),
        *(market_part(market) for market in report.markets),
    )


def market_part(market: MarketSection) -> Markup:
    """Return one market under its heading: its strategies, best first, each with its rule."""
    heads = ("strategy", "verdict", "IS Sharpe", "OOS Sharpe", "WF Sharpe", "max drawdown", "trades")
    rows = [row for listed in market.rows for row in _leaderboard_rows(listed)]
    listed_rows = framed(heads, rows, numbers={2, 3, 4, 5, 6}) if rows else element("p", "No strategy was listed.")
    return section(market.name, element("p", market.description), listed_rows, listed(market.notes, ""))


def _leaderboard_rows(row: LeaderboardRow) -> tuple[Markup, Markup]:
    """Return a row of figures, and below it one over the whole width with the rule."""
    figures = (
        element("code", row.strategy_id),
        badge(row.verdict),
        number(row.in_sample_sharpe),
        number(row.out_of_sample_sharpe),
        number(row.walk_forward_sharpe),
        percent(row.max_drawdown),
        UNOPENED if row.n_trades is None else f"{row.n_trades:,}",
    )
    remark = element("p", row.remark, class_="note") if row.remark else Markup("")
    below = element("td", element("pre", row.rule), remark, colspan=len(figures))
    return cells("td", figures, {2, 3, 4, 5, 6}, class_="open"), element("tr", below)
