"""What is said of equity and days: equity, underwater, months, rolling Sharpe ratio, fan, distribution."""

from __future__ import annotations

import math
from calendar import month_abbr, monthrange
from collections.abc import Iterator

from organism.report.document import Block, Figure, Paragraph, Table
from organism.report.in_words.meanings import ROLLING, SPREAD, fan_terms
from organism.report.table import number, percent
from organism.views.chapters.distribution import Spread
from organism.views.chapters.fan import Fan
from organism.views.chapters.months import Month, YearRow
from organism.views.chapters.rolling import WINDOW_DAYS
from organism.views.chapters.whole import WholeReport

UNSIMULATED = "nothing was simulated, or a sleeve was ruined"
NO_EQUITY = Paragraph(f"There is no equity: {UNSIMULATED}.")
SPREAD_HEADS = (
    "slice", "days", "mean", "deviation", "5 % worst day", "shortfall", "worst", "best", "positive", "skew",
    "excess kurtosis",
)  # fmt: skip
FAN_HEADS = ("slice", "really", "half end between", "losing", "deepest fall", "median path", "one in twenty", "block")


def equity(report: WholeReport) -> Iterator[Block]:
    """Say where equity ended in each slice, and which slices are not shown."""
    if report.equity:
        yield Figure("equity")
        ends = "; ".join(f"{line.slice} came to {percent(line.final, sign=True)}" for line in report.equity)
        yield Paragraph(f"{ends}. Each slice starts flat with its own capital.")
    else:
        yield NO_EQUITY
    if report.said.sealed:
        yield Paragraph(f"Not shown, because the vault has not opened it: {', '.join(report.said.sealed)}.")


def underwater(report: WholeReport) -> Iterator[Block]:
    """Say how far and how long equity was below its peak."""
    if not report.equity:
        yield NO_EQUITY
        return
    yield Figure("underwater")
    falls = "; ".join(
        f"{line.slice} fell {percent(-line.worst)} at most and was {line.longest_days:,.0f} days below a peak at the "
        "longest"
        for line in report.equity
    )
    yield Paragraph(f"{falls}.")


def months(report: WholeReport) -> Iterator[Block]:
    """Say what each month brought."""
    if not report.years:
        yield NO_EQUITY
        return
    heads = ("slice", "year", *month_abbr[1:], "whole")
    yield Figure("months", (Table(heads, tuple(map(_year, report.years)), frozenset(range(2, 15))),))
    note = "Net return in percent of the equity at the month's start; (in brackets) where a slice has a part of it."
    yield Paragraph(note, is_note=True)


def month_text(year: int, month: Month) -> str:
    """Return the net return of a month in percent, in brackets if days of it are missing."""
    text = f"{100.0 * month.net_return:+.1f}"
    return text if month.n_days == monthrange(year, month.month)[1] else f"({text})"


def rolling(report: WholeReport) -> Iterator[Block]:
    """Say how often the rolling Sharpe ratio was below 0."""
    if not report.rolling:
        yield Paragraph(f"No slice is {WINDOW_DAYS} days long.")
        return
    yield Figure("rolling")
    below = (f"{line.slice}: below 0 in {percent(line.share_negative)} of its windows" for line in report.rolling)
    yield Paragraph(f"{'; '.join(below)}.")
    yield ROLLING


def fan(report: WholeReport) -> Iterator[Block]:
    """Say what histories might have been."""
    if not report.fans:
        yield Paragraph("No slice has enough days that vary.")
        return
    yield Figure("fan")
    yield Table(FAN_HEADS, tuple(map(_fan_row, report.fans)), frozenset(range(1, 8)))
    yield fan_terms(report.fans[0])


def days(report: WholeReport) -> Iterator[Block]:
    """Say how single days are spread."""
    if report.spreads is None:
        yield NO_EQUITY
        return
    yield Figure("days")
    yield Table(SPREAD_HEADS, tuple(map(_spread_row, report.spreads.slices)), frozenset(range(1, 11)))
    yield SPREAD


def _year(row: YearRow) -> tuple[str, ...]:
    by_month = {month.month: month_text(row.year, month) for month in row.months}
    cells = (by_month.get(place, "") for place in range(1, 13))
    return (row.slice, str(row.year), *cells, f"{100.0 * row.net_return:+.1f}")


def _fan_row(one: Fan) -> tuple[str, ...]:
    low, high = (percent(float(one.quantiles[place, -1]), sign=True) for place in (1, 3))
    return (
        one.slice,
        percent(float(one.real[-1]), sign=True),
        f"{low}, {high}",
        *map(percent, (one.share_losing, one.real_drawdown, one.median_drawdown, one.bad_drawdown)),
        f"{one.block_days} day{'s' if one.block_days > 1 else ''}",
    )


def _spread_row(one: Spread) -> tuple[str, ...]:
    return (
        one.slice,
        f"{one.n_days:,}",
        _fine(one.mean),
        f"{100 * one.deviation:.2f} %",
        *map(_fine, (one.value_at_risk, one.expected_shortfall, one.worst, one.best)),
        percent(one.share_positive),
        number(one.skew),
        number(one.excess_kurtosis),
    )


def _fine(value: float) -> str:
    """Return the return of a day, with two digits after the point."""
    return f"{100 * value:+.2f} %" if math.isfinite(value) else "none"
