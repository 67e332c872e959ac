"""What is said of where a rule comes from: lineage, trials, unknowns."""

from __future__ import annotations

from collections.abc import Iterator

from organism.report.document import Block, Figure, Heading, Paragraph, Table, Terms, bullets
from organism.report.in_words.meanings import CHANCE
from organism.report.table import known
from organism.views.chapters.ancestry import Ancestor, Ancestry
from organism.views.chapters.chance import Chance
from organism.views.chapters.whole import WholeReport

LISTED = 25
"""Ancestors that a table shows; further ones are counted."""
ANCESTOR_HEADS = ("who", "back", "generation", "made by", "in-sample Sharpe", "parts", "trades")


def lineage(report: WholeReport) -> Iterator[Block]:
    """Say where the rule comes from."""
    found = report.ancestry
    many = f"{found.n_ancestors:,} ancestors" if found.n_ancestors else "no ancestors on record"
    yield Paragraph(f"It has {many}; it was made by {found.operator}.")
    yield Figure("lineage")
    if len(found.rows) > 1:
        rows = tuple(_ancestor(found, row) for row in found.rows[: LISTED + 1])
        yield Table(ANCESTOR_HEADS, rows, frozenset({1, 2, 4, 5, 6}))
    if found.n_ancestors > LISTED:
        yield Paragraph(f"{found.n_ancestors - LISTED:,} more are not listed.", is_note=True)
    if found.note:
        yield Paragraph(found.note, is_note=True)


def trials(report: WholeReport) -> Iterator[Block]:
    """Say how many were tried before, what luck alone would have given, and which alarms there are."""
    said = report.said
    yield Paragraph(
        f"{said.n_tried:,} distinct rules had been scored on in-sample history before this one was judged, or asked "
        "about by a screen. The best of many looks good by luck alone, so in-sample figures of a chosen rule are too "
        "high; the slices that the search never saw are the evidence."
    )
    if report.chance is not None:
        yield Figure("trials")
        yield Paragraph(_by_luck(report.chance))
        yield CHANCE
    yield Heading("Alarms of its run")
    none = "None could be computed." if said.registration else "Alarms are computed for those that were registered."
    yield bullets(said.alarms, none)


def unknowns(report: WholeReport) -> Iterator[Block]:
    """Say what was not known, where the history is from, and what names all of this."""
    said = report.said
    yield bullets(said.unknowns, "Nothing was reported as unknown.")
    yield Heading("Where the history is from")
    yield bullets(said.history, "It is not known here: its snapshot is not in this home.")
    yield Heading("Identity")
    yield Terms(
        {
            "snapshot": said.snapshot_id,
            "policy": said.policy_hash,
            "evidence": said.evidence_sha256,
            "strategy": said.strategy_id,
        }
    )


def _ancestor(found: Ancestry, row: Ancestor) -> tuple[str, ...]:
    name = found.names.get(row.genotype, row.genotype[:16])
    return (
        f"{name} (this one)" if row.distance == 0 else name,
        "not known" if row.distance is None else str(row.distance),
        "not known" if row.generation is None else str(row.generation),
        row.operator or "not known",
        known(row.sharpe),
        "" if row.parts is None else str(row.parts),
        "" if row.n_trades is None else f"{row.n_trades:,}",
    )


def _by_luck(found: Chance) -> str:
    own = "no Sharpe ratio" if found.own is None else f"{found.own:.2f}"
    return (
        f"The best of {found.n_tried:,} rules without an edge is expected to show {found.expected:.2f} on "
        f"{found.n_days:,} in-sample days by luck alone, and more than {found.rare:.2f} once in twenty searches; this "
        f"rule shows {own}, of daily returns."
    )
