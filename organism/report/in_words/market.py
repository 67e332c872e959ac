"""What is said of the strategies of a market: a row for each, and below it its rule."""

from __future__ import annotations

from organism.report.data import LeaderboardReport, LeaderboardRow, MarketSection
from organism.report.document import Block, Bullets, Document, Paragraph, Section, Table
from organism.report.table import UNOPENED, number, percent

HEADS = ("strategy", "verdict", "IS Sharpe", "OOS Sharpe", "WF Sharpe", "max drawdown", "trades", "why")


def leaderboard_document(report: LeaderboardReport) -> Document:
    """Return several markets, one after the other; the headline comes first."""
    sections = (Section(market.name, (Paragraph(market.description), *strategies(market))) for market in report.markets)
    return Document(report.title, (Paragraph(report.headline),), tuple(sections))


def strategies(market: MarketSection) -> tuple[Block, ...]:
    """Return the strategies of one market, the best first, each with its rule, and what is to be noted."""
    notes = (Bullets(market.notes),) if market.notes else ()
    if not market.rows:
        return (Paragraph("No strategy was judged."), *notes)
    table = Table(
        HEADS,
        tuple(map(_row, market.rows)),
        frozenset(range(2, 7)),
        badges=frozenset({1}),
        below=tuple(row.rule for row in market.rows),
    )
    return (table, *notes)


def _row(row: LeaderboardRow) -> tuple[str, ...]:
    return (
        row.strategy_id,
        row.verdict,
        *map(number, (row.in_sample_sharpe, row.out_of_sample_sharpe, row.walk_forward_sharpe)),
        percent(row.max_drawdown),
        UNOPENED if row.n_trades is None else f"{row.n_trades:,}",
        row.remark,
    )
