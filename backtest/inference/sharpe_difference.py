"""Whether one strategy's Sharpe ratio is higher than another's on the same days by more than luck."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backtest.inference.arch_library import circular_block_length
from backtest.inference.checks import (
    NO_SPREAD,
    checked_block_length,
    checked_count,
    checked_number,
    checked_returns,
)
from backtest.inference.long_run_variance import automatic_lags, long_run_variance
from backtest.inference.sharpe_error import sharpe_influence
from data.market import FloatArray, IntArray

LEAST_OBSERVATIONS = 30
LEAST_RESAMPLES = 99
LEAST_BLOCKS = 10
"""A history of fewer blocks could not say how much they differ."""
AT_ONCE = 1 << 20
"""Observations that are drawn at a time, so that memory does not grow with the number of resamples."""


@dataclass(frozen=True, slots=True)
class SharpeDifference:
    """The second Sharpe ratio less the first, per observation."""

    difference: float
    standard_error: float
    low: float
    """Ends of the interval that holds the true difference with the confidence asked for."""
    high: float
    p_value: float
    """Two-sided, of "both true Sharpe ratios are equal": how often luck alone makes a difference as large."""
    n_observations: int
    block_length: int
    """Observations in a block."""


def sharpe_difference(
    first: ArrayLike,
    second: ArrayLike,
    *,
    rng: np.random.Generator,
    n_resamples: int = 4_999,
    block_length: int | None = None,
    confidence: float = 0.95,
) -> SharpeDifference:
    """Compare two Sharpe ratios that were earned on the same days.

    d = (sr2 - sr1) / se, with se^2 = LRV(IF2 - IF1) / n, IF being the influence of each day on its Sharpe ratio and
    LRV the Newey-West long-run variance; what both have in common drops out. The distribution of d is that of
    (delta* - delta) / se* over resamples: whole blocks of days of *both* series at once, joined on a circle, with se*
    from the sums of the blocks themselves. Memory and fat tails of the returns, and what the two share, stay in.

    Parameters
    ----------
    first, second
        Returns of the same days in the same order, flat days included; shape (n_observations,), at least 30.
    rng
        Source of all chance.
    n_resamples
        At least 99; the smallest p-value is 1 / (n_resamples + 1).
    block_length
        Observations in a block; None: what the memory of IF2 - IF1 asks for, rounded up, at most a tenth of them.
    confidence
        Of the interval, between 0 and 1.

    Raises
    ------
    ValueError
        If returns are too few, constant, NaN, different from zero only once, or not as many in both; or if one series
        is a multiple of the other, so that nothing is left to compare.

    Notes
    -----
    Ledoit and Wolf (2008), Journal of Empirical Finance 15:850-859, section 3.2 and equation (9), with the standard
    error of the resamples after Goetze and Kuensch (1996), Annals of Statistics 24:1914-1933; the length of blocks
    after Politis and White (2004) instead of their calibration. A resample in which one of the two never moves has no
    Sharpe ratio, and counts as a difference that is as large.
    """
    pair = _pair(first, second)
    resamples = checked_count(n_resamples, LEAST_RESAMPLES, "n_resamples")
    level = checked_number(confidence, "confidence", above=0.0, below=1.0)
    influence = sharpe_influence(pair[1]) - sharpe_influence(pair[0])
    deviation = float(influence.std())
    if deviation * deviation <= NO_SPREAD:
        raise ValueError("second: it is a multiple of the first, so that nothing is left to compare")
    n = influence.size
    difference = float(_sharpe(pair[1])) - float(_sharpe(pair[0]))
    scaled = influence / deviation
    error = deviation * math.sqrt(long_run_variance(scaled, automatic_lags(scaled)) / n)
    length = _length(influence) if block_length is None else checked_block_length(block_length, n)
    drawn = _studentised(pair, difference, length, resamples, rng)
    reach = float(np.quantile(drawn, level, method="higher")) * error
    as_large = int(np.count_nonzero(drawn >= abs(difference) / error))
    p_value = (1.0 + as_large) / (1.0 + resamples)
    return SharpeDifference(difference, error, difference - reach, difference + reach, p_value, n, length)


def _pair(first: ArrayLike, second: ArrayLike) -> FloatArray:
    """Return both series as shape (2, n_observations)."""
    one = checked_returns(first, LEAST_OBSERVATIONS, "first")
    other = checked_returns(second, LEAST_OBSERVATIONS, "second")
    if one.size != other.size:
        raise ValueError(f"second: received {other.size} observations; allowed are the {one.size} days of the first")
    return np.stack((one, other))


def _length(influence: FloatArray) -> int:
    return max(1, min(math.ceil(circular_block_length(influence)), influence.size // LEAST_BLOCKS))


def _sharpe(returns: FloatArray) -> FloatArray:
    """Return mean over standard deviation (divisor n) along the last axis."""
    found: FloatArray = returns.mean(axis=-1) / returns.std(axis=-1)
    return found


def _studentised(
    pair: FloatArray, difference: float, length: int, n_resamples: int, rng: np.random.Generator
) -> FloatArray:
    """Return |delta* - delta| / se* of each resample, shape (n_resamples,); infinite where it does not exist."""
    n = pair.shape[1]
    found = np.empty(n_resamples)
    step = max(1, AT_ONCE // n)
    for begin in range(0, n_resamples, step):
        places = _circular_blocks(n, length, min(step, n_resamples - begin), rng)
        found[begin : begin + step] = _distances(pair[0][places], pair[1][places], difference, length)
    return found


def _circular_blocks(n: int, length: int, n_resamples: int, rng: np.random.Generator) -> IntArray:
    """Return which observations each resample consists of, shape (n_resamples, n)."""
    starts = rng.integers(0, n, size=(n_resamples, -(-n // length), 1))
    places: IntArray = ((starts + np.arange(length)) % n).reshape(n_resamples, -1)[:, :n]
    return places


def _distances(first: FloatArray, second: FloatArray, difference: float, length: int) -> FloatArray:
    """Return |delta* - delta| / se* for rows of resampled returns of both, shape (n_resamples, n)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.abs(_sharpe(second) - _sharpe(first) - difference)
        distance = gap / _block_errors(_influences(second) - _influences(first), length)
    is_moving = (_spread(first) > NO_SPREAD) & (_spread(second) > NO_SPREAD)
    return np.where(is_moving & np.isfinite(distance), distance, np.inf)


def _spread(returns: FloatArray) -> FloatArray:
    """Return variance over mean square along rows; NaN for rows of zeros."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = returns.var(axis=1) / np.square(returns).mean(axis=1)
    return found


def _influences(returns: FloatArray) -> FloatArray:
    """Return `sharpe_influence` of every row."""
    z = (returns - returns.mean(axis=1, keepdims=True)) / returns.std(axis=1, keepdims=True)
    influences: FloatArray = z - 0.5 * _sharpe(returns)[:, None] * (np.square(z) - 1.0)
    return influences


def _block_errors(influence: FloatArray, length: int) -> FloatArray:
    """Return the standard error of each row's mean from the sums of its blocks, the natural estimate of a resample."""
    n_resamples, n = influence.shape
    n_blocks = n // length
    sums = influence[:, : n_blocks * length].reshape(n_resamples, n_blocks, length).sum(axis=2)
    errors: FloatArray = np.sqrt(np.square(sums).mean(axis=1) / length / n)
    return errors
