"""The channel that price moves in: how narrow it is, and whether the close has left it."""

from __future__ import annotations

import numpy as np

from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_mean, rolling_spread
from evolution.opcodes import bits, warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.ranges import HIGH, LOW, rolling_extreme
from evolution.opcodes.series import earlier, known, quietly
from evolution.opcodes.true_ranges import true_ranges
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import ValueType

BOLLINGER_DEVIATIONS, KELTNER_RANGES = 2.0, 1.5
"""Half widths of the two channels, in standard deviations and in mean true ranges."""


@quietly
def squeeze(market: Market, window: int) -> FloatArray:
    """Return the width of Bollinger's channel over that of Keltner's, shape (n_bars,): below 1 price is squeezed.

    2 standard deviations (ddof 1) of the close over 1.5 means of the true range, both over the last `window` bars, as
    in Carter, Mastering the Trade (2005), chapter 11. NaN if one of these bars or the one before them is missing, or
    if the mean true range is 0.
    """
    anchor = first_anchor(market, window)
    _, deviations = rolling_spread(market.close, window, anchor)
    ranges = rolling_mean(true_ranges(market), window, anchor)
    return known(BOLLINGER_DEVIATIONS * deviations / np.where(ranges > 0.0, KELTNER_RANGES * ranges, np.nan))


def breaks_above(market: Market, window: int) -> Truth:
    """Return whether the close is above every high of the `window` bars before this one.

    Unknown if one of these bars or this one is missing.
    """
    before = earlier(rolling_extreme(market.high, window, HIGH), 1)
    return Truth(*bits.above_series(market.close, before))


def breaks_below(market: Market, window: int) -> Truth:
    """Return whether the close is below every low of the `window` bars before this one; unknown as `breaks_above`."""
    before = earlier(rolling_extreme(market.low, window, LOW), 1)
    return Truth(*bits.above_series(before, market.close))


WINDOWED = (ValueType.WINDOW,)

OPCODES = (
    Opcode(
        name="squeeze",
        family="channels",
        signatures=(Signature(WINDOWED, ValueType.DIMENSIONLESS),),
        compute=squeeze,
        warm_up=warm_up.window_changes,
        render="squeeze({0})",
        explain="the {0}-bar Bollinger width as a multiple of the Keltner width",
        cost=10,
        bounds=(0.0, None),
        weight=0.5,
        has_side=False,
    ),
    Opcode(
        name="breaks_above",
        family="channels",
        signatures=(Signature(WINDOWED, ValueType.BOOL),),
        compute=breaks_above,
        warm_up=warm_up.window_changes,
        render="breaks_above({0})",
        explain="the close is above the highest high of the {0} bars before",
        cost=2,
        weight=0.25,
    ),
    Opcode(
        name="breaks_below",
        family="channels",
        signatures=(Signature(WINDOWED, ValueType.BOOL),),
        compute=breaks_below,
        warm_up=warm_up.window_changes,
        render="breaks_below({0})",
        explain="the close is below the lowest low of the {0} bars before",
        cost=5,
        weight=0.25,
    ),
)
