"""Where the present value stands among the last ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_spread
from data.rolling_rank import rolling_rank
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import sealed
from evolution.opcodes.types import NUMERIC, ValueType

STANDSTILL = 1e-9
"""Standard deviation, as a fraction of the mean, below which what is left is rounding."""


@jit
def rolling_zscore(values: FloatArray, window: int, anchor: int) -> FloatArray:
    """Return (value - mean) / standard deviation (ddof 1) of the last `window` values; see `rolling_spread`."""
    from_mean, deviations = rolling_spread(values, window, anchor)
    for t in range(values.size):
        # False for NaN as well.
        varies = deviations[t] > STANDSTILL * abs(values[t] - from_mean[t]) and np.isfinite(deviations[t])
        from_mean[t] = from_mean[t] / deviations[t] if varies else np.nan
    return from_mean


@jit
def _percent_gap(values: FloatArray, others: FloatArray) -> FloatArray:
    gaps = np.empty_like(values)
    for t in range(values.size):
        gap = 100.0 * (values[t] / others[t] - 1.0)
        gaps[t] = gap if np.isfinite(gap) else np.nan
    return gaps


def zscore(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return (value - mean) / standard deviation (ddof 1) over the last `window` values, shape (n_bars,).

    NaN if one of them is missing, or if they do not vary: 0 / 0 is unknown, and so is a standard
    deviation under 1e-9 of the mean, which is rounding.
    """
    return sealed(rolling_zscore(values, window, first_anchor(market, window)))


def rank(market: Market, values: FloatArray | float, window: int) -> FloatArray:
    """Return the percentile of the present value among the last `window`, itself included, shape (n_bars,).

    100 * (r - 1) / (window - 1), where r is its rank from 1 for the lowest; equal values share their
    average rank, so a constant stands at 50. NaN if one of the values is missing. A threshold on it is a rolling
    quantile: it means the same on every coin and in every year.
    """
    if isinstance(values, float):
        values = sealed(np.full(market.n_bars, values))
    return sealed(rolling_rank(values, window))


def gap(market: Market, values: FloatArray, others: FloatArray) -> FloatArray:
    """Return 100 * (value / other - 1), shape (n_bars,), percent; NaN where one is missing or other is 0."""
    return sealed(_percent_gap(values, others))


def _value_and_window(values: Sequence[ValueType], result: ValueType) -> tuple[Signature, ...]:
    return tuple(Signature((value, ValueType.WINDOW), result) for value in values)


OPCODES = (
    Opcode(
        name="zscore",
        family="statistics",
        signatures=_value_and_window((ValueType.PRICE, ValueType.VOLUME), ValueType.DIMENSIONLESS),
        compute=zscore,
        warm_up=warm_up.window_values,
        render="zscore({0}, {1})",
        explain="the standard deviations by which {0} lies above its {1}-bar mean",
        cost=5,
        # No member of n values is further than (n - 1) / sqrt(n) from their mean: 26.8 for 720.
        bounds=(-27.0, 27.0),
    ),
    Opcode(
        name="rank",
        family="statistics",
        signatures=_value_and_window(NUMERIC, ValueType.OSCILLATOR),
        compute=rank,
        warm_up=warm_up.window_values,
        render="rank({0}, {1})",
        explain="the percentile of {0} among its last {1} values",
        cost=20,
        bounds=(0.0, 100.0),
    ),
    Opcode(
        name="gap",
        family="statistics",
        signatures=(Signature((ValueType.PRICE, ValueType.PRICE), ValueType.DIMENSIONLESS),),
        compute=gap,
        warm_up=warm_up.none,
        render="gap({0}, {1})",
        explain="the percent by which {0} exceeds {1}",
        cost=1,
        bounds=(-100.0, None),
    ),
)
