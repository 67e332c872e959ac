"""Where a rule stands: among its neighbours, its ancestors, and what luck alone would have given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from organism.report.plots.library import FigureJson, figure
from organism.report.plots.look import GOOD, INK_SOFT, NEUTRAL, layout, shown, slice_colour
from organism.sweep.scenarios import Row, Sweep
from organism.views.chapters.ancestry import Ancestry
from organism.views.chapters.chance import Chance

COLOURWAY = ("#2f86c5", "#e0702a", "#159c77", "#b765a0", "#b59410", "#6f79d6", "#7d8790", "#c2585a")
LONGEST_LABEL = 60


def neighbours_figure(found: Sweep) -> FigureJson:
    """Return the in-sample Sharpe ratio as each number of the rule is turned by itself."""
    own = found.base[0].sharpe
    traces = [_knob(row, COLOURWAY[place % len(COLOURWAY)]) for place, row in enumerate(found.rows)]
    mark = {
        "type": "scatter",
        "mode": "markers",
        "name": "the rule itself",
        "x": [0],
        "y": [own],
        "marker": {"symbol": "diamond", "size": 12, "color": NEUTRAL},
        "hovertemplate": "the rule itself: %{y:.2f}<extra></extra>",
    }
    return figure(
        [*traces, mark],
        layout(
            360 + 18 * len(found.rows),
            xaxis={"title": {"text": "steps of the grid from its own place"}, "dtick": 1, "zeroline": False},
            yaxis={"title": {"text": "Sharpe ratio, in sample"}, "zeroline": True},
            legend={"orientation": "v", "x": 0.0, "y": -0.22, "xanchor": "left", "yanchor": "top"},
            margin={"l": 64, "r": 18, "t": 20, "b": 70 + 20 * (len(found.rows) + 1)},
        ),
    )


def chance_figure(found: Chance) -> FigureJson:
    """Return what the best of more and more worthless rules would show, and where this one stands."""
    counts = [point.n_tried for point in found.curve]
    expected: dict[str, Any] = {
        **_curve(counts, [point.expected for point in found.curve], "best by luck, expected"),
        "line": {"color": INK_SOFT, "width": 1.6},
    }
    rare: dict[str, Any] = {
        **_curve(counts, [point.rare for point in found.curve], "exceeded by luck in one search of twenty"),
        "line": {"color": INK_SOFT, "width": 1.2, "dash": "dot"},
    }
    here = {
        "type": "scatter",
        "mode": "markers",
        "name": "this rule, after so many trials",
        "x": [found.n_tried],
        "y": [found.own],
        "marker": {"symbol": "diamond", "size": 13, "color": slice_colour("IS")},
        "hovertemplate": "%{x:,} trials: %{y:.2f}<extra>this rule</extra>",
    }
    return figure(
        [expected, rare, here],
        layout(
            320,
            xaxis={"type": "log", "title": {"text": "rules tried"}, "dtick": 1, "exponentformat": "power"},
            yaxis={"title": {"text": "in-sample Sharpe ratio, annual"}, "rangemode": "tozero"},
        ),
    )


def ancestry_figure(found: Ancestry) -> FigureJson | None:
    """Return generation against in-sample Sharpe ratio, a line from parent to child; None where none was measured."""
    known = [row.generation is not None and row.sharpe is not None for row in found.rows]
    if sum(known) < 2:
        return None
    x: list[float | None] = []
    y: list[float | None] = []
    for parent, child in found.edges:
        if known[parent] and known[child]:
            x += [found.rows[parent].generation, found.rows[child].generation, None]
            y += [found.rows[parent].sharpe, found.rows[child].sharpe, None]
    edges = {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": INK_SOFT, "width": 1},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    rows = [place for place, is_known in enumerate(known) if is_known]
    return figure(
        [edges, _relatives(found, [place for place in rows if place], "ancestors", "circle", NEUTRAL, 8),
         _relatives(found, [place for place in rows if not place], "this rule", "diamond", GOOD, 13)],
        layout(
            320,
            xaxis={"title": {"text": "generation"}, "zeroline": False},
            yaxis={"title": {"text": "in-sample Sharpe ratio at scale 1"}, "zeroline": True},
        ),
    )  # fmt: skip


def _relatives(
    found: Ancestry, places: Sequence[int], name: str, symbol: str, colour: str, size: int
) -> dict[str, Any]:
    rows = [found.rows[place] for place in places]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [row.generation for row in rows],
        "y": [row.sharpe for row in rows],
        "customdata": [
            [shown(found.names.get(row.genotype, row.genotype[:12])), shown(row.operator), row.distance] for row in rows
        ],
        "marker": {"symbol": symbol, "size": size, "color": colour},
        "hovertemplate": "%{customdata[0]}<br>made by %{customdata[1]} in generation %{x}, %{customdata[2]} back"
        "<br>Sharpe %{y:.2f}<extra></extra>",
    }


def _knob(row: Row, colour: str) -> dict[str, Any]:
    own = [turn.index for turn in row.turns].index(row.knob.index)
    label = row.knob.label if len(row.knob.label) <= LONGEST_LABEL else row.knob.label[: LONGEST_LABEL - 1] + "…"
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": shown(label),
        "x": [place - own for place in range(len(row.turns))],
        "y": [None if turn.outcomes[0] is None else turn.outcomes[0].sharpe for turn in row.turns],
        "customdata": [shown(turn.text) for turn in row.turns],
        "line": {"color": colour, "width": 1.6},
        "hovertemplate": "at %{customdata}: %{y:.2f}<extra></extra>",
    }


def _curve(counts: Sequence[int], values: Sequence[float], name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(counts),
        "y": list(values),
        "hovertemplate": f"%{{x:,}} trials: %{{y:.2f}}<extra>{name}</extra>",
    }
