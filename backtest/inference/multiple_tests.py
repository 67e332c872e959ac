"""Several questions asked of one history."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from backtest.inference.checks import checked_count
from data.market import FloatArray


def holm(p_values: ArrayLike, n_tests: int | None = None) -> FloatArray:
    """Return p-values adjusted for having asked several questions; at or below a level, they hold it together.

    Sorted upwards, the i-th of m is the largest of min(1, (m - j + 1) p_j) over j <= i. Whatever the dependence, the
    chance of rejecting even one true null at level a is at most a.

    Parameters
    ----------
    p_values
        One-sided p-values, 0 to 1, shape (n_asked,).
    n_tests
        Questions registered, at least n_asked; those not asked count as p = 1. None: all were asked.

    Returns
    -------
    FloatArray
        Shape (n_asked,), in the order received.

    Raises
    ------
    ValueError
        If a p-value is NaN or outside of 0 to 1, or fewer tests were registered than were made.

    Notes
    -----
    Holm (1979), Scandinavian Journal of Statistics 6:65-70. The same as `multipletests` of statsmodels, which collects
    all garbage of the process on every call and so takes a hundred milliseconds for it.
    """
    asked = _checked_p_values(p_values)
    registered = asked.size if n_tests is None else checked_count(n_tests, asked.size, "n_tests")
    order = np.argsort(asked)
    multiplied = asked[order] * (registered - np.arange(asked.size))
    adjusted = np.empty(asked.size)
    # Those that were not asked are the largest: they come after, and lift nobody.
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(multiplied))
    return adjusted


def sidak(p_value: float, n_tests: int) -> float:
    """Return 1 - (1 - p)^n: the chance that the smallest of `n_tests` independent p-values is as small as `p_value`.

    Sidak (1967), JASA 62:626-633. Small p-values keep their digits.

    Raises
    ------
    ValueError
        If the p-value is not in 0 to 1, or there is no test.
    """
    p = float(_checked_p_values([p_value])[0])
    n = checked_count(n_tests, 1, "n_tests")
    return 1.0 if p == 1.0 else -math.expm1(n * math.log1p(-p))


def _checked_p_values(p_values: ArrayLike) -> FloatArray:
    found = np.asarray(p_values, dtype=np.float64)
    if found.ndim != 1 or found.size == 0 or not np.all((found >= 0.0) & (found <= 1.0)):
        raise ValueError(f"p_values: received {found.tolist()}; allowed is at least one number from 0 to 1")
    return found
