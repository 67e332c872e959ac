"""What is said of a rule among its neighbours, in a report and on the page of a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from organism.report.document import Block, Code, Document, Figure, Heading, Paragraph, Section, Table
from organism.report.in_words.meanings import NEIGHBOURS
from organism.report.in_words.trades import untold
from organism.sweep.scenarios import COST_FACTORS, Outcome, Plane, Row, Sweep
from organism.sweep.words import coin_line, headline, plane_line, row_lines, sharpe_text
from organism.views.chapters.whole import WholeReport

PLANE = "plane"
"""Name of the picture of two numbers turned together."""
TOGETHER = "The two numbers that matter most, together"
OWN = "* is the rule itself, - no such rule."


def neighbours(report: WholeReport) -> Iterator[Block]:
    """Say how good the neighbours of the rule are, in sample."""
    found = report.neighbourhood
    if found is None:
        yield untold(report)
        return
    if not found.rows:
        yield Paragraph("It has no number that could be turned.")
        return
    yield Paragraph(f"{headline(found)}.")
    note = Paragraph(f"In-sample Sharpe ratio as each number is turned by itself; {OWN}", is_note=True)
    yield Figure("neighbours", (note, Code("\n".join(row_lines(found)))))
    yield Heading(TOGETHER)
    yield _together(found.plane)
    yield NEIGHBOURS


def sweep_document(found: Sweep, strategy_id: str, rule: str, history: Sequence[str]) -> Document:
    """Return all that a sweep has measured; `history` says where the bars are from."""
    rows = (block for place, row in enumerate(found.rows) for block in _row(place, row))
    return Document(
        title=f"{strategy_id} and its neighbours",
        lead=(Paragraph(f"{headline(found)}."),),
        sections=(
            Section("Rule", (Code(rule), Paragraph(f"By coin, in sample: {coin_line(found)}."))),
            Section(TOGETHER, (_together(found.plane),)),
            Section("Every number by itself", tuple(rows)),
            Section("What this is", (NEIGHBOURS, *map(Paragraph, history))),
        ),
    )


def row_name(place: int) -> str:
    """Return the name of the picture of one number turned by itself."""
    return f"number-{place}"


def _together(plane: Plane | None) -> Paragraph | Figure:
    if plane is None:
        return Paragraph("Fewer than two numbers of this rule change anything.")
    rows = tuple(
        (
            plane.down.text(down),
            *(
                _setting(outcome, is_own=(down, across) == (plane.down.index, plane.across.index))
                for across, outcome in zip(plane.across_indices, line, strict=True)
            ),
        )
        for down, line in zip(plane.down_indices, plane.outcomes, strict=True)
    )
    heads = ("", *(plane.across.text(index) for index in plane.across_indices))
    note = Paragraph(f"{plane_line(plane)} {OWN}", is_note=True)
    return Figure(PLANE, (note, Table(heads, rows, frozenset(range(len(heads))))))


def _row(place: int, row: Row) -> tuple[Block, ...]:
    rows = tuple(
        (
            f"x {factor:g}",
            *(_setting(turn.outcomes[at], is_own=turn.index == row.knob.index) for turn in row.turns),
        )
        for at, factor in enumerate(COST_FACTORS)
    )
    heads = ("costs", *(turn.text for turn in row.turns))
    table = Table(heads, rows, frozenset(range(1, len(heads))))
    return (Paragraph(row.knob.label), Figure(row_name(place), (table,)))


def _setting(outcome: Outcome | None, *, is_own: bool) -> str:
    return f"{'*' if is_own else ''}{sharpe_text(outcome)}"
