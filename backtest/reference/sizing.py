"""How large an order is: exposure (clause 13), quantity (clause 14), leverage (clause 15)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from backtest.costs import Costs
from backtest.reference.state import Bars, Order, numbers
from backtest.risk import MAX_DISTANCE, MAX_EXPOSURE, NORMALISING_BARS, Risk, SizingRule
from data.market import FloatArray, Market

CAPACITY_BARS = 24
LOT_TOLERANCE = 1e-9
LOT_ROUNDING = 1e-14
ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Sizes:
    """Clause 13 at every bar; NaN where the rule has no value."""

    rule: Sequence[float]
    """Exposure before the scale and the limit."""
    distance_factor: Sequence[float]
    """s of the rule `risk_per_stop`, 1 under the other rules."""


def sizes_of(market: Market, risk: Risk) -> Sizes:
    """Compute the sizing rule at every bar; NaN prices of a missing bar make every window that touches it NaN."""
    ones = numbers(np.ones(market.n_bars))
    if risk.sizing is SizingRule.FIXED:
        return Sizes(ones, ones)
    if risk.sizing is SizingRule.INVERSE_VOLATILITY:
        calm = _reciprocal(_rolling_deviation(_log_returns(market), risk.sizing_window_bars))
        return Sizes(numbers(_relative_to_mean(calm)), ones)
    range_ = _rolling_mean(_true_range(market) / market.close, risk.sizing_window_bars)
    factor = _relative_to_mean(range_)
    return Sizes(numbers(_reciprocal(factor)), numbers(factor))


def order_for(side: int, t: int, sizes: Sizes, risk: Risk) -> Order:
    """Clause 13: the order that an entry decided at close[t] leads to."""
    exposure = sizes.rule[t] * risk.scale
    return Order(
        side=side,
        # min() of a NaN depends on the order of its arguments, so unknown is kept explicitly.
        exposure=exposure if math.isnan(exposure) else min(MAX_EXPOSURE, exposure),
        stop=_distance(risk.stop, sizes.distance_factor[t], risk.sizing),
        target=_distance(risk.target, sizes.distance_factor[t], risk.sizing),
        trailing=_distance(risk.trailing, sizes.distance_factor[t], risk.sizing),
    )


def lever(exposure: float, max_leverage: int) -> tuple[float, int]:
    """Clause 15: exposure within the coin's maximum, and the least whole leverage that covers it."""
    leverage = min(max(1, math.ceil(exposure - 1e-9)), max_leverage)
    return min(exposure, float(max_leverage)), leverage


def capacity(bars: Bars, t: int, costs: Costs) -> float:
    """Clause 14: the largest quantity that may be ordered at open[t], in coins."""
    before = range(max(0, t - CAPACITY_BARS), t)
    volumes = [bars.volume[i] for i in before if bars.is_available[i]]
    return costs.capacity_share * (math.fsum(volumes) / len(volumes)) if volumes else 0.0


def round_to_lot(quantity: float, lot_size: float) -> float:
    """Clause 14: down to a whole number of lots, forgiving rounding errors of the quantity and of the division."""
    return math.floor(quantity / lot_size * (1.0 + LOT_ROUNDING) + LOT_TOLERANCE) * lot_size


def _distance(distance: float | None, factor: float, rule: SizingRule) -> float | None:
    if distance is None or rule is not SizingRule.RISK_PER_STOP:
        return distance
    return min(distance * factor, MAX_DISTANCE)


def _log_returns(market: Market) -> FloatArray:
    """Close to close; the first bar has none."""
    changes: FloatArray = np.full(market.n_bars, np.nan)
    changes[1:] = np.log(market.close[1:] / market.close[:-1])
    return changes


def _true_range(market: Market) -> FloatArray:
    """max(high, previous close) - min(low, previous close); the first bar has none."""
    ranges: FloatArray = np.full(market.n_bars, np.nan)
    before = market.close[:-1]
    ranges[1:] = np.maximum(market.high[1:], before) - np.minimum(market.low[1:], before)
    return ranges


def _rolling_mean(values: FloatArray, window: int) -> FloatArray:
    return _rolling(values, window, lambda windows: windows.mean(axis=1))


def _rolling_deviation(values: FloatArray, window: int) -> FloatArray:
    return _rolling(values, window, lambda windows: windows.std(axis=1, ddof=1))


def _rolling(values: FloatArray, window: int, statistic: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Return a statistic of every window by its last bar; NaN before the first window is full."""
    found: FloatArray = np.full(values.size, np.nan)
    for first in range(0, values.size - window + 1, ROWS):
        # So many windows at a time: all of them together are as many numbers as bars times the window.
        part = values[first : first + ROWS + window - 1]
        windows = sliding_window_view(part, window)
        found[first + window - 1 : first + window - 1 + len(windows)] = statistic(windows)
    return found


def _reciprocal(values: FloatArray) -> FloatArray:
    """1 / value; a value of 0 has no reciprocal, so it becomes NaN."""
    return 1.0 / np.where(values > 0.0, values, np.nan)


def _relative_to_mean(values: FloatArray) -> FloatArray:
    """value[t] / mean(value[t-719..t]); NaN where that mean is 0."""
    means = _rolling_mean(values, NORMALISING_BARS)
    return values / np.where(means > 0.0, means, np.nan)
