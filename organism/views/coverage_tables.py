"""What a check found as people read it: lines of words for the terminal, figures and tables for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.agreement import Agreement
from data.coverage import Run
from data.intervals import utc_text
from data.market import FloatArray
from organism.views.coverage import Check, name_of, verdict

LINES = 8
"""Gaps, runs and outliers listed in words, the worst first; JSON has all."""
OTHER_UNITS = 0.5
"""From this median basis on two venues hardly mean the same amount of a coin."""
ROWS = 100
"""Rows of a page's table."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A table of a page."""

    title: str
    explanation: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_left_out: int
    """Rows that the page has no room for."""


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Shares of days, for a heat map."""

    title: str
    first_day_ms: int
    """UTC midnight of the first day."""
    shares: FloatArray
    """Shape (n_days,): in [0, 1]."""


@dataclass(frozen=True, slots=True, eq=False)
class CoveragePage:
    """All that the page of a check shows."""

    title: str
    verdict: str
    is_clean: bool
    figures: tuple[tuple[str, str], ...]
    """Names and figures."""
    calendars: tuple[Calendar, ...]
    listings: tuple[Listing, ...]


def check_lines(check: Check) -> list[str]:
    """Return the verdict, the figures, and the worst of what was found."""
    lines = [f"{name_of(check)}: {verdict(check)}"]
    figures = _figures(check)
    width = max(len(name) for name, _ in figures)
    lines += [f"  {name:<{width}}  {figure}" for name, figure in figures]
    for listing in _listings(check, LINES):
        lines += [
            "",
            f"{listing.title}, {', '.join(listing.heads)}:",
            *(f"  {'  '.join(row)}" for row in _aligned(listing.rows)),
        ]
        if listing.n_left_out:
            lines.append(f"  and {listing.n_left_out:,} more, all of them with --json")
    return lines


def check_page(check: Check) -> CoveragePage:
    """Return what the page shows."""
    daily = check.coverage.daily
    calendars = [Calendar("bars", daily.first_day_ms, daily.bars)]
    if daily.funding is not None:
        calendars.append(Calendar("funding", daily.first_day_ms, daily.funding))
    return CoveragePage(
        title=name_of(check),
        verdict=verdict(check),
        is_clean=check.is_clean,
        figures=_figures(check),
        calendars=tuple(calendars),
        listings=_listings(check, ROWS),
    )


def _figures(check: Check) -> tuple[tuple[str, str], ...]:
    found = check.coverage
    n_stale = sum(run.n_bars for run in found.stale_runs)
    rows = [] if check.made_of is None else [("made of", check.made_of)]
    rows += [
        ("first and last bar", f"{utc_text(found.first_ms)} to {utc_text(found.last_ms)} UTC"),
        ("bars", f"{found.n_bars:,} of {found.n_expected:,} expected, {_percent(found.share)}"),
        ("gaps", f"{len(found.gaps):,}, {found.n_missing:,} bars missing" if found.gaps else "none"),
        ("bars without volume", f"{found.n_zero_volume:,}" if found.n_zero_volume else "none"),
        ("stale runs", f"{len(found.stale_runs):,}, {n_stale:,} bars" if n_stale else "none"),
        ("outliers", _outlier_figure(check)),
        ("funding known", _funding_figure(check)),
    ]
    if check.agreement is not None:
        agreed = check.agreement
        rows += [
            (f"overlap with {check.against}", f"{utc_text(agreed.first_ms)} to {utc_text(agreed.last_ms)} UTC"),
            ("bars in common", f"{agreed.n_common:,} of {agreed.n_expected:,}, {_percent(agreed.share_common)}"),
            (
                "agreeing",
                f"{_percent(agreed.share_agreeing)} of {agreed.n_traded:,} bars that both traded, "
                f"within {_fraction(agreed.largest_basis)}",
            ),
            (
                "basis",
                f"median {_fraction(agreed.basis_median, '+.3f')}, "
                f"99th percentile {_fraction(agreed.basis_p99, '.3f')} either way",
            ),
        ]
        if abs(agreed.basis_median) > OTHER_UNITS:
            times = 1.0 + agreed.basis_median
            rows.append(
                ("units", f"closes are {times:.4g} times those of {check.against}: do both count in the same units?")
            )
    return tuple(rows)


def _outlier_figure(check: Check) -> str:
    own = f"{len(check.outliers):,}" if check.outliers else "none"
    return f"{own}, and {check.n_confirmed:,} that {check.against} had as well" if check.n_confirmed else own


def _funding_figure(check: Check) -> str:
    funding = check.coverage.funding
    if funding is None:
        return "none imported"
    if funding.longest_unknown is None:
        return "on all bars"
    run = funding.longest_unknown
    longest = f"{utc_text(run.first_ms)} to {utc_text(run.last_ms)}, {run.n_bars:,} bars"
    return f"{_percent(funding.share)} of bars; longest unknown {longest}"


def _listings(check: Check, most: int) -> tuple[Listing, ...]:
    """Return a table of each kind that was found, the worst rows first."""
    rules = check.thresholds
    made = [
        _runs("Gaps", "Bars that are missing between others.", check.coverage.gaps, most),
        _runs(
            "Stale runs",
            f"{rules.stale_bars} or more bars in a row that repeat one bar without volume.",
            check.coverage.stale_runs,
            most,
        ),
        _outliers(check, most),
    ]
    if check.agreement is not None:
        made.append(_disagreements(check.agreement, check.against or "", most))
    return tuple(listing for listing in made if listing.rows)


def _runs(title: str, explanation: str, runs: Sequence[Run], most: int) -> Listing:
    worst = sorted(runs, key=lambda run: (-run.n_bars, run.first_ms))[:most]
    rows = tuple((utc_text(run.first_ms), utc_text(run.last_ms), f"{run.n_bars:,}") for run in worst)
    return Listing(title, explanation, ("first bar", "last bar", "bars"), rows, len(runs) - len(rows))


def _outliers(check: Check, most: int) -> Listing:
    rules = check.thresholds
    worst = sorted(check.outliers, key=lambda one: (-abs(one.move), one.time_ms))[:most]
    rows = tuple(
        (utc_text(one.time_ms), _fraction(one.move, "+.2f"), _fraction(one.usual_move, ".3f")) for one in worst
    )
    explanation = (
        f"Closes that leap by more than {rules.outlier_deviations:g} median absolute deviations of the returns around "
        f"them, and by more than {_fraction(rules.outlier_move)}, of which the next bar takes back "
        f"{_fraction(rules.outlier_reversal)} or more. A bad print looks so, and so does a panic that is over with "
        "the next bar: a second venue (--against) tells them apart."
    )
    heads = ("bar", "move", "usual move")
    return Listing("Outliers", explanation, heads, rows, len(check.outliers) - len(rows))


def _disagreements(agreed: Agreement, venue: str, most: int) -> Listing:
    worst = sorted(agreed.outliers, key=lambda one: (-abs(one.basis), one.time_ms))[:most]
    rows = tuple(
        (utc_text(one.time_ms), f"{one.close:,.10g}", f"{one.other_close:,.10g}", _fraction(one.basis, "+.2f"))
        for one in worst
    )
    explanation = f"Bars on which both venues traded and closed more than {_fraction(agreed.largest_basis)} apart."
    heads = ("bar", "close", f"close at {venue}", "basis")
    return Listing(f"Disagreements with {venue}", explanation, heads, rows, len(agreed.outliers) - len(rows))


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[list[str]]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [[cell.rjust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]


def _percent(share: float) -> str:
    """Return a share in percent, rounded down, so that only the whole is 100 %."""
    return f"{np.floor(share * 1e4 + 1e-9) / 1e2:.2f} %"


def _fraction(value: float, form: str = "g") -> str:
    """Return a fraction in percent."""
    return f"{100 * value:{form}} %"
