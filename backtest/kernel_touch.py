"""Which bar first meets a level of a position, for the compiled kernel.

Whole blocks of bars are leapt over when even their extremes, taken together, meet nothing. Extremes of a block that
began before the position did only make that test stricter.
"""

from __future__ import annotations

import numpy as np

from backtest.kernel_ahead import ask_quotes
from backtest.kernel_levels import ONE
from backtest.kernel_rules import LIQUIDATION, SIGNAL, STOP, TARGET, TRAILING, liquidation_value, quote
from backtest.layout import FAR_BARS, FAR_SHIFT, MOST_PAID, NEAR_BARS, NEAR_SHIFT, OPEN, PAID, MarketArrays
from backtest.prepared import MAINTENANCE, RISE, SLIPPAGE
from data.jit import inlined

# Unsigned numbers index without a test for negative ones.
NEAR, FAR = np.uint64(NEAR_SHIFT), np.uint64(FAR_SHIFT)
IN_NEAR, IN_FAR = np.uint64(NEAR_BARS - 1), np.uint64(FAR_BARS - 1)
NOTHING = np.uint64(0)


@inlined
def find_touch(
    market: MarketArrays,
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
    adverse, favourable = np.uint64(way), np.uint64(1 - way)
    paid_before, rise = quote(market, first, PAID + way), market.terms[RISE + way]
    # Payments raise the liquidation level; the billionth is for rounding, and for having divided beforehand.
    margin = liquidation_value(sign, fill, leverage, 1e-9 * fill) * rise, paid_before, rise
    bar, level = np.uint64(first), max(stop, sign * fill * ratchet)
    while bar < np.uint64(end):
        bar, level = first_touch(market, way, sign, (bar, np.uint64(end)), level, ratchet, margin, target)
        if bar >= np.uint64(end):
            break
        opened, paid = sign * market.quotes[bar, OPEN], market.quotes[bar, PAID + way] - paid_before
        best, worst = sign * market.path[bar, favourable], sign * market.path[bar, adverse]
        liquidation = liquidation_value(sign, fill, leverage, paid) / (1.0 - sign * market.terms[MAINTENANCE])
        if worst <= max(level, liquidation):
            if liquidation >= level:
                return int(np.int64(bar)), LIQUIDATION, fill * (1.0 - sign / leverage) + sign * paid
            reason = STOP if stop >= level else TRAILING
            return int(np.int64(bar)), reason, sign * min(level, opened) * (1.0 - sign * market.terms[SLIPPAGE])
        if best > target:
            return int(np.int64(bar)), TARGET, sign * max(target, opened)
        level = max(level, best * ratchet)
        bar += ONE
    return end, SIGNAL, 0.0


@inlined
def first_touch(
    market: MarketArrays,
    way: int,
    sign: float,
    bars: tuple[np.uint64, np.uint64],
    level: float,
    ratchet: float,
    margin: tuple[float, float, float],
    target: float,
) -> tuple[np.uint64, float]:
    """Return the first of the bars that meets level, margin or target, or their end or one after, and the level there.

    The level is the higher of stop and trailing stop; each bar may raise it for those after it (clause 12). The margin
    is the liquidation level at the entry, what a coin had paid by then, and what the level rises for each USDC more.
    """
    far, near, path = market.far, market.near, market.path
    adverse, favourable, trails = np.uint64(way), np.uint64(1 - way), np.isfinite(ratchet)
    unpaid, paid_before, rise = margin
    bar, end = bars
    while bar < end:
        block = bar >> FAR
        bound = unpaid + rise * (far[block, np.uint64(MOST_PAID) + adverse] - paid_before)
        best = sign * far[block, favourable]
        raised = max(level, best * ratchet)
        is_whole = not trails or bar & IN_FAR == NOTHING
        if is_whole and sign * far[block, adverse] > max(raised, bound) and best <= target:
            level, bar = raised, (block + ONE) << FAR
            continue
        horizon = min((block + ONE) << FAR, end)
        while bar < horizon:
            block = bar >> NEAR
            best = sign * near[block, favourable]
            raised = max(level, best * ratchet)
            ahead = min((block + ONE) << NEAR, horizon)
            if sign * near[block, adverse] > max(raised, bound) and best <= target:
                if not trails or bar & IN_NEAR == NOTHING:
                    level, bar = raised, ahead
                    continue
                # Only bars of the position raise the level.
                while bar < ahead:
                    level = max(level, sign * path[bar, favourable] * ratchet)
                    bar += ONE
                continue
            ask_quotes(market, block << NEAR)
            while bar < ahead:
                best = sign * path[bar, favourable]
                if sign * path[bar, adverse] <= max(level, bound) or best > target:
                    return bar, level
                level = max(level, best * ratchet)
                bar += ONE
    return bar, level
