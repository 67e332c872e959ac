"""Shares with the bounds between which the truth lies."""

from __future__ import annotations

import pandas as pd

from organism.workbench.figures.canvas import BLUE, RED, Picture, canvas, named

ROW = 0.28
"""Inches."""


def shares(table: pd.DataFrame, title: str, *, promise: float | None = None) -> Picture:
    """Draw a dot and its bounds for each row of a table with the columns `share`, `low` and `high` (percent).

    `promise` is a percentage that no bound should exceed.
    """
    figure, (axes,) = canvas(height=1.0 + ROW * len(table))
    rows = range(len(table), 0, -1)
    axes.hlines(rows, table["low"], table["high"], color=BLUE, linewidth=1.5)
    axes.plot(table["share"], rows, "o", color=BLUE, markersize=5)
    axes.set_yticks(list(rows), [str(name) for name in table.index])
    axes.set_xlim(left=-0.5)
    axes.set_ylim(0.4, len(table) + 0.6)
    axes.set_xlabel("% of worlds", fontsize=8)
    if promise is not None:
        axes.axvline(promise, color=RED, linestyle="--", linewidth=1)
        axes.set_xlim(right=1.15 * max(promise, float(table["high"].max())))
        axes.text(promise, 0.5, f" promise: {promise:g} %", fontsize=8, color=RED)
    named(axes, title)
    return Picture(figure, title)
