"""Where a rule stands, in words: neighbours, lineage, trials, unknowns."""

from __future__ import annotations

from organism.report.ancestors import HEADS, LISTED, NUMBERS, ancestor_rows
from organism.report.document import Block, Code, Paragraph, Section, Table, bullets
from organism.report.in_words.meanings import meanings
from organism.report.in_words.trades import untold
from organism.report.words import CHANCE, NEIGHBOURS
from organism.sweep.words import headline, row_lines
from organism.views.chapters.whole import WholeReport

ALARMLESS = "Alarms are computed for those that were registered."


def neighbours_section(report: WholeReport) -> Section:
    """Return the rule among its neighbours, in sample."""
    title, found = "Its neighbours", report.neighbourhood
    if found is None:
        return Section(title, (untold(report),))
    if not found.rows:
        return Section(title, (Paragraph("It has no number that could be turned."),))
    note = "In-sample Sharpe ratio as each number is turned by itself; * is where it stands, - no such rule."
    return Section(
        title,
        (
            Paragraph(f"{headline(found)}."),
            Paragraph(note, is_note=True),
            Code("\n".join(row_lines(found))),
            meanings(NEIGHBOURS),
        ),
    )


def lineage_section(report: WholeReport) -> Section:
    """Return where the rule comes from."""
    found = report.ancestry
    many = f"{found.n_ancestors:,} ancestors" if found.n_ancestors else "no ancestors on record"
    content: list[Block] = [Paragraph(f"It has {many}; it was made by {found.operator}.")]
    if len(found.rows) > 1:
        content.append(Table(HEADS, ancestor_rows(found), NUMBERS))
    if found.n_ancestors > LISTED:
        content.append(Paragraph(f"{found.n_ancestors - LISTED:,} more are not listed.", is_note=True))
    if found.note:
        content.append(Paragraph(found.note, is_note=True))
    return Section("Lineage", tuple(content))


def trials_section(report: WholeReport) -> Section:
    """Return how many were tried before, and what luck alone would have given."""
    said, found = report.said, report.chance
    content: list[Block] = [
        Paragraph(
            f"{said.n_trials:,} distinct rules had been scored on in-sample history before this one was judged, or "
            "asked about by a screen. The best of many looks good by luck alone, so in-sample figures of a chosen rule "
            "are too high; the slices that the search never saw are the evidence."
        )
    ]
    if found is not None:
        own = "no Sharpe ratio" if found.own is None else f"{found.own:.2f}"
        content += [
            Paragraph(
                f"The best of {found.n_trials:,} rules without an edge is expected to show {found.expected:.2f} on "
                f"{found.n_days:,} in-sample days by luck alone, and more than {found.rare:.2f} once in twenty "
                f"searches; this rule shows {own}, of daily returns."
            ),
            meanings(CHANCE),
        ]
    alarms = bullets(said.alarms, "None could be computed." if said.registration else ALARMLESS)
    return Section("Trials, and luck", (*content, Paragraph("Alarms of its run:"), alarms))


def unknowns_section(report: WholeReport) -> Section:
    """Return what was not known, where the history is from, and what names all of this."""
    said = report.said
    names = (
        ("snapshot", said.snapshot_id),
        ("policy", said.policy_hash),
        ("evidence", said.evidence_sha256),
        ("strategy", said.strategy_id),
    )
    return Section(
        "What was unknown, and notes",
        (
            bullets(said.unknowns, "Nothing was reported as unknown."),
            Paragraph("Where the history is from:"),
            bullets(said.history, "It is not known here: its snapshot is not in this home."),
            Table(("", "identity"), names),
        ),
    )
