"""Chapters about where a rule stands: neighbours, lineage, trials, unknowns."""

from __future__ import annotations

from organism.report.ancestors import HEADS, LISTED, NUMBERS, ancestor_rows
from organism.report.chapter import Chapter, note
from organism.report.chapters_of_trades import untold
from organism.report.html import listed
from organism.report.markup import Markup, element
from organism.report.plots.origins import ancestry_figure, chance_figure, neighbours_figure
from organism.report.plots.slot import Choice, Slot, slot_markup
from organism.report.sweep_page import heat_map
from organism.report.table import table
from organism.report.verdict_part import alarms_part, identity_part
from organism.report.words import CHANCE, NEIGHBOURS, words
from organism.sweep.words import headline
from organism.views.chapters.ancestry import Ancestry
from organism.views.chapters.whole import WholeReport


def neighbours_chapter(report: WholeReport) -> Chapter:
    """Return the rule among its neighbours, in sample."""
    title, found = "Its neighbours", report.neighbourhood
    if found is None:
        return Chapter("neighbours", title, (untold(report),))
    if not found.rows:
        return Chapter("neighbours", title, (element("p", "It has no number that could be turned."),))
    about = "In-sample Sharpe ratio as each number of the rule is turned by itself, all others staying as they are."
    slot = Slot("neighbours", about, (Choice(neighbours_figure(found)),))
    content = (
        element("p", f"{headline(found)}."),
        slot_markup(slot),
        element("h3", "The two numbers that matter most, together"),
        heat_map(found.plane),
        words(NEIGHBOURS),
    )
    return Chapter("neighbours", title, content, (slot,))


def lineage_chapter(report: WholeReport) -> Chapter:
    """Return where the rule comes from."""
    found = report.ancestry
    content: list[Markup] = [element("p", _descent(found))]
    figure = ancestry_figure(found)
    slots: tuple[Slot, ...] = ()
    if figure is not None:
        slot = Slot("lineage", "Its ancestors by generation, a line from parent to child.", (Choice(figure),))
        slots, content = (slot,), [*content, slot_markup(slot)]
    if len(found.rows) > 1:
        content.append(_ancestors_table(found))
    if found.note:
        content.append(note(found.note))
    return Chapter("lineage", "Lineage", tuple(content), slots)


def trials_chapter(report: WholeReport) -> Chapter:
    """Return how many were tried before, and what luck alone would have given."""
    title, found, said = "Trials, and luck", report.chance, report.said
    content: list[Markup] = [element("p", _trials(said.n_trials))]
    slots: tuple[Slot, ...] = ()
    if found is not None:
        about = f"What the best of so many rules without an edge would show on {found.n_days:,} in-sample days."
        slots = (Slot("trials", about, (Choice(chance_figure(found)),)),)
        own = "no Sharpe ratio" if found.own is None else f"{found.own:.2f}"
        content += [
            slot_markup(slots[0]),
            element(
                "p",
                f"The best of {found.n_trials:,} rules without an edge is expected to show {found.expected:.2f} here "
                f"by luck alone, and more than {found.rare:.2f} once in twenty searches; this rule shows {own}, of "
                "daily returns.",
            ),
            words(CHANCE),
        ]
    content += [element("h3", "Alarms of its run"), alarms_part(said)]
    return Chapter("trials", title, tuple(content), slots)


def unknowns_chapter(report: WholeReport) -> Chapter:
    """Return what was not known, where the history is from, and what names all of this."""
    said = report.said
    content = (
        listed(said.unknowns, "Nothing was reported as unknown."),
        element("h3", "Where the history is from"),
        listed(said.history, "It is not known here: its snapshot is not in this home."),
        element("h3", "Identity"),
        identity_part(said),
    )
    return Chapter("unknowns", "What was unknown, and notes", content)


def _descent(found: Ancestry) -> str:
    if not found.n_ancestors:
        return f"It has no ancestors on record; it was made by {found.operator}."
    return f"It has {found.n_ancestors:,} ancestors; it was made by {found.operator}."


def _ancestors_table(found: Ancestry) -> Markup:
    listed_rows = table(HEADS, ancestor_rows(found), numbers=NUMBERS)
    left = found.n_ancestors - LISTED
    return element("div", listed_rows, note(f"{left:,} more are not listed.")) if left > 0 else listed_rows


def _trials(n_trials: int) -> str:
    return (
        f"{n_trials:,} distinct rules had been scored on in-sample history before this one was judged, or asked about "
        "by a screen. The best of many looks good by luck alone, so in-sample figures of a chosen rule are too high; "
        "the slices that the search never saw are the evidence."
    )
