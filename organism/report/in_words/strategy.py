"""The report of one strategy as a document: the verdict first, then what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from organism.report.document import Badge, Block, Code, Document, Paragraph, Section, Stamp
from organism.report.in_words.days import days, equity, fan, months, rolling, underwater
from organism.report.in_words.neighbours import neighbours
from organism.report.in_words.origin import lineage, trials, unknowns
from organism.report.in_words.trades import coins, costs, regimes, trades
from organism.report.in_words.verdict import verdict
from organism.views.chapters.rolling import WINDOW_DAYS
from organism.views.chapters.whole import WholeReport


def strategy_document(report: WholeReport) -> Document:
    """Return the report in words and tables, with a place for every figure."""
    sections = (Section(title, tuple(chapter(report)), name) for name, title, chapter in CHAPTERS)
    return Document(report.said.strategy_id, tuple(_lead(report)), tuple(sections))


def rule(report: WholeReport) -> tuple[Block, ...]:
    """Return the rule as it is written, and in words."""
    return (Code(report.said.rendered), Paragraph(report.said.explanation))


CHAPTERS: tuple[tuple[str, str, Callable[[WholeReport], Iterable[Block]]], ...] = (
    ("verdict", "Verdict", verdict),
    ("rule", "Rule", rule),
    ("trades", "Candles and trades", trades),
    ("equity", "Equity by slice", equity),
    ("underwater", "Underwater", underwater),
    ("months", "Month by month", months),
    ("rolling", f"Rolling Sharpe ratio, {WINDOW_DAYS} days", rolling),
    ("coins", "Coin by coin", coins),
    ("regimes", "Regime by regime", regimes),
    ("costs", "What costs took", costs),
    ("neighbours", "Its neighbours", neighbours),
    ("fan", "Histories that might have been", fan),
    ("days", "Days, good and bad", days),
    ("lineage", "Lineage", lineage),
    ("trials", "Trials, and luck", trials),
    ("unknowns", "What was unknown, and notes", unknowns),
)
"""Name, title and words of every chapter, in order."""


def _lead(report: WholeReport) -> Iterator[Block]:
    said = report.said
    yield Badge(said.verdict, f"{said.state}: {said.reason}." if said.reason else f"{said.state}.")
    yield from map(Stamp, said.stamps)
    yield Paragraph("Measured after fees, slippage and funding.", is_note=True)
