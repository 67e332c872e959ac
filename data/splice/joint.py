"""How two venues agree about a coin around the moment at which one takes over from the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.bars import Bars
from data.market import FloatArray, IntArray
from data.splice.recipe import Join, Limits


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """Bars around a joint on which both venues traded."""

    time_ms: IntArray
    """Shape (n_bars,): their opens."""
    before: FloatArray
    """Shape (n_bars,): closes of the venue that is used before the joint."""
    after: FloatArray
    """Shape (n_bars,): closes of the venue that takes over."""

    @property
    def basis(self) -> FloatArray:
        """Shape (n_bars,): the close after over the close before, less 1."""
        return self.after / self.before - 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """One venue takes over from another."""

    time_ms: int
    """From when on the second is used."""
    before: str
    after: str
    """Names of the venues."""
    overlap: Overlap
    basis_median: float
    """NaN, as all below, where there is no overlap."""
    basis_worst: float
    """The largest of either sign."""
    worst_ms: int | None
    """Open of the bar that has it."""
    share_apart: float
    """Share of the bars that are further apart than `Limits.apart`, after scaling if prices are scaled."""
    correlation: float
    """Of the log returns from bar to bar; NaN also where one does not vary."""
    step: float
    """First open after the joint over the last close before it, as joined, less 1."""
    n_missing: int
    """Bars that are missing between the two."""
    problems: tuple[str, ...]
    """The limits that are not kept, in words; none of a joint that may be used."""

    @property
    def n_bars(self) -> int:
        return int(self.overlap.time_ms.size)


def overlap_of(before: Bars, after: Bars, first_ms: int, end_ms: int) -> Overlap:
    """Return the bars that open in [first_ms, end_ms) and on which both venues traded."""
    times, here, there = np.intersect1d(before.time_ms, after.time_ms, assume_unique=True, return_indices=True)
    kept = (times >= first_ms) & (times < end_ms) & (before.volume[here] > 0) & (after.volume[there] > 0)
    return Overlap(times[kept], before.close[here][kept], after.close[there][kept])


def scale_of(overlap: Overlap, join: Join) -> float:
    """Return what prices before the joint are multiplied by to meet those after it."""
    if join is Join.AS_IS or not overlap.time_ms.size:
        return 1.0
    return 1.0 + float(np.median(overlap.basis))


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two parts as they stand beside each other in the result."""

    time_ms: int
    before: str
    after: str
    step: float
    n_missing: int


def joint_of(meeting: Meeting, overlap: Overlap, interval_ms: int, join: Join, limits: Limits) -> Joint:
    """Measure a joint and hold it against limits."""
    basis = overlap.basis
    median = float(np.median(basis)) if basis.size else np.nan
    worst = int(np.argmax(np.abs(basis))) if basis.size else None
    left = basis if join is Join.AS_IS else (1.0 + basis) / (1.0 + median) - 1.0
    share = float(np.mean(np.abs(left) > limits.apart)) if basis.size else np.nan
    correlation = _correlation(overlap, interval_ms)
    return Joint(
        time_ms=meeting.time_ms,
        before=meeting.before,
        after=meeting.after,
        overlap=overlap,
        basis_median=median,
        basis_worst=np.nan if worst is None else float(basis[worst]),
        worst_ms=None if worst is None else int(overlap.time_ms[worst]),
        share_apart=share,
        correlation=correlation,
        step=meeting.step,
        n_missing=meeting.n_missing,
        problems=tuple(_problems(int(basis.size), median, share, correlation, limits)),
    )


def _problems(n_bars: int, median: float, share: float, correlation: float, limits: Limits) -> Iterator[str]:
    if n_bars < limits.least_bars:
        yield f"both traded on {n_bars:,} bars around it, needed are {limits.least_bars:,} (least_bars)"
    if not n_bars:
        return
    # Written so that what is not known is not kept.
    if not abs(median) <= limits.largest_median_basis:
        yield (
            f"the median basis is {100 * median:+.3f} %, allowed are {100 * limits.largest_median_basis:g} % either "
            "way (largest_median_basis); do both venues count the coin in the same units?"
        )
    if not share <= limits.largest_share_apart:
        yield (
            f"{100 * share:.2f} % of the bars are more than {100 * limits.apart:g} % apart, allowed are "
            f"{100 * limits.largest_share_apart:g} % (largest_share_apart)"
        )
    if not correlation >= limits.least_correlation:
        known = "unknown" if np.isnan(correlation) else f"{correlation:.4f}"
        yield f"the correlation of returns is {known}, needed is {limits.least_correlation:g} (least_correlation)"


def _correlation(overlap: Overlap, interval_ms: int) -> float:
    follows = np.diff(overlap.time_ms) == interval_ms
    one, other = (np.diff(np.log(closes))[follows] for closes in (overlap.before, overlap.after))
    if one.size < 2 or not np.ptp(one) or not np.ptp(other):
        return np.nan
    return float(np.corrcoef(one, other)[0, 1])
