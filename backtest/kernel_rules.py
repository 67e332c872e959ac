"""How large a position is and what closes it, for the compiled kernel: a function for each clause.

Prices come times the side, so that the higher level is always the nearer one against the position and one comparison
serves both sides; `sign` is 1 for a long and -1 for a short, `way` its place in the bars.
"""

from __future__ import annotations

import numpy as np

from backtest.kernel_levels import ONE
from backtest.prepared import (
    ADVERSE,
    CAPACITY,
    FAR_BARS,
    FAR_HIGHEST,
    FAR_LOWEST,
    FAR_PAID,
    FAVOURABLE,
    HIGHEST_AHEAD,
    LOT,
    LOWEST_AHEAD,
    MAINTENANCE,
    MAX_LEVERAGE,
    MINIMUM_ORDER,
    NEAR_BARS,
    OPEN,
    PAID,
    PAID_AHEAD,
    SLIPPAGE,
)
from backtest.result import ExitReason
from backtest.risk import MAX_EXPOSURE
from data.jit import inlined
from data.market import FloatArray

REASONS = tuple(ExitReason)
"""Reasons by their code in the kernel."""
SIGNAL, REVERSAL, MAX_HOLD, STOP, TRAILING, TARGET, LIQUIDATION, BORDER = range(len(REASONS))

# Places in the settings.
SCALE, STOP_DISTANCE, TARGET_DISTANCE, TRAILING_DISTANCE, MAX_HOLD_BARS, REVERSE, CAPITAL, N_SETTINGS = range(8)
WIDEST = 0.99
"""Largest distance of a protective level."""
NEAR, FAR = np.uint64(NEAR_BARS), np.uint64(FAR_BARS)
LOT_TOLERANCE, LOT_ROUNDING = 1e-9, 1e-14
"""In lots, and as a share of the order: a whole number of lots must stay one whatever the last digits say."""


@inlined
def order_size(
    bars: FloatArray, terms: FloatArray, way: int, bar: int, exposure: float, cash: float, fill: float
) -> tuple[float, float, bool]:
    """Return quantity (0 if no order is made), margin leverage, and whether capacity cut it (clauses 13 to 15)."""
    # In this order, since a comparison with NaN is False: an unknown exposure must stay unknown.
    wanted = min(exposure, MAX_EXPOSURE)
    if not wanted > 0.0:
        return 0.0, 1.0, False
    leverage = min(max(1.0, np.ceil(wanted - 1e-9)), terms[MAX_LEVERAGE])
    quantity = min(wanted, leverage) * cash / fill
    is_capped = quantity > bars[way, bar, CAPACITY]
    if is_capped:
        quantity = bars[way, bar, CAPACITY]
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
def liquidation_level(sign: float, fill: float, leverage: float, maintenance: float, paid: float) -> float:
    """Return the mark, times the side, at which margin meets maintenance once a coin has paid `paid` (clause 15)."""
    return (sign * fill * (1.0 - sign / leverage) + paid) / (1.0 - sign * maintenance)


@inlined
def first_touch(
    bars: FloatArray,
    reach: FloatArray,
    way: int,
    first: int,
    end: int,
    level: float,
    ratchet: float,
    margin: tuple[float, float, float],
    target: float,
) -> tuple[int, float]:
    """Return the first bar in [first, end) that meets level, margin or target, or `end`, and the level there.

    The level is the higher of stop and trailing stop; each bar may raise it for those after it (clause 12). The margin
    is the liquidation level at the entry, what a coin had paid by then, and what the level rises for each USDC more.
    """
    # Unsigned numbers index without a test for negative ones.
    bar, stop = np.uint64(first), np.uint64(end)
    unpaid, paid_before, rise = margin
    while bar < stop:
        # On none of the next bars, even past the end, are levels met that hold after all of them.
        if bar + NEAR < stop:
            best, bound = reach[way, bar, FAR_HIGHEST], unpaid + rise * (reach[way, bar, FAR_PAID] - paid_before)
            raised = max(level, best * ratchet)
            if reach[way, bar, FAR_LOWEST] > max(raised, bound) and best <= target:
                level = raised
                bar += FAR
                continue
        horizon = min(bar + FAR, stop)
        while bar < horizon:
            best, bound = bars[way, bar, HIGHEST_AHEAD], unpaid + rise * (bars[way, bar, PAID_AHEAD] - paid_before)
            raised = max(level, best * ratchet)
            if bars[way, bar, LOWEST_AHEAD] > max(raised, bound) and best <= target:
                level = raised
                bar += NEAR
                continue
            ahead = min(bar + NEAR, stop)
            while bar < ahead:
                best = bars[way, bar, FAVOURABLE]
                if bars[way, bar, ADVERSE] <= max(level, bound) or best > target:
                    return int(np.int64(bar)), level
                level = max(level, best * ratchet)
                bar += ONE
    return end, level


@inlined
def find_touch(
    bars: FloatArray,
    reach: FloatArray,
    terms: FloatArray,
    way: int,
    position: tuple[float, float, float],
    levels: tuple[float, float, float],
    first: int,
    end: int,
) -> tuple[int, int, float]:
    """Return bar, reason and fill price of the first level met in [first, end); `end` if there is none (clause 11).

    A position is sign, fill price and leverage; levels are what `protection` returns.
    """
    sign, fill, leverage = position
    stop, target, ratchet = levels
    paid_before, maintenance = bars[way, first, PAID], terms[MAINTENANCE]
    # Payments raise the liquidation level; the billionth is for rounding.
    unpaid = liquidation_level(sign, fill, leverage, maintenance, 1e-9 * fill)
    margin = unpaid, paid_before, 1.0 / (1.0 - sign * maintenance)
    bar, level = first, max(stop, sign * fill * ratchet)
    while bar < end:
        bar, level = first_touch(bars, reach, way, bar, end, level, ratchet, margin, target)
        if bar == end:
            break
        opened, best, paid = bars[way, bar, OPEN], bars[way, bar, FAVOURABLE], bars[way, bar, PAID] - paid_before
        liquidation = liquidation_level(sign, fill, leverage, maintenance, paid)
        if bars[way, bar, ADVERSE] <= max(level, liquidation):
            if liquidation >= level:
                return bar, LIQUIDATION, fill * (1.0 - sign / leverage) + sign * paid
            reason = STOP if stop >= level else TRAILING
            return bar, reason, sign * min(level, opened) * (1.0 - sign * terms[SLIPPAGE])
        if best > target:
            return bar, TARGET, sign * max(target, opened)
        level = max(level, best * ratchet)
        bar += 1
    return end, SIGNAL, 0.0
