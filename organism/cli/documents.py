"""A document on the terminal: what Markdown would say, in columns and colours."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table as Grid
from rich.text import Text

from data.shown import inert_line
from organism.cli.tables import console
from organism.report.document import (
    Badge,
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Paragraph,
    RuleChange,
    Sentence,
    Stamp,
    Table,
    Terms,
    Words,
    undrawn,
)
from organism.views.lineage_words import MARKS_SAID, rule_lines

CHANGED = {"-": "red", "+": "green"}
"""Colour of a line of a rule by the mark before it."""


def print_document(document: Document) -> None:
    """Print a document; nothing in it is read as markup, and every colour only repeats a mark or a word."""
    screen = console()
    screen.print(Text(_inert(document.title), "bold"))
    for part in _written(document.lead):
        screen.print(part)
    for section in document.sections:
        screen.print()
        screen.print(Text(_inert(section.title), "bold"))
        for part in _written(section.blocks):
            screen.print(part)


def _written(blocks: Sequence[Block]) -> list[Text | Grid]:
    return [part for block in undrawn(blocks) for part in _block(block)]


def _block(block: Words) -> list[Text | Grid]:
    match block:
        case Paragraph() | Badge() | Stamp() | Heading():
            return [_sentence(block)]
        case Bullets(items):
            return _listed(items)
        case Terms():
            return _listed(block.lines)
        case Code(text):
            return _lines(text)
        case RuleChange(lines):
            shown = [Text(_inert(line), CHANGED.get(line[0], "")) for line in rule_lines(lines)]
            return [*shown, Text(MARKS_SAID, "dim")]
        case Table():
            return [_grid(block), *(_lines(f"\n{block.listing}") if block.below else [])]


def _sentence(block: Sentence) -> Text:
    match block:
        case Paragraph(text, is_note):
            return Text(_inert(text), "dim" if is_note else "")
        case Badge():
            return Text(_inert(block.line))
        case Stamp(text):
            return Text(_inert(text), "bold red")
        case Heading(text):
            return Text(_inert(text), "bold")


def _lines(text: str) -> list[Text | Grid]:
    return [Text(_inert(line)) for line in text.split("\n")]


def _listed(items: Sequence[str]) -> list[Text | Grid]:
    return [Text(f"- {_inert(item)}") for item in items]


def _grid(table: Table) -> Grid:
    grid = Grid(header_style="bold", box=None, pad_edge=False)
    for place, head in enumerate(table.heads):
        is_number = place in table.numbers
        grid.add_column(_inert(head), justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    for place, row in enumerate(table.rows):
        style = "bold red" if place in table.missed else "bold" if place in table.sums else ""
        grid.add_row(*(Text(_inert(cell)) for cell in row), style=style)
    return grid


def _inert(text: str) -> str:
    return inert_line(text, len(text))
