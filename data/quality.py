"""Rules of quality: every defect of a history is refused, or handled by a named policy and counted.

Nothing is filled in: a missing bar stays a hole, a missing settlement stays unknown.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from data.bars import PRICES, Bars, Funding
from data.errors import DataError
from data.intervals import HOUR_MS, MINUTE_MS, utc_text
from data.market import BoolArray, IntArray
from data.spacing import LONGEST_GAP, due_after

FROZEN_RUN_BARS = 12
"""From this many bars in a row without any change of price a run is reported as frozen."""
OUTLIER_RETURN = 0.4
"""A bar that moves more than this fraction from its open, or from the close before, is reported."""
EXTREME_RATE = 0.01
"""A settlement of more than this fraction is reported."""


class Policy(StrEnum):
    """What was done about a defect that is not refused."""

    GAP_KEPT_AS_HOLE = "gap_kept_as_hole"
    """Missing bars are unavailable: no price, no position, no return across them."""
    STAMP_ROUNDED = "stamp_rounded"
    """A settlement less than a minute off the hour is put on it, any other on the nearest minute."""
    FUNDING_GAP_UNKNOWN = "funding_gap_unknown"
    """Bars between settlements that are missing have unknown funding."""
    REPORTED_ZERO_VOLUME = "reported_zero_volume"
    """Bars without trades are used as they are; capacity sees their volume."""
    REPORTED_FROZEN_PRICE = "reported_frozen_price"
    """Bars in long runs without a change of price are used as they are."""
    REPORTED_OUTLIER_RETURN = "reported_outlier_return"
    """Very large moves are used as they are."""
    REPORTED_EXTREME_RATE = "reported_extreme_rate"
    """Very large funding rates are used as they are."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of defect, what was done about it, and how often."""

    policy: Policy
    count: int
    """Bars or settlements concerned; for gaps those that are missing."""
    first_ms: int
    """UTC milliseconds of the first of them."""
    detail: str
    """The figures behind the count, in words."""


@dataclass(frozen=True, slots=True)
class QualityReport:
    """What was found in a history that was not refused."""

    n_rows: int
    first_ms: int
    last_ms: int
    coverage: float
    """Share of the bars or settlements expected between first and last that are there, in (0, 1]."""
    findings: tuple[Finding, ...]
    """In the order of `Policy`; a kind of defect that was not found is not listed."""

    def count(self, policy: Policy) -> int:
        """Return how many bars or settlements a policy concerned; 0 when it is not listed."""
        return sum(finding.count for finding in self.findings if finding.policy is policy)

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return asdict(self)


def check_bars(bars: Bars, interval_ms: int, *, subject: str = "bars") -> QualityReport:
    """Refuse what cannot be a market, and report the rest.

    Raises
    ------
    DataError
        If there are fewer than two bars, a time is unsorted, double or off the grid of `interval_ms`, a price is
        not finite and positive, a volume is not finite or negative, or high and low do not enclose the other prices.
        The message names the rule, how many bars break it, and the first of them.
    """
    _check_times(bars.time_ms, subject)
    _refuse(
        bars.time_ms % interval_ms != 0, bars.time_ms, subject, f"off the grid of {interval_ms} ms from midnight UTC"
    )
    for name in PRICES:
        prices = getattr(bars, name)
        _refuse(~np.isfinite(prices), bars.time_ms, subject, f"with NaN or infinite {name}")
        _refuse(prices <= 0, bars.time_ms, subject, f"with zero or negative {name}")
    _refuse(bars.high < bars.low, bars.time_ms, subject, "with high < low")
    _refuse(bars.high < np.maximum(bars.open, bars.close), bars.time_ms, subject, "with high below open or close")
    _refuse(bars.low > np.minimum(bars.open, bars.close), bars.time_ms, subject, "with low above open or close")
    _refuse(~np.isfinite(bars.volume), bars.time_ms, subject, "with NaN or infinite volume")
    _refuse(bars.volume < 0, bars.time_ms, subject, "with negative volume")
    n_expected = (int(bars.time_ms[-1]) - int(bars.time_ms[0])) // interval_ms + 1
    findings = [
        _gaps(bars.time_ms, interval_ms),
        _finding(Policy.REPORTED_ZERO_VOLUME, bars.volume == 0, bars.time_ms, "bars without trades"),
        _finding(
            Policy.REPORTED_FROZEN_PRICE,
            _frozen(bars, interval_ms),
            bars.time_ms,
            f"bars in runs of at least {FROZEN_RUN_BARS} at one price",
        ),
        _finding(
            Policy.REPORTED_OUTLIER_RETURN,
            _outliers(bars, interval_ms),
            bars.time_ms,
            f"bars that move by more than {OUTLIER_RETURN:.0%}",
        ),
    ]
    return _report(bars.time_ms, n_expected, findings)


