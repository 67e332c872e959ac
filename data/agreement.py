"""Whether two venues say the same about one coin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.bars import Bars
from data.errors import DataError
from data.intervals import utc_text
from data.market import IntArray

LARGEST_BASIS = 0.01
"""Two venues disagree from this fraction of the second one's close on, unless an argument says otherwise."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A bar on which both venues traded and closed too far from each other."""

    time_ms: int
    """UTC milliseconds of its open."""
    close: float
    other_close: float

    @property
    def basis(self) -> float:
        """Close over the other venue's close, less 1."""
        return self.close / self.other_close - 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """Two venues' bars over the time that both have."""

    first_ms: int
    last_ms: int
    """Opens of the first and the last bar of the overlap, UTC milliseconds."""
    n_expected: int
    """Steps of the grid in the overlap."""
    n_common: int
    """Bars that both have."""
    n_traded: int
    """Of these, bars on which both traded: the ones that are compared."""
    largest_basis: float
    """From where on two closes disagree."""
    basis_median: float
    """Median of close over the other close, less 1."""
    basis_p99: float
    """99th percentile of its absolute value."""
    outliers: tuple[Disagreement, ...]
    agreeing_ms: IntArray
    """Shape (n_agreeing,): opens of the compared bars that do not disagree."""

    def confirms(self, time_ms: int) -> bool:
        """Tell whether the other venue closed the bar that opens at `time_ms` at about the same price."""
        row = int(np.searchsorted(self.agreeing_ms, time_ms))
        return row < self.agreeing_ms.size and int(self.agreeing_ms[row]) == time_ms

    @property
    def share_common(self) -> float:
        """Share of the overlap's steps on which both have a bar."""
        return self.n_common / self.n_expected

    @property
    def share_agreeing(self) -> float:
        """Share of the compared bars that do not disagree."""
        return 1.0 - len(self.outliers) / self.n_traded


def agreement(bars: Bars, other: Bars, interval_ms: int, *, largest_basis: float = LARGEST_BASIS) -> Agreement:
    """Compare the closes of two venues on the bars on which both traded.

    Parameters
    ----------
    bars, other
        Bars of one coin at two venues, checked, on the same grid.
    interval_ms
        Length of a bar.
    largest_basis
        Fraction of the other venue's close by which two closes may differ.

    Raises
    ------
    DataError
        If there is no bar on which both traded.
    """
    _, here, there = np.intersect1d(bars.time_ms, other.time_ms, assume_unique=True, return_indices=True)
    traded = (bars.volume[here] > 0) & (other.volume[there] > 0)
    if not traded.any():
        raise DataError(
            f"the two venues share {here.size} bars and trade together on none: one has {_span(bars)}, the other "
            f"{_span(other)}; compare with a venue that traded at that time"
        )
    first = max(int(bars.time_ms[0]), int(other.time_ms[0]))
    last = min(int(bars.time_ms[-1]), int(other.time_ms[-1]))
    times, close, other_close = bars.time_ms[here][traded], bars.close[here][traded], other.close[there][traded]
    basis = close / other_close - 1.0
    is_apart = np.abs(basis) > largest_basis
    return Agreement(
        first_ms=first,
        last_ms=last,
        n_expected=(last - first) // interval_ms + 1,
        n_common=int(here.size),
        n_traded=int(basis.size),
        largest_basis=largest_basis,
        basis_median=float(np.median(basis)),
        basis_p99=float(np.quantile(np.abs(basis), 0.99)),
        outliers=tuple(
            Disagreement(int(times[row]), float(close[row]), float(other_close[row]))
            for row in np.flatnonzero(is_apart)
        ),
        agreeing_ms=times[~is_apart],
    )


def _span(bars: Bars) -> str:
    return f"{utc_text(int(bars.time_ms[0]))} to {utc_text(int(bars.time_ms[-1]))}"
