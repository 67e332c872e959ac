"""A document as Markdown that is read in a terminal and on GitHub alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

from data.shown import inert_line
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

# What Markdown, or HTML inside of it, would act on anywhere; underscores inside of words mean nothing on GitHub.
_SPECIAL = re.compile(r"[\\`*\[\]|~&$]|<(?=[A-Za-z/!?])|(?<![^\W_])_|_(?![^\W_])")
# What would make a line something else than a paragraph.
_AT_THE_BEGINNING = re.compile(r"^(?=[#>+=-])|(?<=^\d)(?=[.)])")


def to_markdown(document: Document) -> str:
    """Return the document as Markdown; text of users is shown as it is, never read as markup."""
    parts = [f"# {escaped(document.title)}", *_written(document.lead)]
    for section in document.sections:
        parts += [f"## {escaped(section.title)}", *_written(section.blocks)]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Return text in one line, in which nothing is markup."""
    return _AT_THE_BEGINNING.sub(r"\\", in_cell(text))


def in_cell(text: str) -> str:
    """Return text for the inside of a line, such as a cell of a table, in which nothing is markup."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], inert_line(text, len(text)))


def _written(blocks: Sequence[Block]) -> list[str]:
    return [_block(block) for block in undrawn(blocks)]


def _block(block: Words) -> str:
    match block:
        case Paragraph() | Badge() | Stamp() | Heading():
            return _sentence(block)
        case Bullets(items):
            return _listed(items)
        case Terms():
            return _listed(block.lines)
        case Table():
            return f"{_table(block)}\n\n{_text(block.listing)}" if block.below else _table(block)
        case Code(text):
            return _text(text)
        case RuleChange(lines):
            return f"{_fenced(list(rule_lines(lines)), 'diff')}\n\n*{escaped(MARKS_SAID)}*"


def _sentence(block: Sentence) -> str:
    match block:
        case Paragraph(text, is_note):
            return f"*{escaped(text)}*" if is_note else escaped(text)
        case Badge():
            return escaped(block.line)
        case Stamp(text):
            return f"**{escaped(text)}**"
        case Heading(text):
            return f"### {escaped(text)}"


def _listed(items: Sequence[str]) -> str:
    return "\n".join(f"- {escaped(item)}" for item in items)


def _text(text: str) -> str:
    return _fenced(text.split("\n"), "text")


def _fenced(lines: Sequence[str], language: str) -> str:
    body = [inert_line(line, len(line)) for line in lines]
    longest = max((len(found) for line in body for found in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *body, fence])


def _table(table: Table) -> str:
    """Return a table whose columns line up, so that it is one in a terminal too."""
    cells = [[in_cell(text) for text in row] for row in (table.heads, *table.rows)]
    widths = [max(3, *(len(row[place]) for row in cells)) for place in range(len(table.heads))]
    rules = ["-" * (width - 1) + ":" if place in table.numbers else "-" * width for place, width in enumerate(widths)]
    lines = [_row(row, widths, table.numbers) for row in cells]
    return "\n".join([lines[0], _row(rules, widths, table.numbers), *lines[1:]])


def _row(cells: Sequence[str], widths: Sequence[int], numbers: frozenset[int]) -> str:
    padded = (
        cell.rjust(width) if place in numbers else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "| " + " | ".join(padded) + " |"
