"""What numeric opcodes share: sealed results, and arithmetic between series that may leave the range of floats."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray

quietly = np.errstate(all="ignore")
"""Decorator of arithmetic on whole arrays: what overflows or divides by 0 is made unknown at the end."""


def sealed(values: FloatArray) -> FloatArray:
    """Return `values` made read-only, so that nobody changes what others have been given.

    It also keeps every series of one machine type: compiled functions have one version, not two.
    """
    values.setflags(write=False)
    return values


def known(values: FloatArray) -> FloatArray:
    """Return `values`, an array that nobody else has been given, sealed and with NaN in place of what is infinite."""
    _hold(values, -np.inf, np.inf)
    return sealed(values)


def bounded(values: FloatArray, low: float, high: float) -> FloatArray:
    """Return `values` as `known` does, without the last digit by which rounding leaves [low, high]."""
    _hold(values, low, high)
    return sealed(values)


@jit
def _hold(values: FloatArray, low: float, high: float) -> None:
    for t in range(values.size):
        values[t] = min(max(values[t], low), high) if np.isfinite(values[t]) else np.nan


def earlier(values: FloatArray, bars: int) -> FloatArray:
    """Return the values `bars` ago, shape (n_bars,), NaN before there were any."""
    past = np.full(values.size, np.nan)
    past[bars:] = values[: max(values.size - bars, 0)]
    return sealed(past)
