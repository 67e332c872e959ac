"""How the returns of single days are spread, slice by slice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.market import FloatArray
from organism.views.chapters.slices import JudgedSlice

N_BINS = 60
TAIL = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """The days of one slice. Returns are fractions; a statistic that does not exist is NaN."""

    slice: str
    n_days: int
    mean: float
    deviation: float
    """Standard deviation, ddof=1."""
    skew: float
    """Third standardised moment: below 0 the bad days are the extreme ones."""
    excess_kurtosis: float
    """Fourth standardised moment less 3: above 0 extremes are more frequent than normal."""
    best: float
    worst: float
    value_at_risk: float
    """The 5 % quantile of the days: one day in twenty was worse."""
    expected_shortfall: float
    """Mean of the days at or below that quantile."""
    share_positive: float
    density: FloatArray
    """Shape (n_bins,): share of the days in each bin of `Spreads.edges`."""


@dataclass(frozen=True, slots=True, eq=False)
class Spreads:
    """All slices on the same bins."""

    edges: FloatArray
    """Shape (n_bins + 1,)."""
    slices: tuple[Spread, ...]


def spreads(slices: Sequence[JudgedSlice]) -> Spreads | None:
    """Return the spread of the days; None where no slice has at least two days and an equity."""
    found = [(part.name, part.days().returns) for part in slices if not part.is_ruined]
    found = [(name, returns) for name, returns in found if returns.size > 1]
    if not found:
        return None
    every = np.concatenate([returns for _, returns in found])
    low, high = float(every.min()), float(every.max())
    edges = np.linspace(low, high, N_BINS + 1) if high > low else np.linspace(low - 1e-4, low + 1e-4, N_BINS + 1)
    return Spreads(edges, tuple(_spread(name, returns, edges) for name, returns in found))


def _spread(name: str, returns: FloatArray, edges: FloatArray) -> Spread:
    deviation = float(returns.std(ddof=1))
    centred, width = returns - returns.mean(), float(returns.std())
    moments = [float(np.mean(centred**power)) / width**power if width > 0.0 else math.nan for power in (3, 4)]
    quantile = float(np.quantile(returns, TAIL))
    counts, _ = np.histogram(returns, edges)
    return Spread(
        slice=name,
        n_days=returns.size,
        mean=float(returns.mean()),
        deviation=deviation,
        skew=moments[0],
        excess_kurtosis=moments[1] - 3.0,
        best=float(returns.max()),
        worst=float(returns.min()),
        value_at_risk=quantile,
        expected_shortfall=float(returns[returns <= quantile].mean()),
        share_positive=float((returns > 0.0).mean()),
        density=counts / returns.size,
    )
