"""Lines over time, one for each slice: equity, fall from the peak, rolling Sharpe ratio, the fan of resampled paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from organism.report.plots.library import FigureJson, figure
from organism.report.plots.look import (
    INK_SOFT,
    layout,
    milliseconds,
    percent_axis,
    slice_colour,
    slice_text,
    small,
    time_axis,
)
from organism.views.chapters.equity import EquityLine
from organism.views.chapters.fan import QUANTILES, Fan
from organism.views.chapters.rolling import RollingLine

BANDS = ((0, 4, 0.16), (1, 3, 0.26))
"""Rows of the quantiles that bound a band, and how dense it is."""


def equity_figure(lines: Sequence[EquityLine]) -> FigureJson:
    """Return net return since each slice's start."""
    traces = [_line(line.slice, milliseconds(line.time_ms), small(line.net_return), "%{y:+.2%}") for line in lines]
    return figure(traces, layout(xaxis=time_axis(), yaxis=percent_axis("net return of the slice")))


def growth_figure(lines: Sequence[EquityLine]) -> FigureJson:
    """Return growth since each slice's start, so that equal steps are equal ratios."""
    traces = [
        _line(line.slice, milliseconds(line.time_ms), small(1.0 + line.net_return), "x %{y:.3f}") for line in lines
    ]
    growth = {"title": {"text": "growth of the slice, logarithmic"}, "type": "log", "tickformat": ".3~g"}
    return figure(traces, layout(xaxis=time_axis(), yaxis=growth))


def underwater_figure(lines: Sequence[EquityLine]) -> FigureJson:
    """Return the fall below the highest equity so far."""
    traces = [
        {
            **_line(line.slice, milliseconds(line.time_ms), small(line.fall), "%{y:.2%}"),
            "fill": "tozeroy",
            "line": {"color": slice_colour(line.slice), "width": 1},
        }
        for line in lines
    ]
    return figure(traces, layout(260, xaxis=time_axis(), yaxis=percent_axis("below the peak", rangemode="tozero")))


def rolling_figure(lines: Sequence[RollingLine]) -> FigureJson:
    """Return the Sharpe ratio of the days before."""
    traces = [_line(line.slice, milliseconds(line.day_ms), small(line.sharpe), "%{y:.2f}") for line in lines]
    return figure(
        traces, layout(300, xaxis=time_axis(), yaxis={"title": {"text": "Sharpe ratio, annual"}, "zeroline": True})
    )


def fan_figure(fan: Fan) -> FigureJson:
    """Return bands of the resampled paths, their median, and the path that was."""
    x, colour = milliseconds(fan.time_ms), slice_colour(fan.slice)
    real = {
        **_line(fan.slice, x, small(fan.real), "%{y:+.2%}"),
        "name": "the path that was",
        "line": {"color": colour, "width": 2.2},
    }
    median = {
        **_line(fan.slice, x, small(fan.quantiles[2]), "%{y:+.2%}"),
        "name": "median of the resampled",
        "line": {"color": INK_SOFT, "width": 1.2, "dash": "dot"},
    }
    bands = [trace for low, high, density in BANDS for trace in _band(fan, low, high, density)]
    return figure(
        [*bands, median, real], layout(xaxis=time_axis(), yaxis=percent_axis(f"net return, {slice_text(fan.slice)}"))
    )


def _band(fan: Fan, low: int, high: int, density: float) -> tuple[dict[str, Any], dict[str, Any]]:
    x = milliseconds(fan.time_ms)
    red, green, blue = (int(slice_colour(fan.slice)[place : place + 2], 16) for place in (1, 3, 5))
    edge = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hoverinfo": "skip"}
    name = f"{100 * (QUANTILES[high] - QUANTILES[low]):.0f} % of the resampled"
    return (
        {**edge, "y": small(fan.quantiles[low]), "showlegend": False},
        {
            **edge,
            "y": small(fan.quantiles[high]),
            "fill": "tonexty",
            "fillcolor": f"rgba({red},{green},{blue},{density})",
            "name": name,
        },
    )


def _line(name: str, x: np.ndarray, y: np.ndarray, value: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": slice_text(name),
        "x": x,
        "y": y,
        "line": {"color": slice_colour(name), "width": 1.6},
        "hovertemplate": f"%{{x|%Y-%m-%d %H:%M}}<br>{value}<extra>{slice_text(name)}</extra>",
    }
