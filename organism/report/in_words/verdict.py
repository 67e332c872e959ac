"""What is said of the verdict: each slice at a glance, every gate, and who was registered with it."""

from __future__ import annotations

from collections.abc import Iterator

from organism.report.data import RegistrationTable, StageRow
from organism.report.document import Block, Bullets, Heading, Paragraph, Table, Terms
from organism.report.in_words.meanings import GLANCE
from organism.report.table import known, percent
from organism.views.chapters.equity import EquityLine
from organism.views.chapters.whole import WholeReport

GLANCE_HEADS = ("slice", "days", "Sharpe", "net return", "deepest fall", "longest below a peak", "round trips")
GATE_HEADS = ("slice", "stage", "measured", "asked for", "answer", "what it means")
P_VALUES = (
    "One-sided p-value of alpha on the days of both held-out slices; 1 stands for one that was not asked on both. The "
    "p-values are in the reports of those that passed both slices."
)


def verdict(report: WholeReport) -> Iterator[Block]:
    """Say what was measured and what was asked for."""
    rows = tuple(_glance(report, line) for line in report.equity)
    if rows:
        yield Table(GLANCE_HEADS, rows, frozenset(range(2, 7)))
    if report.said.sealed:
        sealed = (f"{name}: sealed, the vault has not opened it for this strategy." for name in report.said.sealed)
        yield Bullets(tuple(sealed))
    if rows:
        yield GLANCE
    yield Heading("The gates, in order")
    yield _gates(report.said.stages)
    yield Heading("Registration")
    yield from _registration(report.said.registration)


def passed_text(passed: bool | None) -> str:
    """Return the answer of a gate; nothing if it was not asked."""
    return {True: "pass", False: "MISSED", None: ""}[passed]


def _glance(report: WholeReport, line: EquityLine) -> tuple[str, ...]:
    return (
        line.slice,
        f"{line.first} to {line.last}",
        known(line.sharpe),
        percent(line.final, sign=True),
        percent(-line.worst),
        f"{line.longest_days:,.0f} days",
        f"{sum(row.n_trades for row in report.said.coins if row.slice == line.slice):,}",
    )


def _gates(stages: tuple[StageRow, ...]) -> Table | Paragraph:
    if not stages:
        return Paragraph("No stage of the gauntlet has judged it yet.")
    missed = frozenset(place for place, one in enumerate(stages) if one.verdict != "Pass")
    rows = tuple(
        (one.slice, one.name, one.measured, one.threshold, passed_text(place not in missed), one.meaning)
        for place, one in enumerate(stages)
    )
    return Table(GATE_HEADS, rows, frozenset({2}), missed, badges=frozenset({4}))


def _registration(found: RegistrationTable | None) -> Iterator[Block]:
    if found is None:
        yield Paragraph("It was not registered, so no held-out bar was opened for it.")
        return
    yield Paragraph(
        f"Registered before any held-out bar was read, after {found.n_tried:,} trials. {found.n_earlier} other "
        "genotypes had seen some of this time before; they count as questions too, "
        f"{len(found.members) + found.n_earlier} in all."
    )
    rows = tuple(
        (f"{one.strategy_id}{' (this one)' * one.is_this_one}", _p_value(one.p_value), _p_value(one.corrected))
        for one in found.members
    )
    yield Table(("registered together", "p-value", "corrected (Holm)"), rows, frozenset({1, 2}))
    yield Paragraph(P_VALUES, is_note=True)
    yield Terms({"registration": found.sha256})


def _p_value(value: float | None) -> str:
    return "not known here" if value is None else f"{value:.2g}"
