"""A page as values: sections of paragraphs, lists, tables and rules, which Markdown, HTML and a terminal all show.

What is said of a strategy, of a run, or of two, is said once, as a document; a page draws figures where it has a place
for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from organism.views.lineage import RuleLine


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    text: str
    is_note: bool = False
    """Said more quietly: how to read what stands beside it."""


@dataclass(frozen=True, slots=True)
class Badge:
    """The word of a verdict, and what is said of it."""

    word: str
    said: str

    @property
    def line(self) -> str:
        """Return both in one line."""
        return f"{self.word}, {self.said}"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A warning that nobody may overlook."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a part of a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """Short remarks, one beside the other."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Names, each with what it means or what it is."""

    meanings: Mapping[str, str]

    @property
    def lines(self) -> tuple[str, ...]:
        """Return a line for each name."""
        return tuple(f"{name}: {meaning}" for name, meaning in self.meanings.items())


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headings."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    """Columns that are aligned as numbers."""
    missed: frozenset[int] = frozenset()
    """Rows that stand out: something was asked for and not met."""
    sums: frozenset[int] = frozenset()
    """Rows that sum up those above them."""
    badges: frozenset[int] = frozenset()
    """Columns of the words of verdicts."""
    below: tuple[str, ...] = ()
    """Of each row a text whose lines matter, such as its rule, to be shown below it; or none at all."""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.heads):
                raise ValueError(f"table of {len(self.heads)} columns has a row of {len(row)}: {row}")
        if self.below and len(self.below) != len(self.rows):
            raise ValueError(f"table of {len(self.rows)} rows has {len(self.below)} texts below them")

    @property
    def listing(self) -> str:
        """Return what belongs below the rows as one text, each part after the first cell of its row."""
        return "\n\n".join(f"{row[0]}\n{text}" for row, text in zip(self.rows, self.below, strict=False))


@dataclass(frozen=True, slots=True)
class Code:
    """Text whose lines and spaces matter, such as a rule."""

    text: str


@dataclass(frozen=True, slots=True)
class RuleChange:
    """Two rules, A and B, with what became of each piece; whoever shows it says how the pieces are marked."""

    lines: tuple[RuleLine, ...]


Sentence = Paragraph | Badge | Stamp | Heading
Words = Sentence | Bullets | Terms | Table | Code | RuleChange
"""What can be shown anywhere."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Where a page with figures draws one."""

    name: str
    otherwise: tuple[Words, ...] = ()
    """What stands there where it is not drawn."""


Block = Words | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """Some blocks under a heading."""

    title: str
    blocks: tuple[Block, ...]
    name: str = ""
    """Lower-case word by which the contents of a page lead to it; empty if they do not."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a page says, in order; the answer comes first."""

    title: str
    lead: tuple[Block, ...]
    sections: tuple[Section, ...]


def bullets(items: Sequence[str], otherwise: str) -> Words:
    """Return remarks as a list, or what is said where there are none."""
    return Bullets(tuple(items)) if items else Paragraph(otherwise)


def undrawn(blocks: Iterable[Block]) -> Iterator[Words]:
    """Yield what is shown where nothing is drawn."""
    for block in blocks:
        if isinstance(block, Figure):
            yield from block.otherwise
        else:
            yield block