def check_funding(funding: Funding, *, subject: str = "funding") -> tuple[Funding, QualityReport]:
    """Put jittered stamps where they belong, refuse what cannot be funding, and report the rest.

    Raises
    ------
    DataError
        If there are fewer than two settlements, a time is unsorted or double once jitter is removed, a rate is
        not finite or not within (-1, 1), or an oracle price is infinite, zero or negative.
    """
    rounded = round_stamps(funding.time_ms)
    _check_times(rounded, subject)
    _refuse(~np.isfinite(funding.rate), rounded, subject, "with NaN or infinite rate")
    _refuse(
        np.abs(funding.rate) >= 1, rounded, subject, "with a rate of 100 % or more, which is a price or a percentage"
    )
    if funding.oracle_price is not None:
        wrong = np.isinf(funding.oracle_price) | (funding.oracle_price <= 0)
        _refuse(wrong, rounded, subject, "with infinite, zero or negative oracle_price")
    moved = rounded != funding.time_ms
    due = due_after(rounded)[:-1]
    missing = np.maximum(np.round(np.diff(rounded) / due).astype(np.int64) - 1, 0)
    findings = [
        _finding(Policy.STAMP_ROUNDED, moved, rounded, "stamps moved, each by less than a minute"),
        _funding_gaps(rounded, due, missing),
        _finding(
            Policy.REPORTED_EXTREME_RATE,
            np.abs(funding.rate) > EXTREME_RATE,
            rounded,
            f"settlements of more than {EXTREME_RATE:.0%}",
        ),
    ]
    report = _report(rounded, len(funding) + int(missing.sum()), findings)
    return Funding(rounded, funding.rate, funding.oracle_price), report


def check_over(end_ms: IntArray, now_ms: int, *, subject: str) -> None:
    """Refuse what is not over yet: a bar in progress, or one stamped by a clock or in a unit that is wrong.

    Parameters
    ----------
    end_ms
        Shape (n_rows,), increasing: closes of bars, or times of settlements.
    now_ms
        The present by this machine's clock, UTC.

    Raises
    ------
    DataError
        Saying from which row on.
    """
    late = end_ms > now_ms
    if late.any():
        row = int(np.argmax(late))
        raise DataError(
            f"{subject}: {np.count_nonzero(late)} of {end_ms.size} rows are not over at {utc_text(now_ms)} UTC, this "
            f"machine's time; first is row {row}, over at {utc_text(int(end_ms[row]))}: leave out what is in progress, "
            "or set the clock or the zone that is wrong"
        )


