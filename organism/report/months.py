"""Months as a table whose cells are coloured by what they brought: a picture, for a page."""

from __future__ import annotations

from calendar import month_abbr, monthrange
from collections.abc import Sequence

from organism.report.in_words.days import month_text
from organism.report.markup import Markup, element
from organism.views.chapters.months import Month, YearRow

EARNED, LOST = (47, 134, 197), (217, 88, 43)
DENSEST = 0.62
"""Of a colour, so that letters stay readable by day and by night."""


def months_table(rows: Sequence[YearRow]) -> Markup:
    """Return a row for each year of a slice; the strongest colour is that of the largest month."""
    largest = max((abs(month.net_return) for row in rows for month in row.months), default=0.0)
    head = element("tr", *(element("th", text) for text in ("", *month_abbr[1:], "year")))
    return element("div", element("table", head, *(_row(row, largest) for row in rows), class_="months"), class_="wide")


def cell_colour(value: float, largest: float) -> str:
    """Return a colour as CSS: blue for a profit, vermilion for a loss, the denser the larger."""
    red, green, blue = EARNED if value >= 0.0 else LOST
    density = DENSEST * min(1.0, abs(value) / largest) if largest > 0.0 else 0.0
    return f"rgba({red},{green},{blue},{density:.2f})"


def _row(row: YearRow, largest: float) -> Markup:
    by_month = {month.month: month for month in row.months}
    cells = (_cell(row.year, by_month.get(number), largest) for number in range(1, 13))
    return element(
        "tr", element("th", f"{row.slice} {row.year}"), *cells, element("th", f"{100.0 * row.net_return:+.1f}")
    )


def _cell(year: int, month: Month | None, largest: float) -> Markup:
    if month is None:
        return element("td", "")
    n_days = monthrange(year, month.month)[1]
    partly = {"class_": "part"} if month.n_days < n_days else {}
    return element(
        "td",
        month_text(year, month),
        style=f"background: {cell_colour(month.net_return, largest)}",
        title=f"{month.n_days} of {n_days} days",
        **partly,
    )
