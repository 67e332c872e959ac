"""Bars: coins, regimes, what costs took, and how days are spread."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from organism.report.data import CoinRow, RegimeRow
from organism.report.plots.library import FigureJson, figure
from organism.report.plots.look import (
    BAD,
    GOOD,
    INK_SOFT,
    NEUTRAL,
    layout,
    percent_axis,
    shown,
    slice_colour,
    slice_text,
    small,
)
from organism.views.chapters.costs import EVERY_COIN, CostRow
from organism.views.chapters.distribution import Spread, Spreads

UNKNOWN = "unknown"
"""State of a bar without enough history before it: in the table, not in the picture."""
STEPS = ("gross", "slippage", "fees", "funding", "net")


def coins_figure(rows: Sequence[CoinRow]) -> FigureJson:
    """Return the net return of each coin's sleeve, slice beside slice."""
    return figure(
        _grouped(rows, lambda found: [shown(row.coin) for row in found]),
        layout(300, barmode="group", yaxis=percent_axis("net return of the sleeve")),
    )


def regimes_figure(rows: Sequence[RegimeRow]) -> FigureJson:
    """Return what each state of the market brought, slice beside slice."""
    seen = [row for row in rows if row.share_bars > 0.0 and row.state != UNKNOWN]
    return figure(
        _grouped(seen, lambda found: [[shown(row.kind) for row in found], [shown(row.state) for row in found]]),
        layout(320, barmode="group", yaxis=percent_axis("net return, of the capital")),
    )


def costs_figure(rows: Sequence[CostRow]) -> FigureJson:
    """Return for each slice the way from the gross to the net profit, as shares of its capital."""
    sums = [row for row in rows if row.coin == EVERY_COIN]
    width, gap = 1.0 / max(len(sums), 1), 0.07
    axes: dict[str, Any] = {}
    titles = []
    traces = []
    for place, row in enumerate(sums):
        number = "" if place == 0 else str(place + 1)
        left, right = place * width, (place + 1) * width - (gap if place + 1 < len(sums) else 0.0)
        axes[f"xaxis{number}"] = {"domain": [left, right], "anchor": f"y{number}"}
        axes[f"yaxis{number}"] = {"anchor": f"x{number}", "tickformat": ".4~%", "zeroline": True}
        titles.append(_title(slice_text(row.slice), (left + right) / 2))
        traces.append(_waterfall(row, number))
    return figure(traces, layout(330, showlegend=False, annotations=titles, **axes))


def spread_figure(found: Spreads) -> FigureJson:
    """Return the share of days in each bin, and what a normal distribution of the same width would have."""
    middles, width = (found.edges[1:] + found.edges[:-1]) / 2.0, float(found.edges[1] - found.edges[0])
    steps = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": slice_text(one.slice),
            "x": small(middles),
            "y": small(one.density),
            "line": {"color": slice_colour(one.slice), "width": 1.6, "shape": "hvh"},
            "hovertemplate": f"%{{x:.2%}}: %{{y:.1%}} of the days<extra>{slice_text(one.slice)}</extra>",
        }
        for one in found.slices
    ]
    normal = _normal(found.slices[-1], middles, width)
    return figure(
        [*steps, normal],
        layout(
            320,
            xaxis=percent_axis("return of a day"),
            yaxis={"title": {"text": "share of days"}, "tickformat": ".0%"},
        ),
    )


def _normal(spread: Spread, middles: np.ndarray, width: float) -> dict[str, Any]:
    x = np.linspace(middles[0], middles[-1], 200)
    deviation = spread.deviation or math.nan
    y = width / (deviation * math.sqrt(2.0 * math.pi)) * np.exp(-0.5 * ((x - spread.mean) / deviation) ** 2)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"normal, mean and deviation of {spread.slice}",
        "x": small(x),
        "y": small(y),
        "line": {"color": INK_SOFT, "width": 1.4, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _grouped(rows: Sequence[Any], places: Callable[[list[Any]], list[Any]]) -> list[dict[str, Any]]:
    """Return bars of net return, a group for each slice in the order in which they come."""
    traces = []
    for name in dict.fromkeys(row.slice for row in rows):
        found = [row for row in rows if row.slice == name]
        traces.append(
            {
                "type": "bar",
                "name": slice_text(name),
                "x": places(found),
                "y": [row.net_return if math.isfinite(row.net_return) else None for row in found],
                "customdata": [[row.n_trades, _number(row.sharpe)] for row in found],
                "marker": {"color": slice_colour(name)},
                "hovertemplate": "%{x}: %{y:+.2%}<br>%{customdata[0]:,} trades, Sharpe %{customdata[1]}"
                f"<extra>{slice_text(name)}</extra>",
            }
        )
    return traces


def _waterfall(row: CostRow, number: str) -> dict[str, Any]:
    values = [getattr(row, step) / row.capital for step in STEPS]
    changes = [values[0], *(-value for value in values[1:-1]), values[-1]]
    return {
        "type": "waterfall",
        "x": list(STEPS),
        "y": changes,
        "measure": ["absolute", "relative", "relative", "relative", "total"],
        "text": [_short(value) for value in changes],
        "textposition": "outside",
        "textfont": {"size": 10},
        "constraintext": "none",
        "cliponaxis": False,
        "xaxis": f"x{number}",
        "yaxis": f"y{number}",
        "increasing": {"marker": {"color": GOOD}},
        "decreasing": {"marker": {"color": BAD}},
        "totals": {"marker": {"color": NEUTRAL}},
        "connector": {"line": {"color": INK_SOFT, "width": 1}},
        "hovertemplate": "%{x}: %{text}<extra></extra>",
    }


def _title(text: str, middle: float) -> dict[str, Any]:
    return {
        "text": text, "x": middle, "y": 1.0, "xref": "paper", "yref": "paper", "yshift": 16, "showarrow": False,
    }  # fmt: skip


def _short(value: float) -> str:
    """Return a share in percent with about three digits."""
    return f"{100.0 * value:.0f}%" if abs(value) >= 0.995 else f"{100.0 * value:.1f}%"


def _number(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "none"