def round_stamps(time_ms: IntArray) -> IntArray:
    """Return settlement times on the hour if less than a minute off it, else on the nearest minute."""
    hour = (time_ms + HOUR_MS // 2) // HOUR_MS * HOUR_MS
    minute = (time_ms + MINUTE_MS // 2) // MINUTE_MS * MINUTE_MS
    return np.where(np.abs(time_ms - hour) < MINUTE_MS, hour, minute)


def _check_times(time_ms: IntArray, subject: str) -> None:
    if time_ms.size == 0:
        raise DataError(f"{subject}: empty; at least two rows are needed, fetch more history")
    if time_ms.size == 1:
        raise DataError(f"{subject}: only one row, at {utc_text(int(time_ms[0]))}; at least two are needed, fetch more")
    steps = np.diff(time_ms)
    _refuse(np.append(False, steps == 0), time_ms, subject, "with the time of the one before (duplicate)")
    _refuse(np.append(False, steps < 0), time_ms, subject, "earlier than the one before (unsorted)")


def _refuse(wrong: BoolArray, time_ms: IntArray, subject: str, what: str) -> None:
    if wrong.any():
        rows = np.flatnonzero(wrong)
        when = int(time_ms[rows[0]])
        raise DataError(
            f"{subject}: {rows.size} of {time_ms.size} rows {what}; first is row {int(rows[0])} at {utc_text(when)} "
            f"({when} ms); allowed is none, repair the source"
        )


def _finding(policy: Policy, found: BoolArray, time_ms: IntArray, what: str) -> Finding | None:
    if not found.any():
        return None
    count = int(np.count_nonzero(found))
    return Finding(policy, count, int(time_ms[np.argmax(found)]), f"{count} {what}")


def _gaps(time_ms: IntArray, interval_ms: int) -> Finding | None:
    missing = np.diff(time_ms) // interval_ms - 1
    if not missing.any():
        return None
    first = int(time_ms[np.argmax(missing > 0)]) + interval_ms
    count = int(missing.sum())
    detail = f"{count} bars missing in {np.count_nonzero(missing)} gaps, the longest of {int(missing.max())}"
    return Finding(Policy.GAP_KEPT_AS_HOLE, count, first, detail)


def _funding_gaps(time_ms: IntArray, due_ms: IntArray, missing: IntArray) -> Finding | None:
    distances = np.diff(time_ms)
    gaps = distances > LONGEST_GAP * due_ms
    if not gaps.any():
        return None
    count = int(missing[gaps].sum())
    longest = int(np.argmax(np.where(gaps, distances, 0)))
    detail = (
        f"{count} settlements missing in {np.count_nonzero(gaps)} gaps; the longest is of "
        f"{distances[longest] / HOUR_MS:g} h, where one is due {_each(int(due_ms[longest]))}"
    )
    first = int(np.argmax(gaps))
    return Finding(Policy.FUNDING_GAP_UNKNOWN, count, int(time_ms[first] + due_ms[first]), detail)


def _each(period_ms: int) -> str:
    return "each hour" if period_ms == HOUR_MS else f"every {period_ms / HOUR_MS:g} h"


def _frozen(bars: Bars, interval_ms: int) -> BoolArray:
    """Return which bars belong to an unbroken run of `FROZEN_RUN_BARS` or more at one and the same price."""
    is_flat = bars.high == bars.low
    follows = np.diff(bars.time_ms) == interval_ms
    continues = np.append(False, is_flat[1:] & is_flat[:-1] & follows & (bars.close[1:] == bars.close[:-1]))
    run = np.cumsum(~continues) - 1
    frozen: BoolArray = is_flat & (np.bincount(run)[run] >= FROZEN_RUN_BARS)
    return frozen


def _outliers(bars: Bars, interval_ms: int) -> BoolArray:
    """Return which bars move too far from their open, or from the close of the bar just before."""
    inside = np.abs(bars.close / bars.open - 1) > OUTLIER_RETURN
    follows = np.diff(bars.time_ms) == interval_ms
    between = follows & (np.abs(bars.close[1:] / bars.close[:-1] - 1) > OUTLIER_RETURN)
    outliers: BoolArray = inside | np.append(False, between)
    return outliers


def _report(time_ms: IntArray, n_expected: int, findings: list[Finding | None]) -> QualityReport:
    found = tuple(finding for finding in findings if finding is not None)
    return QualityReport(int(time_ms.size), int(time_ms[0]), int(time_ms[-1]), time_ms.size / n_expected, found)
