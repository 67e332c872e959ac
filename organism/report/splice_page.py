"""The page of a spliced market: whose bars when, and each joint drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from data.intervals import HOUR_MS
from data.splice.build import Spliced
from data.splice.joint import Joint
from data.splice.keeping import Kept
from data.splice.recipe import Join
from organism.report.chart import COLOURS, LEFT, RIGHT, WIDTH, Panel, nice_ticks
from organism.report.coverage_page import STYLE, definitions
from organism.report.data import FloatArray, thinned
from organism.report.html import page, section
from organism.report.markup import Markup, element, join
from organism.report.time_axis import time_ticks
from organism.views.splice import headline, joint_figures, joint_title, kept_line, stretch_lines

INK: dict[str, str | float] = {"class_": "small", "font_size": 11, "fill": "#5b636d"}
"""How labels look; not every reader of SVG heeds a style sheet."""
GRID = "#e8ebee"
LIMIT = "#b3261e"
PRICE_TOP, PRICE_HEIGHT = 24, 170
BASIS_TOP, BASIS_HEIGHT = 216, 130
JOINT_HEIGHT = 386
WHOLE_TOP, WHOLE_HEIGHT = 40, 190
NAME_ROOM = 0.2
"""Share of the width that the longest name of a venue takes."""
FOOTER = "The parts are put end to end as the recipe says. The venues' own histories are kept apart and unchanged."


def splice_page(spliced: Spliced, kept: Kept | None) -> str:
    """Return the page as text."""
    recipe = spliced.recipe
    name = f"{recipe.coin} {recipe.interval} of {recipe.venue}"
    refused = bool(spliced.problems)
    return page(
        name,
        element(
            "header",
            element("h1", name),
            element(
                "p",
                element("span", "refused" if refused else "agrees", class_=f"badge {'bad' if refused else 'good'}"),
                f" {headline(spliced).partition(': ')[2]}",
                class_="lead",
            ),
            element("p", kept_line(spliced, kept), class_="note"),
        ),
        section(
            "Whose bars",
            whole_chart(spliced),
            element("ul", *(element("li", line) for line in stretch_lines(spliced))),
        ),
        *(section(joint_title(joint), *_joint(joint, spliced)) for joint in spliced.joints),
        section("Recipe", definitions(_recipe(spliced))),
        footer=FOOTER,
        more_style=STYLE.read_text(encoding="utf-8"),
    )


def whole_chart(spliced: Spliced) -> Markup:
    """Return the closes of the whole market, each venue's in its own colour, on a scale of ratios."""
    times, closes = spliced.bars.time_ms.astype(np.float64), np.log10(spliced.bars.close)
    panel = _panel(WHOLE_TOP, WHOLE_HEIGHT, times, [closes])
    lines = []
    for index, stretch in enumerate(spliced.stretches):
        rows = slice(*np.searchsorted(times, (stretch.first_ms, stretch.end_ms)).tolist())
        lines.append(_path(panel, times[rows], closes[rows], _colour(index)))
        x = f"{float(panel.x(float(stretch.first_ms))):.1f}"
        lines.append(element("line", x1=x, x2=x, y1=WHOLE_TOP - 8, y2=WHOLE_TOP + WHOLE_HEIGHT, stroke=_colour(index)))
        # Labels of short parts would lie on each other: each second one is a line higher.
        y = WHOLE_TOP - 12 - 12 * (index % 2)
        lines.append(element("text", stretch.venue, x=f"{float(x) + 4:.1f}", y=y, font_size=11, fill=_colour(index)))
    return element(
        "svg",
        element("title", f"Closes of {spliced.recipe.venue}, by venue"),
        *_ticks(panel, "close", [(value, f"{10**value:,.4g}") for value in _ratio_ticks(panel.low, panel.high)]),
        *_dates(panel, WHOLE_TOP),
        *lines,
        viewBox=f"0 0 {WIDTH} {WHOLE_TOP + WHOLE_HEIGHT + 24}",
        role="img",
        class_="chart venues",
    )


def joint_chart(joint: Joint, spliced: Spliced) -> Markup:
    """Return both venues' closes around a joint, and below the basis between them with what may be apart."""
    overlap = joint.overlap
    times = overlap.time_ms.astype(np.float64)
    span = _around(joint)
    price = _panel(PRICE_TOP, PRICE_HEIGHT, span, [overlap.before, overlap.after])
    percent = 100.0 * overlap.basis
    limit = 100.0 * spliced.recipe.limits.apart
    middle = 100.0 * joint.basis_median if spliced.recipe.join is Join.SCALED else 0.0
    basis = _panel(BASIS_TOP, BASIS_HEIGHT, span, [percent, np.array([0.0, 100.0 * joint.basis_median])])
    at = f"{float(price.x(float(joint.time_ms))):.1f}"
    return element(
        "svg",
        element("title", f"{joint_title(joint)}: closes and basis"),
        *_ticks(price, "close", [(v, f"{v:,.6g}") for v in nice_ticks(price.low, price.high, 4)]),
        *_ticks(basis, "basis, %", [(v, f"{v:.4g}") for v in nice_ticks(basis.low, basis.high, 4)]),
        *_dates(basis, PRICE_TOP),
        *(_level(basis, level, LIMIT, "4 3") for level in (middle - limit, middle + limit)),
        _level(basis, 100.0 * joint.basis_median, COLOURS[2], "8 3"),
        _path(price, times, overlap.before, _colour(0)),
        _path(price, times, overlap.after, _colour(1)),
        _path(basis, times, percent, "currentColor"),
        element("line", x1=at, x2=at, y1=PRICE_TOP - 6, y2=BASIS_TOP + BASIS_HEIGHT, stroke="currentColor"),
        element("text", joint.before, x=f"{float(at) - 6:.1f}", y=12, text_anchor="end", font_size=11, fill=_colour(0)),
        element("text", joint.after, x=f"{float(at) + 6:.1f}", y=12, font_size=11, fill=_colour(1)),
        viewBox=f"0 0 {WIDTH} {JOINT_HEIGHT}",
        role="img",
        class_="chart venues",
    )


