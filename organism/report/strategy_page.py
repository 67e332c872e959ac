"""The report of one strategy as one page: the verdict first, then what it rests on."""

from __future__ import annotations

from pathlib import Path

from data.durable import write_atomically
from organism.report.chapter import Chapter, contents
from organism.report.chapters_of_days import (
    equity_chapter,
    fan_chapter,
    months_chapter,
    rolling_chapter,
    spread_chapter,
    underwater_chapter,
)
from organism.report.chapters_of_origin import lineage_chapter, neighbours_chapter, trials_chapter, unknowns_chapter
from organism.report.chapters_of_trades import candles_chapter, coins_chapter, costs_chapter, regimes_chapter
from organism.report.interactive import interactive_page
from organism.report.markup import Markup, element
from organism.report.table import cells, framed, number, percent
from organism.report.verdict_part import registration_part, stages_table, summary
from organism.report.words import GLANCE, words
from organism.views.chapters.whole import WholeReport

ORDER = (
    candles_chapter,
    equity_chapter,
    underwater_chapter,
    months_chapter,
    rolling_chapter,
    coins_chapter,
    regimes_chapter,
    costs_chapter,
    neighbours_chapter,
    fan_chapter,
    spread_chapter,
    lineage_chapter,
    trials_chapter,
    unknowns_chapter,
)


def write_strategy_page(report: WholeReport, path: Path) -> None:
    """Write the page, durably; the folder is created."""
    write_atomically(path, strategy_page(report).encode("utf-8"))


def strategy_page(report: WholeReport) -> str:
    """Return the page as text."""
    said = report.said
    chapters = (verdict_chapter(report), rule_chapter(report), *(chapter(report) for chapter in ORDER))
    header = element("header", element("h1", said.strategy_id), summary(said), contents(chapters))
    slots = [slot for chapter in chapters for slot in chapter.slots]
    return interactive_page(said.strategy_id, [header, *(chapter.markup() for chapter in chapters)], slots)


def verdict_chapter(report: WholeReport) -> Chapter:
    """Return each slice at a glance, every gate, and who was registered with it."""
    content = (
        _glance(report),
        words(GLANCE),
        element("h3", "The gates, in order"),
        stages_table(report.said.stages),
        element("h3", "Registration"),
        registration_part(report.said.registration),
    )
    return Chapter("verdict", "Verdict", content)


def rule_chapter(report: WholeReport) -> Chapter:
    """Return the rule as it is written, and in words."""
    return Chapter("rule", "Rule", (element("pre", report.said.rendered), element("p", report.said.explanation)))


def _glance(report: WholeReport) -> Markup:
    heads = ("slice", "days", "Sharpe", "net return", "deepest fall", "longest below a peak", "round trips")
    numbers = set(range(2, 7))
    lines = []
    for line in report.equity:
        n_trades = sum(row.n_trades for row in report.said.coins if row.slice == line.slice)
        texts = (
            line.slice,
            f"{line.first} to {line.last}",
            "none" if line.sharpe is None else number(line.sharpe),
            percent(line.final, sign=True),
            percent(-line.worst),
            f"{line.longest_days:,.0f} days",
            f"{n_trades:,}",
        )
        lines.append(cells("td", texts, numbers))
    for name in report.said.sealed:
        said = element("td", "sealed: the vault has not opened it for this strategy", colspan=len(heads) - 1)
        lines.append(element("tr", element("td", name, class_="name"), said, class_="sealed"))
    return framed(heads, lines, numbers=numbers)
