"""Documents as pages: what is drawn stands in its place, and what is a badge, a sum or a miss looks like one."""

from __future__ import annotations

import re

import pytest

from organism.report.document import Badge, Document, Figure, Paragraph, Section, Stamp, Table, Terms
from organism.report.document_page import document_page
from organism.report.markup import element
from tests.organism.report.outline import Outline

TABLE = Table(("", "answer", "n"), (("a", "MISSED", "1"), ("b", "", "2"), ("all", "pass", "3")), frozenset({2}))
SAID = Paragraph("Said.")


def page(*blocks: Paragraph | Figure | Table | Terms, lead: Badge | Paragraph = SAID) -> str:
    return document_page(Document("t", (lead, Stamp("Weaker.")), (Section("Part", blocks, "part"), Section("s", ()))))


def test_a_place_holds_what_is_drawn_or_else_what_is_said_instead() -> None:
    document = Document("t", (SAID,), (Section("s", (Figure("heat", (Paragraph("1, 2"),)),)),))
    assert "<p>1, 2</p>" in document_page(document)
    drawn = document_page(document, pictures={"heat": element("b", "red")})
    assert "<b>red</b>" in drawn
    assert "1, 2" not in drawn
    with pytest.raises(ValueError, match=r"'t' has no place for \['cold'\]; it has places for \['heat'\]"):
        document_page(document, pictures={"cold": element("b", "blue")})


def test_the_answer_comes_first_with_its_word_as_a_badge() -> None:
    body = page(lead=Badge("KILL", "rejected <b>."))
    assert (
        '<p class="lead"><span class="badge bad">KILL</span> rejected &lt;b&gt;.</p><p class="stamp">Weaker.</p>'
        in body
    )


def test_contents_lead_to_the_sections_that_have_a_name() -> None:
    outline = Outline(page())
    assert [value for name, value in outline.attributes if name in ("href", "id")] == ["#part", "part"]
    assert outline.names.count("a") == 1


def test_rows_and_words_of_a_table_stand_out_as_the_document_says() -> None:
    marked = Table(
        TABLE.heads, TABLE.rows, TABLE.numbers, missed=frozenset({0}), sums=frozenset({2}), badges=frozenset({1})
    )
    body = page(marked)
    first = '<tr class="missed"><td class="short">a</td><td class="short"><span class="badge bad">MISSED</span></td>'
    assert first in body
    assert '<tr><td class="short">b</td><td class="short"></td><td class="number">2</td></tr>' in body, (
        "no badge of nothing"
    )
    assert '<tr class="sum"><td class="short">all</td>' in body


def test_what_belongs_below_a_row_stands_there_over_the_whole_width() -> None:
    body = page(Table(("id", "n"), (("a", "1"),), below=("x <\n  y",)))
    row = '<tr class="open"><td class="short">a</td><td class="short">1</td></tr>'
    assert f'{row}<tr><td colspan="2"><pre>x &lt;\n  y</pre></td></tr>' in body


def test_only_a_column_that_holds_a_long_text_is_broken_into_lines() -> None:
    body = page(Table(("a", "b", "n"), (("x", "y" * 31, "1"), ("x" * 30, "y", "2")), frozenset({2})))
    assert re.findall(r'<td class="(\w+)">', body) == ["short", "long", "number"] * 2


def test_terms_are_a_list_of_definitions() -> None:
    assert '<dl class="words"><dt>net</dt><dd>what is left</dd></dl>' in page(Terms({"net": "what is left"}))
