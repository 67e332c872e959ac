"""A page as values: sections of paragraphs, lists, tables and rules, which Markdown, HTML and a terminal all show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from organism.views.lineage import RuleLine


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    text: str
    is_note: bool = False
    """Said more quietly: how to read what stands beside it."""


@dataclass(frozen=True, slots=True)
class Bullets:
    """Short remarks, one beside the other."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headings."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    """Columns that are aligned as numbers."""
    missed: frozenset[int] = frozenset()
    """Rows that stand out: something was asked for and not met."""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.heads):
                raise ValueError(f"table of {len(self.heads)} columns has a row of {len(row)}: {row}")


@dataclass(frozen=True, slots=True)
class Code:
    """Text whose lines and spaces matter, such as a rule."""

    text: str


@dataclass(frozen=True, slots=True)
class RuleChange:
    """Two rules, A and B, with what became of each piece; whoever shows it says how the pieces are marked."""

    lines: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """Where a page with figures draws one; what has none leaves it out."""

    name: str


Block = Paragraph | Bullets | Table | Code | RuleChange | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """Some blocks under a heading."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """What a page says, in order; the answer comes first."""

    title: str
    lead: tuple[Block, ...]
    sections: tuple[Section, ...]


def bullets(items: Sequence[str], otherwise: str) -> Block:
    """Return remarks as a list, or what is said where there are none."""
    return Bullets(tuple(items)) if items else Paragraph(otherwise)
