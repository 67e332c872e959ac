"""What numeric opcodes share: sealed results, and arithmetic between series that may leave the range of floats."""

from __future__ import annotations

import numpy as np

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
    """Return `values` sealed, with NaN in place of what is infinite."""
    return sealed(np.where(np.isfinite(values), values, np.nan))


def bounded(values: FloatArray, low: float, high: float) -> FloatArray:
    """Return `values` as `known` does, without the last digit by which rounding leaves [low, high]."""
    return sealed(np.where(np.isfinite(values), np.clip(values, low, high), np.nan))


def earlier(values: FloatArray, bars: int) -> FloatArray:
    """Return the values `bars` ago, shape (n_bars,), NaN before there were any."""
    past = np.full(values.size, np.nan)
    past[bars:] = values[: max(values.size - bars, 0)]
    return sealed(past)
