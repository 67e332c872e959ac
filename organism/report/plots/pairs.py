"""Two strategies in one figure."""

from __future__ import annotations

from typing import Any

import numpy as np

from organism.comparison.values import PairOfCurves
from organism.report.plots.library import FigureJson, figure
from organism.report.plots.look import layout, milliseconds, percent_axis, shown, small, time_axis

A, B = "#2f86c5", "#e0702a"


def pair_figure(pair: PairOfCurves, names: tuple[str, str]) -> FigureJson:
    """Return net return of both since the first bar that they have in common."""
    x = milliseconds(np.array(pair.time_ms, dtype=np.int64))
    traces = [
        _line(shown(f"{letter} {name}"), x, small(np.array(equity) - 1.0), colour)
        for letter, name, equity, colour in zip("AB", names, (pair.a, pair.b), (A, B), strict=True)
    ]
    return figure(traces, layout(xaxis=time_axis(), yaxis=percent_axis("net return since the first common bar")))


def _line(name: str, x: np.ndarray, y: np.ndarray, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 1.6},
        "hovertemplate": f"%{{x|%Y-%m-%d %H:%M}}<br>%{{y:+.2%}}<extra>{name}</extra>",
    }
