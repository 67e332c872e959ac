"""A document as a page, with figures and pictures where it has a place for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from organism.report.block_markup import block_markup
from organism.report.document import Badge, Block, Document, Figure, Paragraph, Section
from organism.report.html import badge, page, section
from organism.report.interactive import interactive_page
from organism.report.markup import Markup, element
from organism.report.plots.slot import Slot, slot_markup

STYLE = Path(__file__).with_name("document.css")
NO_PICTURES: Mapping[str, Markup] = MappingProxyType({})


def document_page(document: Document, slots: Sequence[Slot] = (), pictures: Mapping[str, Markup] = NO_PICTURES) -> str:
    """Return the whole page.

    Parameters
    ----------
    slots
        Figures by the names that the document gives to them; without any the page has no script at all.
    pictures
        What is drawn without a script, by name as well.

    Raises
    ------
    ValueError
        If the document has no place for one of them.
    """
    drawn = {**{slot.name: slot_markup(slot) for slot in slots}, **pictures}
    _check_places(document, drawn)
    header = element("header", element("h1", document.title), *_lead(document.lead), *_contents(document.sections))
    body = [header, *(_section(part, drawn) for part in document.sections)]
    style = STYLE.read_text(encoding="utf-8")
    if slots:
        return interactive_page(document.title, body, slots, style)
    return page(document.title, *body, more_style=style)


def _check_places(document: Document, drawn: Mapping[str, Markup]) -> None:
    places = {block.name for part in document.sections for block in part.blocks if isinstance(block, Figure)}
    if lost := drawn.keys() - places:
        raise ValueError(f"{document.title!a} has no place for {sorted(lost)}; it has places for {sorted(places)}")


def _lead(blocks: Sequence[Block]) -> list[Markup]:
    first, *others = blocks
    return [_answer(first), *(block_markup(block, NO_PICTURES) for block in others)]


def _answer(first: Block) -> Markup:
    assert isinstance(first, Badge | Paragraph)
    said = (badge(first.word), f" {first.said}") if isinstance(first, Badge) else (first.text,)
    return element("p", *said, class_="lead")


def _contents(sections: Sequence[Section]) -> list[Markup]:
    """Return a line that leads to every section that has a name."""
    leads = [element("a", part.title, href=f"#{part.name}") for part in sections if part.name]
    return [element("nav", *leads)] if leads else []


def _section(part: Section, drawn: Mapping[str, Markup]) -> Markup:
    name = {"id": part.name} if part.name else {}
    return section(part.title, *(block_markup(block, drawn) for block in part.blocks), **name)
