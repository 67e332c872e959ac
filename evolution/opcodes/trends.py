"""Whether price goes somewhere: the strength of its movement, smoothed without end."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from evolution.opcodes import warm_up
from evolution.opcodes.averages import exponential_alpha, exponential_mean, smoothed_mean, smoothed_thrice
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.momentum import STILL_WINDOWS
from evolution.opcodes.series import bounded, earlier, known, quietly, sealed
from evolution.opcodes.true_ranges import true_ranges
from evolution.opcodes.types import ValueType


@jit
def _directional_index(high: FloatArray, low: FloatArray, window: int) -> FloatArray:
    indices = np.full(high.size, np.nan)
    alpha = 1.0 / window
    changes = -1
    still = 0
    up = 0.0
    down = 0.0
    for t in range(high.size):
        if not (np.isfinite(high[t]) and np.isfinite(low[t])):
            changes = -1
            continue
        changes += 1
        if changes == 0:
            still = 0
            up = 0.0
            down = 0.0
            continue
        rise = high[t] - high[t - 1]
        fall = low[t - 1] - low[t]
        plus = rise if rise > fall and rise > 0.0 else 0.0
        minus = fall if fall > rise and fall > 0.0 else 0.0
        still = still + 1 if plus + minus == 0.0 else 0
        if changes <= window:
            up += plus * alpha
            down += minus * alpha
        else:
            up += alpha * (plus - up)
            down += alpha * (minus - down)
        total = up + down
        if not np.isfinite(total):
            changes = -1
        elif changes >= window and total > 0.0 and still < STILL_WINDOWS * window:
            indices[t] = 100.0 * (abs(up - down) / total)
    return indices


def adx(market: Market, window: int) -> FloatArray:
    """Return Wilder's average directional index, shape (n_bars,), from 0 to 100.

    Upward and downward movements of the highs and lows are smoothed with alpha = 1 / window, and so is
    100 * |up - down| / (up + down); each is begun with the mean of its first `window` values. A missing bar ends
    both, and they begin afresh. NaN where there was no movement for seven windows, as for `rsi`.
    """
    index = sealed(_directional_index(market.high, market.low, window))
    return bounded(smoothed_mean(index, window, 1.0 / window), 0.0, 100.0)


@quietly
def trix(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the change, in basis points a bar, of the exponential average of the average of the average.

    Shape (n_bars,). Each is as `ema` over `window`; a missing value ends all three, and they begin afresh.
    """
    smooth = smoothed_thrice(values, window, exponential_alpha(window))
    return known(1e4 * (smooth / earlier(smooth, 1) - 1.0))


@quietly
def keltner(market: Market, window: int) -> FloatArray:
    """Return how many mean true ranges the close lies above the middle of Keltner's channel, shape (n_bars,).

    (close - ema(close)) / ema(true range), both over `window`; a missing bar ends them, and they begin afresh.
    NaN where the mean true range is 0.
    """
    ranges = exponential_mean(true_ranges(market), window)
    return known((market.close - exponential_mean(market.close, window)) / ranges)


OPCODES = (
    Opcode(
        name="adx",
        family="trends",
        signatures=(Signature((ValueType.WINDOW,), ValueType.OSCILLATOR),),
        compute=adx,
        warm_up=warm_up.wilder_of_wilder,
        render="adx({0})",
        explain="the {0}-bar average directional index",
        cost=10,
        bounds=(0.0, 100.0),
        is_recursive=True,
        has_side=False,
    ),
    Opcode(
        name="trix",
        family="trends",
        signatures=(Signature((ValueType.PRICE, ValueType.WINDOW), ValueType.DIMENSIONLESS),),
        compute=trix,
        warm_up=warm_up.triple_exponential,
        render="trix({0}, {1})",
        explain="the change of the triple {1}-bar exponential average of {0} in basis points a bar",
        cost=5,
        is_recursive=True,
        weight=0.5,
    ),
    Opcode(
        name="keltner",
        family="trends",
        signatures=(Signature((ValueType.WINDOW,), ValueType.DIMENSIONLESS),),
        compute=keltner,
        warm_up=warm_up.exponential_of_changes,
        render="keltner({0})",
        explain="the {0}-bar mean true ranges by which the close lies above its {0}-bar exponential average",
        cost=10,
        is_recursive=True,
        weight=0.5,
    ),
)
