"""A place on a page where a figure is drawn, or one of several that the reader chooses from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from organism.report.markup import Markup, element
from organism.report.plots.library import FigureJson


@dataclass(frozen=True, slots=True)
class Choice:
    """One figure, and what it is called where there are several."""

    figure: FigureJson
    label: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """Figures of one place."""

    name: str
    """Lower-case word, the only one on its page."""
    about: str
    """What a reader who does not see it is told."""
    choices: tuple[Choice, ...]
    chosen: int = 0
    """Which one is drawn first, and on paper."""
    fits: bool = False
    """Whether prices are fitted to what of the time is in view."""


def slot_markup(slot: Slot) -> Markup:
    """Return the place; its figure is drawn when the page is opened."""
    picker: Sequence[Markup] = ()
    if len(slot.choices) > 1:
        options = (
            element("option", one.label, value=place, **({"selected": "selected"} if place == slot.chosen else {}))
            for place, one in enumerate(slot.choices)
        )
        chooser = element("select", *options, id=f"pick-{slot.name}", data_slot=slot.name, aria_label="what is drawn")
        picker = (element("p", chooser, class_="picker"),)
    plot = element(
        "div",
        element("p", "Not drawn yet.", class_="note waiting"),
        id=f"plot-{slot.name}",
        data_slot=slot.name,
        data_fits="yes" if slot.fits else "no",
        class_="plot",
        role="img",
        aria_label=slot.about,
    )
    return element("figure", *picker, plot, element("figcaption", slot.about))


def figures_json(slots: Sequence[Slot]) -> str:
    """Return the figures of all slots as JSON that can stand in a page: by name, a list in the order of the choices."""
    named = (f"{json.dumps(slot.name)}:[{','.join(one.figure for one in slot.choices)}]" for slot in slots)
    return "{" + ",".join(named) + "}"
