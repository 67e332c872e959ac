"""How large a position is and what closes it, for the compiled kernel: a function for each clause.

Prices come times the side, so that the higher level is always the nearer one against the position and one comparison
serves both sides; `sign` is 1 for a long and -1 for a short, `way` its place in the bars.
"""

from __future__ import annotations

import numpy as np

from backtest.layout import CAPACITY, MarketArrays
from backtest.prepared import LOT, MAX_LEVERAGE, MINIMUM_ORDER
from backtest.result import ExitReason
from backtest.risk import MAX_DISTANCE, MAX_EXPOSURE
from data.jit import inlined
from data.market import FloatArray

REASONS = tuple(ExitReason)
"""Reasons by their code in the kernel."""
SIGNAL, REVERSAL, MAX_HOLD, STOP, TRAILING, TARGET, LIQUIDATION, BORDER = range(len(REASONS))

# Places in the settings.
SCALE, STOP_DISTANCE, TARGET_DISTANCE, TRAILING_DISTANCE, MAX_HOLD_BARS, REVERSE, CAPITAL, N_SETTINGS = range(8)
WIDEST = MAX_DISTANCE
"""Largest distance of a protective level, also where the range of the bars widens it."""
LOT_TOLERANCE, LOT_ROUNDING = 1e-9, 1e-14
"""In lots, and as a share of the order: a whole number of lots must stay one whatever the last digits say."""


@inlined
def quote(market: MarketArrays, bar: int, field: int) -> float:
    """Return a field of a bar's quote; unsigned numbers index without a test for negative ones."""
    return float(market.quotes[np.uint64(bar), np.uint64(field)])


@inlined
def order_size(market: MarketArrays, bar: int, exposure: float, cash: float, fill: float) -> tuple[float, float, bool]:
    """Return quantity (0 if no order is made), margin leverage, and whether capacity cut it (clauses 13 to 15)."""
    # In this order, since a comparison with NaN is False: an unknown exposure must stay unknown.
    wanted = min(exposure, MAX_EXPOSURE)
    if not wanted > 0.0:
        return 0.0, 1.0, False
    terms, capacity = market.terms, quote(market, bar, CAPACITY)
    leverage = min(max(1.0, np.ceil(wanted - 1e-9)), terms[MAX_LEVERAGE])
    quantity = min(wanted, leverage) * cash / fill
    is_capped = quantity > capacity
    if is_capped:
        quantity = capacity
    quantity = np.floor(quantity / terms[LOT] * (1.0 + LOT_ROUNDING) + LOT_TOLERANCE) * terms[LOT]
    if quantity * fill < terms[MINIMUM_ORDER]:
        quantity = 0.0
    return quantity, leverage, is_capped


@inlined
def protection(settings: FloatArray, sign: float, fill: float, widen: float) -> tuple[float, float, float]:
    """Return stop, target and what turns the best price into the trailing stop, times the side (clause 10)."""
    stop, target, ratchet = -np.inf, np.inf, -sign * np.inf
    if settings[STOP_DISTANCE] > 0.0:
        stop = sign * fill * (1.0 - sign * min(settings[STOP_DISTANCE] * widen, WIDEST))
    if settings[TARGET_DISTANCE] > 0.0:
        target = sign * fill * (1.0 + sign * min(settings[TARGET_DISTANCE] * widen, WIDEST))
    if settings[TRAILING_DISTANCE] > 0.0:
        ratchet = 1.0 - sign * min(settings[TRAILING_DISTANCE] * widen, WIDEST)
    return stop, target, ratchet


@inlined
def liquidation_value(sign: float, fill: float, leverage: float, paid: float) -> float:
    """Return what 1 - maintenance (times the side) divides to give the liquidation level (clause 15).

    The level is the mark, times the side, at which margin meets maintenance once a coin has paid `paid`.
    """
    return sign * fill * (1.0 - sign / leverage) + paid
