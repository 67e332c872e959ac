"""A document as the body of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from organism.report.document import Block, Bullets, Code, Document, Figure, Paragraph, RuleChange, Table
from organism.report.html import page, section
from organism.report.interactive import interactive_page
from organism.report.markup import Markup, element, join
from organism.report.plots.slot import Slot, slot_markup
from organism.report.table import cells, framed
from organism.views.lineage import Piece, RuleLine

STYLE = (
    "ins, del, mark { text-decoration: none; color: inherit; border-radius: 3px; padding: 0 2px; } "
    # Thin enough for letters by day and by night.
    "ins { background: rgba(21, 156, 119, 0.28); } del { background: rgba(217, 88, 43, 0.28); } "
    "mark { background: rgba(214, 168, 20, 0.34); } td.name + td.name { white-space: normal; }"
)
NOTHING = Markup("")
MARKS = element(
    "p",
    element("del", "In A alone"),
    ", ",
    element("ins", "in B alone"),
    ", ",
    element("mark", "another number"),
    ".",
    class_="note",
)
TAGS = {"added": "ins", "removed": "del", "changed": "mark"}


def document_page(document: Document, slots: Sequence[Slot] = (), first: Markup = NOTHING) -> str:
    """Return the whole page.

    Parameters
    ----------
    slots
        Figures by the names that the document gives to them; without any the page has no script at all.
    first
        What stands before the first section.
    """
    places = {slot.name: slot_markup(slot) for slot in slots}
    header = element("header", element("h1", document.title), *_lead(document.lead))
    sections = [section(part.title, *(_block(block, places) for block in part.blocks)) for part in document.sections]
    body = [header, first, *sections]
    if slots:
        return interactive_page(document.title, [element("style", Markup(STYLE)), *body], slots)
    return page(document.title, *body, more_style=STYLE)


def _lead(blocks: Sequence[Block]) -> list[Markup]:
    first, *others = blocks
    assert isinstance(first, Paragraph)
    return [element("p", first.text, class_="lead"), *(_block(block, {}) for block in others)]


def _block(block: Block, places: Mapping[str, Markup]) -> Markup:
    match block:
        case Paragraph(text, is_note):
            return element("p", text, class_="note") if is_note else element("p", text)
        case Bullets(items):
            return element("ul", *(element("li", item) for item in items))
        case Code(text):
            return element("pre", text)
        case RuleChange(lines):
            return join(element("pre", *(part for line in lines for part in _change(line))), MARKS)
        case Figure(name):
            return places.get(name, NOTHING)
        case Table():
            return _table(block)


def _table(table: Table) -> Markup:
    numbers = set(table.numbers)
    rows = [
        cells("td", row, numbers, **({"class_": "missed"} if place in table.missed else {}))
        for place, row in enumerate(table.rows)
    ]
    return framed(table.heads, rows, numbers=numbers)


def _change(line: RuleLine) -> list[Markup]:
    """Return a part of a rule once if it is the same, else A's above B's."""
    if line.is_same:
        return [join(f"   {line.name}: ", *_pieces(line.after), "\n")]
    return [
        join(f"A  {line.name}: ", *_pieces(line.before), "\n"),
        join(f"B  {line.name}: ", *_pieces(line.after), "\n"),
    ]


def _pieces(pieces: Sequence[Piece]) -> list[str]:
    return [element(TAGS[piece.kind], piece.text) if piece.kind in TAGS else piece.text for piece in pieces]
