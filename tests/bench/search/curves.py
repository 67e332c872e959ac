"""Shares by evaluations, a panel for each kind of world."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from organism.report.chart import COLOURS
from organism.report.markup import Markup, element
from organism.report.titled_picture import titled_picture

WIDTH, PANEL = 720, 170
LEFT, RIGHT, TOP, GAP, BOTTOM = 50, 110, 40, 26, 44
LABEL = 52
"""Width of a label below a panel."""
STYLE = (
    "text{font:12px sans-serif;fill:#444}.title{font-weight:bold}.grid{stroke:#ddd}polyline{fill:none;stroke-width:2}"
)


@dataclass(frozen=True, slots=True)
class Curve:
    """One arm in one panel."""

    name: str
    points: tuple[tuple[float, float], ...]
    """Evaluations and the share of seeds that had a success by then."""


def curves_svg(title: str, panels: Mapping[str, Sequence[Curve]]) -> str:
    """Return one picture: evaluations on a logarithmic axis, shares from 0 to 100 %."""
    places = [x for curves in panels.values() for curve in curves for x, _ in curve.points]
    height = TOP + len(panels) * (PANEL + GAP) + BOTTOM
    drawn = [
        part
        for number, (kind, curves) in enumerate(panels.items())
        for part in _panel(kind, curves, TOP + GAP + number * (PANEL + GAP), (min(places), max(places)))
    ]
    return titled_picture(
        title,
        STYLE,
        WIDTH,
        height,
        *drawn,
        element("text", "unique genomes", x=(LEFT + WIDTH - RIGHT) / 2, y=height - 8, text_anchor="middle"),
    )


def _panel(kind: str, curves: Sequence[Curve], top: float, reach: tuple[float, float]) -> Iterator[Markup]:
    bottom = top + PANEL - GAP
    yield element("text", kind, x=LEFT, y=top - 8, class_="title")
    for percent in (0, 50, 100):
        y = f"{bottom - percent / 100 * (bottom - top):.1f}"
        yield element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid")
        yield element("text", f"{percent} %", x=LEFT - 6, y=y, text_anchor="end", dominant_baseline="middle")
    labelled = math.inf
    for x in sorted({x for curve in curves for x, _ in curve.points}, reverse=True):
        at = _place(x, reach)
        yield element("line", x1=f"{at:.1f}", x2=f"{at:.1f}", y1=top, y2=bottom, class_="grid")
        # A budget need not be a power of two: its label may leave no room for the one before it.
        if at < labelled - LABEL:
            yield element("text", f"{x:,.0f}", x=f"{at:.1f}", y=bottom + 16, text_anchor="middle")
            labelled = at
    for number, curve in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        points = [(_place(x, reach), bottom - share * (bottom - top)) for x, share in curve.points]
        yield element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), stroke=colour)
        # Names stand below each other: curves often end in one place.
        yield element("text", curve.name, x=WIDTH - RIGHT + 8, y=top + 12 + 16 * number, style=f"fill:{colour}")


def _place(x: float, reach: tuple[float, float]) -> float:
    low, high = reach
    share = math.log(x / low) / math.log(high / low) if high > low else 0.5
    return LEFT + share * (WIDTH - LEFT - RIGHT)
