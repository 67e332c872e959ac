"""A picture, and the looks that all of them share."""

from __future__ import annotations

import io
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from organism.report.chart import COLOURS

WIDTH, HEIGHT = 8.0, 3.2
"""Inches."""
DOTS_PER_INCH = 110
GREY = "#8a8a8a"
BLUE, RED, GREEN, PINK = COLOURS


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A drawing that a notebook shows where its value stands."""

    figure: Figure
    title: str
    """What is drawn, for those who cannot see it."""

    def __repr__(self) -> str:
        return f"picture: {self.title}"

    def _repr_png_(self) -> bytes:
        return self.png()

    def png(self) -> bytes:
        """Return the picture as PNG, without the time it was made at."""
        sink = io.BytesIO()
        self.figure.savefig(sink, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
        return sink.getvalue()


def canvas(rows: int = 1, *, height: float = HEIGHT) -> tuple[Figure, list[Axes]]:
    """Return an empty figure with axes below one another that share their x."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    grid = figure.subplots(rows, 1, sharex=True, squeeze=False)
    axes = list(grid[:, 0])
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
        one.grid(visible=True, color="#e4e4e4", linewidth=0.6)
        one.set_axisbelow(True)
        one.tick_params(labelsize=8)
    return figure, axes


def named(axes: Axes, title: str) -> None:
    """Put a title over the left end of an axis."""
    axes.set_title(title, loc="left", fontsize=10)
