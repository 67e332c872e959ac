"""Chapters about equity and days: equity, underwater, months, rolling Sharpe, fan, distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence

from organism.report.chapter import Chapter, note
from organism.report.data import StrategyReport
from organism.report.markup import Markup, element
from organism.report.months import months_table
from organism.report.plots.bars import spread_figure
from organism.report.plots.by_time import equity_figure, fan_figure, growth_figure, rolling_figure, underwater_figure
from organism.report.plots.look import slice_text
from organism.report.plots.slot import Choice, Slot, slot_markup
from organism.report.table import number, percent, table
from organism.report.words import ROLLING, SPREAD, fan_words, words
from organism.views.chapters.fan import Fan
from organism.views.chapters.rolling import WINDOW_DAYS
from organism.views.chapters.whole import WholeReport

NO_EQUITY = "There is no equity to draw: nothing was simulated, or a sleeve was ruined."


def equity_chapter(report: WholeReport) -> Chapter:
    """Return equity by slice."""
    sealed = sealed_note(report.said)
    if not report.equity:
        return Chapter("equity", "Equity by slice", (element("p", NO_EQUITY), *sealed))
    choices = (
        Choice(equity_figure(report.equity), "net return"),
        Choice(growth_figure(report.equity), "growth, logarithmic"),
    )
    slot = Slot("equity", "Net return since the start of each slice, after all costs.", choices)
    said = "Each slice starts flat with its own capital. Curves are thinned; every peak and trough is kept."
    return Chapter("equity", "Equity by slice", (slot_markup(slot), note(said), *sealed), (slot,))


def underwater_chapter(report: WholeReport) -> Chapter:
    """Return how far and how long equity was below its peak."""
    title = "Underwater"
    if not report.equity:
        return Chapter("underwater", title, (element("p", NO_EQUITY),))
    about = "How far below its highest so far the equity of each slice stood, close to close."
    slot = Slot("underwater", about, (Choice(underwater_figure(report.equity)),))
    said = "; ".join(
        f"{line.slice} fell {percent(-line.worst)} at most and was {line.longest_days:,.0f} days below a peak at the "
        "longest"
        for line in report.equity
    )
    return Chapter("underwater", title, (slot_markup(slot), note(f"{said}.")), (slot,))


def months_chapter(report: WholeReport) -> Chapter:
    """Return the months as a heat map."""
    if not report.years:
        return Chapter("months", "Month by month", (element("p", NO_EQUITY),))
    said = (
        "Net return in percent of the equity at the month's start. In italics: a month of which a slice has only a "
        "part."
    )
    return Chapter("months", "Month by month", (months_table(report.years), note(said)))


def rolling_chapter(report: WholeReport) -> Chapter:
    """Return the rolling Sharpe ratio."""
    title = f"Rolling Sharpe ratio, {WINDOW_DAYS} days"
    if not report.rolling:
        said = f"No slice is {WINDOW_DAYS} days long."
        return Chapter("rolling", title, (element("p", said),))
    about = f"Sharpe ratio of the {WINDOW_DAYS} days up to each day; a window never reaches over a border."
    slot = Slot("rolling", about, (Choice(rolling_figure(report.rolling)),))
    found = "; ".join(
        f"{line.slice}: below 0 in {percent(line.share_negative)} of its windows" for line in report.rolling
    )
    return Chapter("rolling", title, (slot_markup(slot), note(f"{found}."), words(ROLLING)), (slot,))


def fan_chapter(report: WholeReport) -> Chapter:
    """Return histories that might have been."""
    title = "Histories that might have been"
    if not report.fans:
        return Chapter("fan", title, (element("p", "No slice has enough days that vary."),))
    about = "Equity of the days drawn again in blocks: half of the paths in the inner band, nine of ten in the outer."
    choices = tuple(Choice(fan_figure(fan), slice_text(fan.slice)) for fan in report.fans)
    # What the search never saw says most.
    slot = Slot("fan", about, choices, chosen=len(choices) - 1)
    return Chapter(
        "fan", title, (slot_markup(slot), _fan_table(report.fans), words(fan_words(report.fans[0]))), (slot,)
    )


def spread_chapter(report: WholeReport) -> Chapter:
    """Return how single days are spread."""
    title = "Days, good and bad"
    if report.spreads is None:
        return Chapter("days", title, (element("p", NO_EQUITY),))
    about = "Share of days by their return, and what a normal distribution as wide as the last slice would have."
    slot = Slot("days", about, (Choice(spread_figure(report.spreads)),))
    heads = (
        "slice", "days", "mean", "deviation", "5 % worst day", "shortfall", "worst", "best", "positive", "skew",
        "excess kurtosis",
    )  # fmt: skip
    rows = [
        (
            one.slice,
            f"{one.n_days:,}",
            _fine(one.mean),
            f"{100 * one.deviation:.2f} %",
            _fine(one.value_at_risk),
            _fine(one.expected_shortfall),
            _fine(one.worst),
            _fine(one.best),
            percent(one.share_positive),
            number(one.skew),
            number(one.excess_kurtosis),
        )
        for one in report.spreads.slices
    ]
    counted = table(heads, rows, numbers=set(range(1, len(heads))))
    return Chapter("days", title, (slot_markup(slot), counted, words(SPREAD)), (slot,))


def sealed_note(said: StrategyReport) -> tuple[Markup, ...]:
    """Return which slices are not shown, and why; nothing if all are."""
    if not said.sealed:
        return ()
    return (element("p", f"Not shown, because the vault has not opened it: {', '.join(said.sealed)}."),)


def _fan_table(fans: Sequence[Fan]) -> Markup:
    heads = (
        "slice",
        "really",
        "half end between",
        "losing",
        "deepest fall",
        "median path",
        "one in twenty",
        "block",
    )
    rows = [
        (
            fan.slice,
            percent(float(fan.real[-1]), sign=True),
            f"{percent(float(fan.quantiles[1, -1]), sign=True)}, {percent(float(fan.quantiles[3, -1]), sign=True)}",
            percent(fan.share_losing),
            percent(fan.real_drawdown),
            percent(fan.median_drawdown),
            percent(fan.bad_drawdown),
            f"{fan.block_days} day{'s' if fan.block_days > 1 else ''}",
        )
        for fan in fans
    ]
    return table(heads, rows, numbers=set(range(1, len(heads))))


def _fine(value: float) -> str:
    """Return the return of a day, with two digits after the point."""
    return f"{100 * value:+.2f} %" if math.isfinite(value) else "none"
