"""Equity and days in words: equity, months, rolling Sharpe, fan, distribution."""

from __future__ import annotations

import math
from calendar import month_abbr, monthrange

from organism.report.document import Block, Paragraph, Section, Table
from organism.report.in_words.meanings import meanings
from organism.report.table import number, percent
from organism.report.words import ROLLING, SPREAD, fan_words
from organism.views.chapters.months import Month, YearRow
from organism.views.chapters.rolling import WINDOW_DAYS
from organism.views.chapters.whole import WholeReport

NO_EQUITY = Paragraph("There is no equity: nothing was simulated, or a sleeve was ruined.")


def equity_section(report: WholeReport) -> Section:
    """Return how far each slice fell; curves are on the page."""
    if not report.equity:
        return Section("Equity and falls", (NO_EQUITY,))
    said = (
        f"{line.slice} came to {percent(line.final, sign=True)}, fell {percent(-line.worst)} at most and was "
        f"{line.longest_days:,.0f} days below a peak at the longest"
        for line in report.equity
    )
    return Section("Equity and falls", (Paragraph(f"{'; '.join(said)}. Each slice starts flat with its own capital."),))


def months_section(report: WholeReport) -> Section:
    """Return the months."""
    if not report.years:
        return Section("Month by month", (NO_EQUITY,))
    heads = ("slice", "year", *month_abbr[1:], "whole")
    rows = tuple(_year(row) for row in report.years)
    note = "Net return in percent of the equity at the month's start; (in brackets) where a slice has a part of it."
    return Section("Month by month", (Table(heads, rows, frozenset(range(2, 15))), Paragraph(note, is_note=True)))


def rolling_section(report: WholeReport) -> Section:
    """Return how often the rolling Sharpe ratio was below 0."""
    title = f"Rolling Sharpe ratio, {WINDOW_DAYS} days"
    if not report.rolling:
        return Section(title, (Paragraph(f"No slice is {WINDOW_DAYS} days long."),))
    said = "; ".join(
        f"{line.slice}: below 0 in {percent(line.share_negative)} of its windows" for line in report.rolling
    )
    return Section(title, (Paragraph(f"{said}."), meanings(ROLLING)))


def fan_section(report: WholeReport) -> Section:
    """Return histories that might have been."""
    title = "Histories that might have been"
    if not report.fans:
        return Section(title, (Paragraph("No slice has enough days that vary."),))
    heads = ("slice", "really", "half end between", "losing", "deepest fall", "median path", "one in twenty", "block")
    rows = tuple(
        (
            fan.slice,
            percent(float(fan.real[-1]), sign=True),
            f"{percent(float(fan.quantiles[1, -1]), sign=True)}, {percent(float(fan.quantiles[3, -1]), sign=True)}",
            percent(fan.share_losing),
            percent(fan.real_drawdown),
            percent(fan.median_drawdown),
            percent(fan.bad_drawdown),
            f"{fan.block_days} d",
        )
        for fan in report.fans
    )
    return Section(title, (Table(heads, rows, frozenset(range(1, 8))), meanings(fan_words(report.fans[0]))))


def days_section(report: WholeReport) -> Section:
    """Return how single days are spread."""
    title = "Days, good and bad"
    if report.spreads is None:
        return Section(title, (NO_EQUITY,))
    heads = ("slice", "days", "mean", "deviation", "5 % worst day", "shortfall", "worst", "best", "positive")
    rows = tuple(
        (
            one.slice,
            f"{one.n_days:,}",
            _fine(one.mean),
            f"{100 * one.deviation:.2f} %",
            *map(_fine, (one.value_at_risk, one.expected_shortfall, one.worst, one.best)),
            percent(one.share_positive),
            number(one.skew),
            number(one.excess_kurtosis),
        )
        for one in report.spreads.slices
    )
    content: tuple[Block, ...] = (
        Table((*heads, "skew", "excess kurtosis"), rows, frozenset(range(1, 11))),
        meanings(SPREAD),
    )
    return Section(title, content)


def _year(row: YearRow) -> tuple[str, ...]:
    by_month = {month.month: month for month in row.months}
    cells = (_month(row.year, by_month.get(place)) for place in range(1, 13))
    return (row.slice, str(row.year), *cells, f"{100.0 * row.net_return:+.1f}")


def _month(year: int, month: Month | None) -> str:
    if month is None:
        return ""
    text = f"{100.0 * month.net_return:+.1f}"
    return text if month.n_days == monthrange(year, month.month)[1] else f"({text})"


def _fine(value: float) -> str:
    """Return the return of a day, with two digits after the point."""
    return f"{100 * value:+.2f} %" if math.isfinite(value) else "none"
