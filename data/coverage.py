"""What one history covers: gaps, stale runs, outliers, known funding, and the share of each day that is there.

`data.quality` decides what may be kept; this looks at what was kept. Nothing is changed and nothing refused but a
history without bars.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.alignment import settle
from data.bars import PRICES, Bars, Funding
from data.errors import DataError
from data.intervals import DAY_MS
from data.market import BoolArray, FloatArray, IntArray
from data.quality import FROZEN_RUN_BARS


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on something stands out."""

    stale_bars: int = FROZEN_RUN_BARS
    """Bars in a row with the same four prices and no volume that make a stale run; at least 2."""
    outlier_deviations: float = 20.0
    """Median absolute deviations of the log returns around it that an outlier's log return exceeds."""
    outlier_move: float = 0.02
    """Fraction of the close before that an outlier moves at the least, however calm the market was."""
    outlier_reversal: float = 0.7
    """Share of an outlier's log return that the next bar takes back at the least: news stays, a bad print goes.

    A panic that is over within the hour looks alike; a second venue tells them apart (`data.agreement`).
    """
    around_bars: int = 500
    """Bars whose returns say together what is usual; the history is cut into pieces of at least so many."""


USUAL = Thresholds()


@dataclass(frozen=True, slots=True)
class Run:
    """Bars in a row."""

    first_ms: int
    """UTC milliseconds of the open of the first."""
    last_ms: int
    """UTC milliseconds of the open of the last."""
    n_bars: int


@dataclass(frozen=True, slots=True)
class Outlier:
    """A bar whose close leapt away, and whose successor came back."""

    time_ms: int
    """UTC milliseconds of its open."""
    move: float
    """Fraction by which its close differs from the close before."""
    usual_move: float
    """Median absolute deviation of the log returns around it."""


@dataclass(frozen=True, slots=True)
class FundingCoverage:
    """On how many bars funding is known, as a backtest would know it (`data.alignment.settle`)."""

    share: float
    """Of the bars expected between the first and the last, in [0, 1]."""
    longest_unknown: Run | None
    """None when funding is known on every bar."""


