"""Tables of a page, and figures as they are written in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from organism.report.markup import Markup, element

UNOPENED = "not opened"
"""Stands for a figure from a slice that the vault has not opened."""


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, numbers: AbstractSet[int]) -> Markup:
    """Return a table of texts."""
    return framed(heads, [cells("td", row, numbers) for row in rows], numbers=numbers)


def framed(heads: tuple[str, ...], rows: Sequence[Markup], *, numbers: AbstractSet[int]) -> Markup:
    """Return a table of rows that are HTML already, which scrolls by itself where it is wide."""
    whole = element("table", element("thead", cells("th", heads, numbers)), element("tbody", *rows))
    return element("div", whole, class_="wide")


def cells(tag: str, texts: tuple[str, ...], numbers: AbstractSet[int], **attributes: str) -> Markup:
    """Return a row; columns in `numbers` are aligned as numbers."""
    styles = ["number" if i in numbers else "name" if i < 2 else "text" for i in range(len(texts))]
    made = (element(tag, text, class_=style) for text, style in zip(texts, styles, strict=True))
    return element("tr", *made, **attributes)


def number(value: float | None) -> str:
    """Return a figure, `none` where it does not exist, or that the slice is not opened."""
    if value is None:
        return UNOPENED
    return f"{value:.2f}" if math.isfinite(value) else "none"


def known(value: float | None) -> str:
    """Return a figure, `none` where it does not exist."""
    return "none" if value is None else number(value)


def percent(value: float | None, *, sign: bool = False) -> str:
    """Return a fraction as percent, as `number` does."""
    if value is None:
        return UNOPENED
    if not math.isfinite(value):
        return "none"
    return f"{value * 100:+.1f} %" if sign else f"{value * 100:.1f} %"


def short(value: float) -> str:
    """Return three digits and a letter: `12.3k`."""
    units = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
    unit, letter = next(((unit, letter) for unit, letter in units if abs(value) >= unit), (1.0, ""))
    return f"{value / unit:.3g}{letter}"
