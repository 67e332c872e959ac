"""A chapter of a report: its heading, what stands in it, and the figures that are drawn there."""

from __future__ import annotations

from dataclasses import dataclass

from organism.report.html import section
from organism.report.markup import Markup, element
from organism.report.plots.slot import Slot


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter."""

    name: str
    """Lower-case word by which the contents lead to it."""
    title: str
    content: tuple[Markup, ...]
    slots: tuple[Slot, ...] = ()
    """Figures that stand somewhere in the content."""

    def markup(self) -> Markup:
        """Return the chapter under its heading."""
        return section(self.title, *self.content, id=self.name)


def contents(chapters: tuple[Chapter, ...]) -> Markup:
    """Return a line that leads to every chapter."""
    return element("nav", *(element("a", chapter.title, href=f"#{chapter.name}") for chapter in chapters))


def note(text: str) -> Markup:
    """Return a remark in small letters."""
    return element("p", text, class_="note")
