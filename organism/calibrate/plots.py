"""The pictures of the page: rates with their bounds, and p-values against what they ought to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from organism.calibrate.tables import Rate
from organism.report.chart import COLOURS
from organism.report.markup import Markup, element
from organism.report.titled_picture import titled_picture

WIDTH = 720
LEFT, RIGHT, TOP = 130, 24, 64
ROW, BOTTOM = 15, 44
STYLE = (
    "text{font:12px sans-serif;fill:#444}.title{font-weight:bold}.grid{stroke:#ddd}"
    ".mark{stroke:#000;stroke-dasharray:4 3}"
)
SQUARE = 320


@dataclass(frozen=True, slots=True)
class RateRow:
    """One line of labels: what several gates, or several questions, say of one class."""

    label: str
    rates: tuple[Rate | None, ...]


def rates_svg(title: str, series: Sequence[str], rows: Sequence[RateRow], *, mark: float | None = None) -> str:
    """Return a picture of shares (0 to 100 %) with their bounds, a dot for each series in each row.

    `mark` is a share that is drawn as a line over the whole height, such as a promise.
    """
    step = ROW * (len(series) + 0.7)
    height = TOP + step * len(rows) + BOTTOM
    bottom = height - BOTTOM
    return titled_picture(
        title,
        STYLE,
        WIDTH,
        height,
        *_legend(series),
        *_percent_axis(bottom),
        *(part for place, row in enumerate(rows) for part in _row(row, TOP + step * place)),
        *(() if mark is None else (_vertical(mark, bottom, "mark"),)),
    )


def p_values_svg(title: str, p_values: Sequence[float]) -> str:
    """Return a picture of the share of p-values at most each level; calibrated ones lie on the diagonal."""
    left, top = 60, 40

    def at(x: float, y: float) -> str:
        return f"{left + x * SQUARE:.1f},{top + (1 - y) * SQUARE:.1f}"

    n = len(p_values)
    steps = [at(0.0, 0.0)]
    for place, p in enumerate(sorted(p_values)):
        steps += [at(p, place / n), at(p, (place + 1) / n)]
    steps.append(at(1.0, 1.0))
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    return titled_picture(
        title,
        STYLE,
        left + SQUARE + 30,
        top + SQUARE + 50,
        element("polyline", points=f"{at(0, 0)} {at(1, 1)}", fill="none", class_="mark"),
        element("polyline", points=" ".join(steps), fill="none", stroke=COLOURS[0], stroke_width=2),
        *(element("text", f"{t:g}", x=left + t * SQUARE, y=top + SQUARE + 16, text_anchor="middle") for t in ticks),
        *(element("text", f"{t:g}", x=left - 6, y=top + (1 - t) * SQUARE + 4, text_anchor="end") for t in ticks),
        element("text", "p-value", x=left + SQUARE / 2, y=top + SQUARE + 36, text_anchor="middle"),
        element("text", "share of worlds at most this", x=left + 10, y=top + 10),
    )


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _vertical(share: float, bottom: float, kind: str) -> Markup:
    return element("line", x1=f"{_x(share):.1f}", x2=f"{_x(share):.1f}", y1=TOP - 8, y2=f"{bottom:.1f}", class_=kind)


def _percent_axis(bottom: float) -> Iterator[Markup]:
    for percent in range(0, 101, 20):
        yield _vertical(percent / 100, bottom, "grid")
        yield element("text", f"{percent} %", x=f"{_x(percent / 100):.1f}", y=bottom + 18, text_anchor="middle")


def _legend(series: Sequence[str]) -> Iterator[Markup]:
    room = (WIDTH - 24) / len(series)
    for number, name in enumerate(series):
        yield element("circle", cx=18 + number * room, cy=38, r=4, fill=COLOURS[number])
        yield element("text", name, x=26 + number * room, y=42, fill=COLOURS[number])


def _row(row: RateRow, top: float) -> Iterator[Markup]:
    middle = top + ROW * len(row.rates) / 2
    yield element("text", row.label, x=LEFT - 10, y=f"{middle + 4:.1f}", text_anchor="end")
    for number, rate in enumerate(row.rates):
        if rate is not None and rate.of:
            y = f"{top + ROW * (number + 0.5):.1f}"
            low, high = f"{_x(rate.low):.1f}", f"{_x(rate.high):.1f}"
            yield element("line", x1=low, x2=high, y1=y, y2=y, stroke=COLOURS[number], stroke_width=2)
            yield element("circle", cx=f"{_x(rate.share):.1f}", cy=y, r=4, fill=COLOURS[number])
