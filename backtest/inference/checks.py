"""Arguments of inference: refused with what was received and what is allowed, before anything is computed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from data.market import FloatArray

NO_SPREAD = 1e-12
"""Variance / mean square at or below which returns count as constant: rounding alone leaves that much."""
LEAST_RETURNS = 3
LEAST_ACTIVE = 2
"""Observations that are not zero; a single one is a single stroke of luck, from which nothing can be inferred."""


def checked_returns(returns: ArrayLike, least: int = LEAST_RETURNS, name: str = "returns") -> FloatArray:
    """Return one series of returns as floats of shape (n_observations,)."""
    series = np.asarray(returns, dtype=np.float64)
    if series.ndim != 1:
        raise ValueError(f"{name}: received shape {series.shape}; allowed is one series, (n_observations,)")
    _check_enough(series.shape[0], least, name)
    _check_column(series, name)
    return series


def checked_candidates(
    returns: ArrayLike, least: int, *, least_candidates: int = 1, name: str = "returns"
) -> FloatArray:
    """Return the returns of several candidates as floats of shape (n_observations, n_candidates)."""
    matrix = np.asarray(returns, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[1] < least_candidates:
        raise ValueError(
            f"{name}: received shape {matrix.shape}; allowed are (n_observations, n_candidates) "
            f"with at least {least_candidates} candidates"
        )
    _check_enough(matrix.shape[0], least, name)
    for i in range(matrix.shape[1]):
        _check_column(matrix[:, i], f"{name}, candidate {i}")
    return matrix


def checked_count(value: int, least: int, name: str) -> int:
    """Return a whole number of at least `least`."""
    is_number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or value != int(value) or value < least:
        raise ValueError(f"{name}: received {value!r}; allowed is a whole number of at least {least}")
    return int(value)


def checked_number(value: float, name: str, *, above: float = -math.inf, below: float = math.inf) -> float:
    """Return a number strictly between two bounds; NaN and infinities are between none."""
    number = float(value)
    if not above < number < below:
        raise ValueError(f"{name}: received {value!r}; allowed is a finite number{_between(above, below)}")
    return number


def checked_block_length(value: int, n_observations: int) -> int:
    """Return a mean block length of at least 1 and below the number of observations."""
    length = checked_count(value, 1, "block_length")
    if length >= n_observations:
        raise ValueError(f"block_length: received {length}; allowed are fewer than the {n_observations} observations")
    return length


def checked_lags(value: int, n_observations: int) -> int:
    """Return a number of autocovariances below the number of observations."""
    lags = checked_count(value, 0, "lags")
    if lags >= n_observations:
        raise ValueError(f"lags: received {lags}; allowed are 0 to {n_observations - 1}, below the number of returns")
    return lags


def _between(above: float, below: float) -> str:
    parts = [f"above {above:g}"] if math.isfinite(above) else []
    parts += [f"below {below:g}"] if math.isfinite(below) else []
    return " " + " and ".join(parts) if parts else ""


def _check_enough(n_observations: int, least: int, name: str) -> None:
    if n_observations < least:
        raise ValueError(f"{name}: received {n_observations} observations; allowed are at least {least}")


def _check_column(series: FloatArray, name: str) -> None:
    n_bad = int(np.count_nonzero(~np.isfinite(series)))
    if n_bad:
        raise ValueError(f"{name}: {n_bad} of {series.size} observations are NaN or infinite; allowed are finite ones")
    n_active = int(np.count_nonzero(series))
    if n_active < LEAST_ACTIVE:
        raise ValueError(
            f"{name}: {n_active} of {series.size} observations are not zero; allowed are at least {LEAST_ACTIVE}, "
            "since nothing can be inferred from one stroke of luck or from none"
        )
    if float(series.var()) <= NO_SPREAD * float(np.mean(series * series)):
        raise ValueError(f"{name}: every observation is {float(series[0])!r}; allowed are returns that vary")
