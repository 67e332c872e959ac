"""What a rule earned in one world, as sums: worlds are added one after the other, and none is kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

ONE, RULE, MARKET, MATCHED, N_SERIES = range(5)
"""Places of the series in a matrix of moments: the constant 1, the rule, and its two benchmarks."""
UPPER = np.triu_indices(N_SERIES)
N_MOMENTS = UPPER[0].size


@dataclass(frozen=True, slots=True)
class Sums:
    """One rule at one price of trading; plain numbers, so that they can be stored and added."""

    n_bars: int
    returns: float
    """Sum of the returns of the bars."""
    squares: float
    """Sum of their squares."""
    n_trades: int
    simple: tuple[float, ...]
    """Sums of products of two series of daily sums of returns, the upper half of the matrix by rows."""
    log: tuple[float, ...]
    """The same for daily sums of log(1 + return)."""


def moments_of(rule: FloatArray, market: FloatArray, matched: FloatArray) -> tuple[float, ...]:
    """Return the sums of products of two of the series 1, rule, market, matched; each has shape (n_days,)."""
    series = np.stack([np.ones(rule.size), rule, market, matched])
    return tuple((series @ series.T)[UPPER].tolist())


def matrices(stored: list[tuple[float, ...]]) -> FloatArray:
    """Return stored moments as symmetric matrices, shape (n_worlds, N_SERIES, N_SERIES)."""
    found = np.empty((len(stored), N_SERIES, N_SERIES))
    upper = np.array(stored, dtype=np.float64)
    found[:, UPPER[0], UPPER[1]] = upper
    found[:, UPPER[1], UPPER[0]] = upper
    return found