@dataclass(frozen=True, slots=True, eq=False)
class DailyCoverage:
    """Share of what was expected of each day, from the day of the first bar to the day of the last."""

    first_day_ms: int
    """UTC midnight of the first day."""
    bars: FloatArray
    """Shape (n_days,): bars there are, as a share of the bars expected; in [0, 1]."""
    funding: FloatArray | None
    """Shape (n_days,): bars whose funding is known, as a share of the bars expected; None without any funding."""


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What is there of a history, and what stands out in it."""

    first_ms: int
    last_ms: int
    """Opens of the first and the last bar, UTC milliseconds."""
    interval_ms: int
    n_bars: int
    n_expected: int
    """Steps of the grid from the first bar to the last, both counted."""
    gaps: tuple[Run, ...]
    stale_runs: tuple[Run, ...]
    outliers: tuple[Outlier, ...]
    n_zero_volume: int
    funding: FundingCoverage | None
    """None without any funding."""
    daily: DailyCoverage

    @property
    def n_missing(self) -> int:
        """Bars expected that are not there."""
        return self.n_expected - self.n_bars

    @property
    def share(self) -> float:
        """Share of the bars expected that are there, in (0, 1]."""
        return self.n_bars / self.n_expected


def coverage(
    bars: Bars, interval_ms: int, funding: Funding | None = None, *, thresholds: Thresholds = USUAL
) -> Coverage:
    """Look at one coin's history.

    Parameters
    ----------
    bars
        Bars that have passed `data.quality.check_bars`: increasing times on the grid, positive prices.
    interval_ms
        Length of a bar.
    funding
        Settlements that have passed `data.quality.check_funding`; None if there are none.
    thresholds
        From where on something stands out.

    Raises
    ------
    DataError
        If there are no bars.
    """
    if not len(bars):
        raise DataError("there are no bars, so there is nothing to look at; at least one is needed")
    first, last = int(bars.time_ms[0]), int(bars.time_ms[-1])
    calendar = np.arange(first, last + interval_ms, interval_ms, dtype=np.int64)
    known = None if funding is None else _is_funding_known(funding, calendar, interval_ms)
    return Coverage(
        first_ms=first,
        last_ms=last,
        interval_ms=interval_ms,
        n_bars=len(bars),
        n_expected=calendar.size,
        gaps=missing_runs(bars.time_ms, interval_ms),
        stale_runs=stale_runs(bars, interval_ms, thresholds.stale_bars),
        outliers=outliers(bars, interval_ms, thresholds),
        n_zero_volume=int(np.count_nonzero(bars.volume == 0)),
        funding=None if known is None else _funding_coverage(known, calendar),
        daily=_daily(bars.time_ms, calendar, known),
    )


def missing_runs(time_ms: IntArray, interval_ms: int) -> tuple[Run, ...]:
    """Return the bars that are missing between others, in order of time."""
    missing = np.diff(time_ms) // interval_ms - 1
    return tuple(
        Run(int(time_ms[row]) + interval_ms, int(time_ms[row + 1]) - interval_ms, int(missing[row]))
        for row in np.flatnonzero(missing)
    )


def stale_runs(bars: Bars, interval_ms: int, stale_bars: int) -> tuple[Run, ...]:
    """Return the unbroken runs of `stale_bars` or more that repeat one bar without volume."""
    repeats = (np.diff(bars.time_ms) == interval_ms) & (bars.volume[1:] == 0) & (bars.volume[:-1] == 0)
    for name in PRICES:
        repeats &= np.diff(getattr(bars, name)) == 0
    # A stretch of repetitions begins one bar after what it repeats.
    return tuple(
        Run(int(bars.time_ms[start]), int(bars.time_ms[stop]), stop - start + 1)
        for start, stop in _stretches(repeats)
        if stop - start + 1 >= stale_bars
    )


def outliers(bars: Bars, interval_ms: int, thresholds: Thresholds = USUAL) -> tuple[Outlier, ...]:
    """Return the bars whose close leaps away and comes back with the next bar.

    With r the log return from the close of the bar just before: abs(r) exceeds `outlier_deviations` times the median
    absolute deviation around it and log(1 + `outlier_move`), and the next bar's return is at least `outlier_reversal`
    times abs(r) the other way. A bar beside a gap, the first and the last cannot be judged.
    """
    follows = np.diff(bars.time_ms) == interval_ms
    returns = np.where(follows, np.diff(np.log(bars.close)), np.nan)
    usual = _usual_moves(returns, thresholds.around_bars)
    size, taken_back = np.abs(returns[:-1]), -np.sign(returns[:-1]) * returns[1:]
    limit = np.maximum(thresholds.outlier_deviations * usual[:-1], np.log1p(thresholds.outlier_move))
    # NaN, where there is a gap, is never beyond anything.
    found = (size > limit) & (taken_back >= thresholds.outlier_reversal * size)
    return tuple(
        Outlier(int(bars.time_ms[row + 1]), float(np.expm1(returns[row])), float(usual[row]))
        for row in np.flatnonzero(found)
    )


def _usual_moves(returns: FloatArray, around_bars: int) -> FloatArray:
    """Return the median absolute deviation of the known returns of each one's piece; 0 where none is known."""
    usual = np.zeros(returns.size)
    for piece in np.array_split(np.arange(returns.size), max(1, returns.size // around_bars)):
        known = returns[piece][~np.isnan(returns[piece])]
        if known.size:
            usual[piece] = np.median(np.abs(known - np.median(known)))
    return usual


def _is_funding_known(funding: Funding, calendar: IntArray, interval_ms: int) -> BoolArray:
    rates, _ = settle(funding, calendar, np.ones(calendar.size), interval_ms)
    known: BoolArray = ~np.isnan(rates)
    return known


def _funding_coverage(known: BoolArray, calendar: IntArray) -> FundingCoverage:
    unknown = _stretches(~known)
    longest = max(unknown, key=lambda stretch: stretch[1] - stretch[0], default=None)
    if longest is None:
        return FundingCoverage(1.0, None)
    start, stop = longest
    return FundingCoverage(float(known.mean()), Run(int(calendar[start]), int(calendar[stop - 1]), stop - start))


def _daily(time_ms: IntArray, calendar: IntArray, known: BoolArray | None) -> DailyCoverage:
    first_day = int(calendar[0]) // DAY_MS
    day = calendar // DAY_MS - first_day
    expected = np.bincount(day)
    there = np.bincount(time_ms // DAY_MS - first_day, minlength=expected.size)
    funding = None if known is None else np.bincount(day, weights=known.astype(np.float64)) / expected
    return DailyCoverage(first_day * DAY_MS, there / expected, funding)


def _stretches(flags: BoolArray) -> list[tuple[int, int]]:
    """Return start and stop (not included) of each unbroken stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]
