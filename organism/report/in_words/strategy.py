"""The report of one strategy as a document: the verdict first, then what it rests on."""

from __future__ import annotations

from organism.report.document import Block, Bullets, Code, Document, Paragraph, Section, Table
from organism.report.in_words.days import days_section, equity_section, fan_section, months_section, rolling_section
from organism.report.in_words.meanings import meanings
from organism.report.in_words.origin import lineage_section, neighbours_section, trials_section, unknowns_section
from organism.report.in_words.trades import coins_section, costs_section, regimes_section, trades_section
from organism.report.table import number, percent
from organism.report.words import GLANCE
from organism.views.chapters.whole import WholeReport

ORDER = (
    trades_section,
    equity_section,
    months_section,
    rolling_section,
    coins_section,
    regimes_section,
    costs_section,
    neighbours_section,
    fan_section,
    days_section,
    lineage_section,
    trials_section,
    unknowns_section,
)


def strategy_document(report: WholeReport) -> Document:
    """Return the report in words and tables."""
    said = report.said
    why = f": {said.reason}." if said.reason else "."
    return Document(
        title=said.strategy_id,
        lead=(
            Paragraph(f"{said.verdict}, {said.state}{why}"),
            *(Paragraph(stamp) for stamp in said.stamps),
            Paragraph("Measured after fees, slippage and funding.", is_note=True),
        ),
        sections=(_verdict(report), _rule(report), *(section(report) for section in ORDER)),
    )


def _verdict(report: WholeReport) -> Section:
    return Section("Verdict", (*_glance(report), meanings(GLANCE), _gates(report), *_registration(report)))


def _glance(report: WholeReport) -> tuple[Block, ...]:
    heads = ("slice", "days", "Sharpe", "net return", "deepest fall", "longest below a peak", "round trips")
    rows = tuple(
        (
            line.slice,
            f"{line.first} to {line.last}",
            "none" if line.sharpe is None else number(line.sharpe),
            percent(line.final, sign=True),
            percent(-line.worst),
            f"{line.longest_days:,.0f} days",
            f"{sum(row.n_trades for row in report.said.coins if row.slice == line.slice):,}",
        )
        for line in report.equity
    )
    sealed = tuple(f"{name}: sealed, the vault has not opened it for this strategy." for name in report.said.sealed)
    return (Table(heads, rows, frozenset(range(2, 7))), *((Bullets(sealed),) if sealed else ()))


def _gates(report: WholeReport) -> Block:
    stages = report.said.stages
    if not stages:
        return Paragraph("No stage of the gauntlet has judged it yet.")
    return Table(
        ("slice", "stage", "measured", "asked for", "", "what it means"),
        tuple((one.slice, one.name, one.measured, one.threshold, _passed(one.verdict), one.meaning) for one in stages),
        frozenset({2}),
        frozenset(place for place, one in enumerate(stages) if one.verdict != "Pass"),
    )


def _passed(verdict: str) -> str:
    return "pass" if verdict == "Pass" else "MISSED"


def _registration(report: WholeReport) -> tuple[Block, ...]:
    found = report.said.registration
    if found is None:
        return (Paragraph("It was not registered, so no held-out bar was opened for it."),)
    rows = tuple(
        (
            f"{one.strategy_id} (this one)" if one.is_this_one else one.strategy_id,
            _p_value(one.p_value),
            _p_value(one.corrected),
        )
        for one in found.members
    )
    return (
        Paragraph(
            f"Registered before any held-out bar was read, after {found.n_trials:,} trials ({found.sha256[:16]}). "
            f"{found.n_earlier} other genotypes had seen some of this time before; they count as questions too, "
            f"{len(found.members) + found.n_earlier} in all."
        ),
        Table(("registered together", "p-value", "corrected (Holm)"), rows, frozenset({1, 2})),
    )


def _p_value(value: float | None) -> str:
    return "not known here" if value is None else f"{value:.2g}"


def _rule(report: WholeReport) -> Section:
    return Section("Rule", (Code(report.said.rendered), Paragraph(report.said.explanation)))
