"""A block of a document as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from organism.report.document import (
    Badge,
    Block,
    Bullets,
    Code,
    Figure,
    Heading,
    Paragraph,
    RuleChange,
    Sentence,
    Stamp,
    Table,
    Terms,
    Words,
)
from organism.report.html import badge
from organism.report.markup import Markup, element, join
from organism.report.table import framed
from organism.views.lineage import Piece, RuleLine

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
LONG = 30
"""Letters of a text from which on its column is broken into lines."""
TAGS = {"added": "ins", "removed": "del", "changed": "mark"}


def block_markup(block: Block, drawn: Mapping[str, Markup]) -> Markup:
    """Return a block; a figure is what is drawn of its name, or what stands there otherwise."""
    if not isinstance(block, Figure):
        return _words(block)
    return drawn[block.name] if block.name in drawn else join(*map(_words, block.otherwise))


def _words(block: Words) -> Markup:
    match block:
        case Paragraph() | Badge() | Stamp() | Heading():
            return _sentence(block)
        case Bullets(items):
            return element("ul", *(element("li", item) for item in items))
        case Terms(meanings):
            named = (join(element("dt", name), element("dd", meaning)) for name, meaning in meanings.items())
            return element("dl", *named, class_="words")
        case Code(text):
            return element("pre", text)
        case RuleChange(lines):
            return join(element("pre", *(part for line in lines for part in _change(line))), MARKS)
        case Table():
            return framed(block.heads, list(_rows(block)), numbers=block.numbers)


def _sentence(block: Sentence) -> Markup:
    match block:
        case Paragraph(text, is_note):
            return element("p", text, class_="note") if is_note else element("p", text)
        case Badge(word, said):
            return element("p", badge(word), f" {said}")
        case Stamp(text):
            return element("p", text, class_="stamp")
        case Heading(text):
            return element("h3", text)


def _rows(table: Table) -> Iterator[Markup]:
    widths = [_width(table, column) for column in range(len(table.heads))]
    for place, row in enumerate(table.rows):
        texts = (badge(text) if text and column in table.badges else text for column, text in enumerate(row))
        made = (element("td", text, class_=width) for text, width in zip(texts, widths, strict=True))
        style = _style(table, place)
        yield element("tr", *made, **({"class_": style} if style else {}))
        if table.below:
            yield element("tr", element("td", element("pre", table.below[place]), colspan=len(table.heads)))


def _width(table: Table, column: int) -> str:
    if column in table.numbers:
        return "number"
    return "long" if any(len(row[column]) > LONG for row in table.rows) else "short"


def _style(table: Table, place: int) -> str:
    said = {"missed": place in table.missed, "sum": place in table.sums, "open": bool(table.below)}
    return " ".join(name for name, holds in said.items() if holds)


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
