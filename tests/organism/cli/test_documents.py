"""Documents on the terminal: every kind of block is words, and nothing in it is read as markup."""

from __future__ import annotations

import pytest

from organism.cli.documents import print_document
from organism.report.document import Badge, Code, Document, Figure, Heading, Paragraph, Section, Stamp, Table, Terms


def test_a_document_is_printed_as_words_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(("id", "n"), (("a", "1"), ("all", "23")), frozenset({1}), sums=frozenset({1}), below=("x > 1", "y"))
    blocks = (
        Heading("[red]Part"),
        Terms({"net": "what is left"}),
        Figure("drawn"),
        Figure("map", (Code("12"),)),
        table,
    )
    lead = (Badge("KILL", "rejected."), Stamp("Weaker."), Paragraph("Quietly.", is_note=True))
    print_document(Document("t", lead, (Section("s", blocks),)))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "t", "KILL, rejected.", "Weaker.", "Quietly.", "", "s", "[red]Part", "- net: what is left", "12",
        "id    n", "a     1", "all  23", "", "a", "x > 1", "", "all", "y",
    ]  # fmt: skip
