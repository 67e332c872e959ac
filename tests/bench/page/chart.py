"""Curves over logarithmic axes as SVG, drawn by hand like those of the reports."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from organism.report.chart import COLOURS
from organism.report.markup import Markup, element

WIDTH, HEIGHT = 720, 340
LEFT, RIGHT, TOP, BOTTOM = 76, 160, 34, 48
STYLE = (
    "text{font:12px sans-serif;fill:#444}.title{font-weight:bold}.grid{stroke:#ddd}"
    "polyline{fill:none;stroke-width:2}rect{fill:#fff}"
)


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic range on a stretch of the picture."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Return where a value stands."""
        share = (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Return round numbers: 1, 2 and 5 times powers of ten, or powers alone where there are many."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        factors = (1, 2, 5) if len(powers) <= 4 else (1,)
        numbers = [factor * 10.0**power for power in powers for factor in factors]
        return [number for number in numbers if self.low * 0.999 <= number <= self.high * 1.001]


def plot_svg(plot: dict[str, Any]) -> str:
    """Return one picture: axes, a curve and its name for each line, a mark for each point."""
    x = Axis(*_range([v for line in plot["lines"] for v in line["x"]], 1.0), LEFT, WIDTH - RIGHT)
    y = Axis(*_range([v for line in plot["lines"] for v in line["y"]], 1.25), HEIGHT - BOTTOM, TOP)
    body = element(
        "svg",
        element("title", plot["title"]),
        Markup(f"<style>{STYLE}</style>"),
        element("rect", width=WIDTH, height=HEIGHT),
        element("text", plot["title"], x=LEFT, y=18, class_="title"),
        *_frame(x, y, plot),
        *(part for number, line in enumerate(plot["lines"]) for part in _line(x, y, line, number)),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
    )
    return body + "\n"


def _range(values: list[float], margin: float) -> tuple[float, float]:
    """Return the least and the largest, a factor apart at least."""
    low, high = min(values) / margin, max(values) * margin
    return (low / 1.5, high * 1.5) if high / low < 1.5 else (low, high)


def _frame(x: Axis, y: Axis, plot: dict[str, Any]) -> Iterator[Markup]:
    bottom = HEIGHT - BOTTOM
    for tick in x.ticks():
        at = f"{x.place(tick):.1f}"
        yield element("line", x1=at, x2=at, y1=TOP, y2=bottom, class_="grid")
        yield element("text", _short(tick), x=at, y=bottom + 16, text_anchor="middle")
    for tick in y.ticks():
        at = f"{y.place(tick):.1f}"
        yield element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=at, y2=at, class_="grid")
        yield element("text", _short(tick), x=LEFT - 6, y=at, text_anchor="end", dominant_baseline="middle")
    middle = (TOP + bottom) / 2
    yield element("text", plot["x_label"], x=(LEFT + WIDTH - RIGHT) / 2, y=HEIGHT - 10, text_anchor="middle")
    turned = f"rotate(-90 14 {middle})"
    yield element("text", plot["y_label"], x=14, y=middle, transform=turned, text_anchor="middle")


def _line(x: Axis, y: Axis, line: dict[str, Any], number: int) -> Iterator[Markup]:
    colour = COLOURS[number % len(COLOURS)]
    places = [(f"{x.place(a):.1f}", f"{y.place(b):.1f}") for a, b in zip(line["x"], line["y"], strict=True)]
    yield element("polyline", points=" ".join(f"{a},{b}" for a, b in places), stroke=colour)
    for a, b in places:
        yield element("circle", cx=a, cy=b, r=3, fill=colour)
    end_x, end_y = places[-1]
    yield element("text", line["name"], x=float(end_x) + 8, y=end_y, fill=colour, dominant_baseline="middle")


def _short(value: float) -> str:
    """Return 20k for 20,000 and 2M for 2,000,000."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
