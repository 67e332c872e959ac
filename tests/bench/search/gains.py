"""What the first arm is worth beside each other one: means with intervals around a line at nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from organism.report.chart import COLOURS
from organism.report.markup import Markup, element
from organism.report.titled_picture import titled_picture

WIDTH, ROW = 720, 24
LEFT, RIGHT, TOP, BOTTOM = 210, 30, 44, 44
STYLE = "text{font:12px sans-serif;fill:#444}.title{font-weight:bold}.grid{stroke:#ddd}.nothing{stroke:#000}"
STEP = 0.2
"""Between two lines of the grid."""


@dataclass(frozen=True, slots=True)
class Gain:
    """One other arm."""

    name: str
    mean: float
    """Difference of the share of the oracle, the first arm less this one."""
    low: float
    """Ends of its interval."""
    high: float


def gains_svg(title: str, axis: str, gains: Sequence[Gain]) -> str:
    """Return one picture, the largest gain first; whose interval is above nothing is drawn full."""
    ordered = sorted(gains, key=lambda gain: -gain.mean)
    reach = min(gain.low for gain in gains), max(gain.high for gain in gains)
    height = TOP + ROW * len(gains) + BOTTOM
    return titled_picture(
        title,
        STYLE,
        WIDTH,
        height,
        *_grid(reach, height - BOTTOM),
        *(part for number, gain in enumerate(ordered) for part in _row(gain, reach, TOP + ROW * (number + 0.5))),
        element("text", axis, x=(LEFT + WIDTH - RIGHT) / 2, y=height - 8, text_anchor="middle"),
    )


def _grid(reach: tuple[float, float], bottom: float) -> Iterator[Markup]:
    first, last = int(reach[0] // STEP), int(-(-reach[1] // STEP))
    for number in range(min(first, 0), max(last, 0) + 1):
        at = f"{_place(number * STEP, reach):.1f}"
        yield element("line", x1=at, x2=at, y1=TOP, y2=bottom, class_="grid" if number else "nothing")
        yield element("text", f"{number * STEP:+.1f}" if number else "0", x=at, y=bottom + 16, text_anchor="middle")


def _row(gain: Gain, reach: tuple[float, float], y: float) -> Iterator[Markup]:
    low, mean, high = (f"{_place(value, reach):.1f}" for value in (gain.low, gain.mean, gain.high))
    yield element("text", gain.name, x=LEFT - 10, y=y, text_anchor="end", dominant_baseline="middle")
    yield element("line", x1=low, x2=high, y1=y, y2=y, stroke=COLOURS[0], stroke_width=2)
    fill = COLOURS[0] if gain.low > 0.0 else "#fff"
    yield element("circle", cx=mean, cy=y, r=5, fill=fill, stroke=COLOURS[0], stroke_width=2)


def _place(value: float, reach: tuple[float, float]) -> float:
    """Return where a value stands; the axis goes to the next line of the grid on both sides."""
    low, high = min(0.0, reach[0] // STEP * STEP), max(0.0, -(-reach[1] // STEP) * STEP)
    return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)
