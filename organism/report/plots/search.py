"""How a search went: best, median and hypervolume by generation; how many came to each gate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from organism.report.plots.library import FigureJson, figure
from organism.report.plots.look import GOOD, INK_SOFT, NEUTRAL, layout, shown
from organism.views.run_overview import GenerationRow, RunOverview
from organism.views.survivors import GateCount


def sharpe_figure(found: RunOverview) -> FigureJson:
    """Return best and median of each generation, and what random search found.

    Beside the run it is the best of as many rules as had been tried by then; inside it, the best that was drawn afresh
    in all.
    """
    generations = found.generations
    x = [one.generation for one in generations]
    traces = [
        _line("best", x, [one.best for one in generations], GOOD),
        _line("median", x, [one.median for one in generations], NEUTRAL),
    ]
    if found.is_beside:
        traces.append(_line("random search, as many rules", x, [one.random for one in generations], INK_SOFT, "dot"))
    elif found.best_fresh is not None:
        traces.append(_line("best drawn afresh, of all generations", x, [found.best_fresh] * len(x), INK_SOFT, "dot"))
    return figure(traces, layout(320, xaxis=_generations(), yaxis=_named("Sharpe ratio in sample, annual")))


def hypervolume_figure(generations: Sequence[GenerationRow]) -> FigureJson:
    """Return how much of what could be had the population has."""
    x = [one.generation for one in generations]
    trace = _line("hypervolume", x, [one.hypervolume for one in generations], GOOD)
    return figure([trace], layout(320, xaxis=_generations(), yaxis=_named("Sharpe ratio x nodes left")))


def gates_figure(gates: Sequence[GateCount]) -> FigureJson:
    """Return how many came to each gate, and how many of them passed."""
    names = [shown(f"{one.slice}: {one.stage}") for one in gates]
    bars = [
        _bars("passed", names, [one.n_passed for one in gates], GOOD),
        _bars("missed", names, [one.n_asked - one.n_passed for one in gates], NEUTRAL),
    ]
    axis = {"autorange": "reversed", "automargin": True}
    return figure(bars, layout(120 + 19 * len(gates), barmode="stack", yaxis=axis, xaxis=_named("candidates")))


def _generations() -> dict[str, Any]:
    return {**_named("generation"), "rangemode": "tozero"}


def _named(text: str) -> dict[str, Any]:
    return {"title": {"text": text}}


def _line(name: str, x: list[int], y: Sequence[float | None], colour: str, dash: str = "solid") -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": list(y),
        "line": {"color": colour, "width": 1.6, "dash": dash},
        "hovertemplate": f"generation %{{x}}: %{{y:.2f}}<extra>{name}</extra>",
    }


def _bars(name: str, names: list[str], counts: list[int], colour: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": names,
        "x": counts,
        "marker": {"color": colour},
        "hovertemplate": f"%{{y}}: %{{x:,}} {name}<extra></extra>",
    }
