"""Documents as Markdown: what a reader sees is what was said."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from organism.report.document import (
    Badge,
    Bullets,
    Code,
    Document,
    Figure,
    Heading,
    Paragraph,
    RuleChange,
    Section,
    Stamp,
    Table,
    Terms,
)
from organism.report.markdown import escaped, in_cell, to_markdown
from organism.views.lineage import Piece, RuleLine

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def read(markdown: str) -> str:
    """Return the text that a reader of the rendered page sees."""
    return unescape(re.sub(r"<[^>]+>", "", READER.render(markdown)))


def test_a_document_is_headings_tables_and_a_diff() -> None:
    change = RuleLine("long entry", (Piece("rsi(", "same"), Piece("14", "changed")), (Piece("rsi(9", "same"),))
    document = Document(
        "A beside B",
        (Paragraph("B is higher."), Paragraph("Quietly.", is_note=True)),
        (
            Section("Gates", (Table(("stage", "A"), (("trades", "7"), ("luck | chance", "1,234")), frozenset({1})),)),
            Section("Rules", (RuleChange((change,)), Code("x < 1"), Bullets(("one", "# two")))),
        ),
    )
    assert to_markdown(document) == (
        "# A beside B\n\nB is higher.\n\n*Quietly.*\n\n## Gates\n\n"
        "| stage          |     A |\n| -------------- | ----: |\n| trades         |     7 |\n"
        "| luck \\| chance | 1,234 |\n\n"
        "## Rules\n\n```diff\n- long entry: rsi({14}\n+ long entry: rsi(9\n```\n\n"
        "*{-...-} is in the first alone, {+...+} in the second alone, {...} is another number.*\n\n"
        "```text\nx < 1\n```\n\n- one\n- \\# two\n"
    )


def test_a_verdict_a_warning_and_terms_are_words_and_a_figure_is_what_stands_there_otherwise() -> None:
    listed = Table(("id", "n"), (("a", "1"), ("b", "2")), frozenset({1}), below=("x > 1\nx < 2", "y"))
    blocks = (Heading("Part"), Terms({"net": "what is left"}), Figure("drawn"), Figure("months", (Code("12"),)), listed)
    document = Document("t", (Badge("KILL", "rejected: too *few*."), Stamp("Weaker.")), (Section("s", blocks),))
    assert to_markdown(document) == (
        "# t\n\nKILL, rejected: too \\*few\\*.\n\n**Weaker.**\n\n## s\n\n### Part\n\n- net: what is left\n\n"
        "```text\n12\n```\n\n| id  |   n |\n| --- | --: |\n| a   |   1 |\n| b   |   2 |\n\n"
        "```text\na\nx > 1\nx < 2\n\nb\ny\n```\n"
    )


@pytest.mark.parametrize(
    "text",
    ["gp_19_2f8350b4", "*bold* _italic_", "<script>", "[a](b)", "1. one", "- x", "`code`", "a ~~b~~ c", "> 2"],
)
def test_text_is_read_as_it_was_written(text: str) -> None:
    assert read(escaped(text)).strip() == text
    cell = read(to_markdown(Document("t", (), (Section("s", (Table(("h",), ((text,),)),)),))))
    assert text in cell


PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126)


@given(st.text(PRINTABLE, min_size=1, max_size=30).map(str.strip).filter(bool))
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    assert read(escaped(text)).strip() == text


def test_a_fence_is_longer_than_any_inside_of_it() -> None:
    written = to_markdown(Document("t", (), (Section("s", (Code("a\n````\nb"),)),)))
    assert written.endswith("`````text\na\n````\nb\n`````\n")


def test_a_line_stays_a_line() -> None:
    assert in_cell("a\nb\x1b[31m") == "a\\\\nb\\\\x1b\\[31m"


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="table of 2 columns has a row of 1"):
        Table(("a", "b"), (("c",),))
    with pytest.raises(ValueError, match="table of 1 rows has 2 texts below them"):
        Table(("a",), (("c",),), below=("x", "y"))
