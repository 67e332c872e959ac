"""The middle of the last values, which no single one of them can move far."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from evolution.opcodes import warm_up
from evolution.opcodes.averages import SIGNATURES
from evolution.opcodes.definition import Opcode
from evolution.opcodes.series import sealed


@jit
def _rolling_median(values: FloatArray, window: int) -> FloatArray:
    medians = np.full(values.size, np.nan)
    # The last values in order. What lies between the one that leaves and the one that enters moves by a place.
    ordered = np.empty(window)
    size = 0
    for t in range(values.size):
        value = values[t]
        if not np.isfinite(value):
            size = 0
            continue
        enters = np.searchsorted(ordered[:size], value)
        leaves = size
        if size == window:
            leaves = np.searchsorted(ordered, values[t - window])
        else:
            size += 1
        if enters > leaves:
            enters -= 1
            for k in range(leaves, enters):
                ordered[k] = ordered[k + 1]
        else:
            for k in range(leaves, enters, -1):
                ordered[k] = ordered[k - 1]
        ordered[enters] = value
        if size == window:
            lower = ordered[(window - 1) // 2]
            medians[t] = lower + 0.5 * (ordered[window // 2] - lower)
    return medians


def median(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the median of the last `window` values, shape (n_bars,); NaN if one of them is missing.

    Of an even number of values it is the mean of the middle two.
    """
    return sealed(_rolling_median(values, window))


OPCODES = (
    Opcode(
        name="median",
        family="medians",
        signatures=SIGNATURES,
        compute=median,
        warm_up=warm_up.window_values,
        render="median({0}, {1})",
        explain="the {1}-bar median of {0}",
        bounds=(0.0, None),
        weight=0.5,
    ),
)
