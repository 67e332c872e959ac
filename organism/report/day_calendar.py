"""A calendar of shares as inline SVG: a row of weeks for each year, a cell for each day.

Days of one colour are one path, so that ten years are some kilobytes; a day that is not whole is a cell of its own,
which says its date and share when it is pointed at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from organism.report.chart import WIDTH
from organism.report.markup import Markup, element
from organism.views.coverage_tables import Calendar

LABEL = 36
"""Room for the year."""
BETWEEN = 24
HEAD = 32
"""Room above the first year: what it is, and the months."""
WEEKS = 54
"""The most weeks of which a year has a day."""
LARGEST_STEP = 13.0
SMALL: dict[str, str | float] = {"class_": "small", "font_size": 10, "fill": "#5b636d"}
HEADING: dict[str, str | float] = {"class_": "head", "font_size": 11, "font_weight": "600", "fill": "#1c1f23"}
"""How labels look; not every reader of SVG heeds a style sheet."""
LEVELS = (
    (1.0, "whole", "#a8cde4"),
    (0.9, "90 % or more", "#f6d55c"),
    (0.5, "half or more", "#ef9b3d"),
    (1e-12, "less than half", "#d55e00"),
    (0.0, "nothing", "#7a1f0d"),
)
"""From which share on, what it is called, its colour: light to dark in print as well."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the days of one calendar go."""

    left: float
    step: float
    """From one cell to the next, in SVG units."""
    first_year: int

    @property
    def cell(self) -> float:
        """Return the side of a cell."""
        return round(0.83 * self.step, 1)

    @property
    def year(self) -> float:
        """Return the height of a year."""
        return 7 * self.step + 10

    def spot(self, day: date) -> tuple[float, float]:
        """Return the corner of a day's cell: its week of the year across, its day of the week down."""
        new_year = date(day.year, 1, 1)
        week = ((day - new_year).days + new_year.weekday()) // 7
        return self.left + week * self.step, HEAD + (day.year - self.first_year) * self.year + day.weekday() * self.step


def day_calendar(calendars: tuple[Calendar, ...]) -> Markup:
    """Return calendars of the same days side by side, and what their colours mean."""
    first = _day(calendars[0].first_day_ms)
    last = first + timedelta(days=calendars[0].shares.size - 1)
    room = (WIDTH - LABEL - BETWEEN * (len(calendars) - 1)) / len(calendars)
    step = min(room / WEEKS, LARGEST_STEP)
    grids = [Grid(LABEL + index * (WEEKS * step + BETWEEN), step, first.year) for index in range(len(calendars))]
    height = HEAD + (last.year - first.year + 1) * grids[0].year + 20
    return element(
        "svg",
        element("title", "Share of each day that is there: " + ", ".join(one.title for one in calendars)),
        *(
            element(
                "text",
                str(year),
                x=0,
                y=f"{HEAD + (year - first.year) * grids[0].year + 3.5 * step + 2:.1f}",
                **HEADING,
            )
            for year in range(first.year, last.year + 1)
        ),
        *(
            part
            for grid, calendar in zip(grids, calendars, strict=True)
            for part in (*_heads(grid, calendar.title), *_cells(grid, calendar, first))
        ),
        *_legend(height - 6, grids[0].cell),
        viewBox=f"0 0 {WIDTH} {height:.0f}",
        role="img",
        class_="chart",
    )


def level_of(share: float) -> int:
    """Return the place in `LEVELS` of a share."""
    return next(index for index, (least, _, _) in enumerate(LEVELS) if share >= least)


def _heads(grid: Grid, title: str) -> Iterator[Markup]:
    yield element("text", title, x=f"{grid.left:.1f}", y=10, **HEADING)
    for month in range(1, 13):
        # Where the month begins in the first year; in others it is at most a week away.
        x, _ = grid.spot(date(grid.first_year, month, 1))
        yield element("text", f"{date(grid.first_year, month, 1):%b}", x=f"{x:.1f}", y=HEAD - 6, **SMALL)


def _cells(grid: Grid, calendar: Calendar, first: date) -> Iterator[Markup]:
    days = [first + timedelta(days=index) for index in range(calendar.shares.size)]
    levels = np.array([level_of(float(share)) for share in calendar.shares])
    side = grid.cell
    for level, (_, name, colour) in enumerate(LEVELS):
        found = [(days[index], float(calendar.shares[index])) for index in np.flatnonzero(levels == level)]
        # Whole days, and days of nothing, need no words of their own, and there may be thousands.
        if level in {0, len(LEVELS) - 1}:
            corners = (grid.spot(day) for day, _ in found)
            path = "".join(f"M{x:.1f} {y:.1f}h{side}v{side}h-{side}z" for x, y in corners)
            if path:
                yield element("path", element("title", name), d=path, fill=colour, class_=f"level-{level}")
            continue
        for day, share in found:
            x, y = grid.spot(day)
            yield _square(x, y, side, level, element("title", f"{day}: {100 * share:.2f} %"))


def _legend(y: float, side: float) -> Iterator[Markup]:
    x = float(LABEL)
    for level, (_, name, _) in enumerate(LEVELS):
        yield _square(x, y - side, side, level)
        yield element("text", name, x=f"{x + side + 4:.1f}", y=f"{y:.1f}", **SMALL)
        x += 40 + 5.5 * len(name)


def _square(x: float, y: float, side: float, level: int, *title: Markup) -> Markup:
    place: dict[str, str | float] = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": side, "height": side}
    return element("rect", *title, fill=LEVELS[level][2], class_=f"level-{level}", **place)


def _day(time_ms: int) -> date:
    return datetime.fromtimestamp(time_ms / 1000, tz=UTC).date()