LEGEND = (
    "Above the closes of both venues, below the basis: the second venue's close over the first's, less 1. The green "
    "line is its median; beyond the red ones, where they are in sight, a bar is apart. The upright line is the joint."
)


def _joint(joint: Joint, spliced: Spliced) -> Iterator[Markup]:
    if joint.n_bars:
        yield joint_chart(joint, spliced)
        yield element("p", LEGEND, class_="note")
    yield definitions(joint_figures(joint, spliced))
    if joint.problems:
        yield element("ul", *(element("li", join("Refused: ", problem)) for problem in joint.problems))


def _recipe(spliced: Spliced) -> tuple[tuple[str, str], ...]:
    recipe = spliced.recipe
    return (
        ("sha256", recipe.sha256()),
        ("prices", "as they are" if recipe.join is Join.AS_IS else "scaled"),
        ("overlap", f"{recipe.overlap_days} days on either side of a joint"),
        ("limits", ", ".join(f"{name} {value:g}" for name, value in recipe.limits.model_dump().items())),
        ("set by this recipe", ", ".join(recipe.limits.changed()) or "none of them"),
    )


def _around(joint: Joint) -> FloatArray:
    """Return the first and the last moment of the drawing of a joint, with room for a name on either side of it.

    Bars on which both traded may all be on one side: an archive often ends where the other venue takes over.
    """
    moments = [joint.time_ms, *(int(joint.overlap.time_ms[row]) for row in (0, -1))]
    room = max(NAME_ROOM * (max(moments) - min(moments)), HOUR_MS)
    return np.array([min(*moments, joint.time_ms - room), max(*moments, joint.time_ms + room)])


def _panel(top: int, height: int, times: FloatArray, series: list[FloatArray]) -> Panel:
    values = np.concatenate(series)
    low, high = float(values.min()), float(values.max())
    margin = 0.06 * (high - low) or 0.01 * abs(high) or 1.0
    return Panel(top, height, float(times[0]), float(times[-1]), low - margin, high + margin)


def _path(panel: Panel, times: FloatArray, values: FloatArray, colour: str) -> Markup:
    kept = thinned(values)
    points = zip(panel.x(times[kept]), panel.y(values[kept]), strict=True)
    return element(
        "path", d="M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points), fill="none", stroke=colour, class_="line"
    )


def _level(panel: Panel, value: float, colour: str, dashes: str) -> Markup:
    if not panel.low <= value <= panel.high:
        return Markup("")
    y = f"{float(panel.y(value)):.1f}"
    return element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, stroke=colour, stroke_dasharray=dashes)


def _ticks(panel: Panel, unit: str, ticks: list[tuple[float, str]]) -> Iterator[Markup]:
    for value, label in ticks:
        y = float(panel.y(value))
        yield element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=f"{y:.1f}", y2=f"{y:.1f}", stroke=GRID, class_="grid")
        yield element("text", label, x=LEFT - 8, y=f"{y + 3.5:.1f}", text_anchor="end", **INK)
    middle = panel.top + panel.height / 2
    yield element("text", unit, x=10, y=middle, transform=f"rotate(-90 10 {middle})", text_anchor="middle", **INK)


def _dates(panel: Panel, top: int) -> Iterator[Markup]:
    bottom = panel.top + panel.height
    for time_ms, label in time_ticks(panel.first_ms, panel.last_ms, 9):
        x = float(panel.x(time_ms))
        yield element("line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=top, y2=bottom, stroke=GRID, class_="grid")
        # A label at the very end would be cut.
        if x < WIDTH - RIGHT - 26:
            yield element("text", label, x=f"{x:.1f}", y=bottom + 18, text_anchor="middle", **INK)


def _ratio_ticks(low: float, high: float) -> list[float]:
    """Return the logarithms of round numbers between two logarithms: 1, 2, 5 and their tenfolds."""
    wanted = [
        float(np.log10(digit)) + power
        for power in range(int(np.floor(low)), int(np.ceil(high)) + 1)
        for digit in (1.0, 2.0, 5.0)
    ]
    inside = [value for value in wanted if low <= value <= high]
    return inside if len(inside) > 1 else [float(np.log10(v)) for v in nice_ticks(10**low, 10**high, 4)]


def _colour(index: int) -> str:
    return COLOURS[index % len(COLOURS)]
