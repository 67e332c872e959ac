"""The shape of the present bar: which way it went, how far it came back, and how wide it is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_mean
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import bounded, known, quietly
from evolution.opcodes.true_ranges import true_ranges
from evolution.opcodes.types import ValueType


def _share_of_range(market: Market, part: FloatArray) -> FloatArray:
    """Return 100 * part / (high - low); NaN on a bar without range."""
    return bounded(100.0 * (part / (market.high - market.low)), 0.0, 100.0)


@quietly
def body(market: Market) -> FloatArray:
    """Return 50 + 50 * (close - open) / (high - low), shape (n_bars,): 100 for a bar that rose from low to high.

    NaN on a bar that is missing or has no range.
    """
    return _share_of_range(market, 0.5 * ((market.high - market.low) + (market.close - market.open)))


@quietly
def upper_wick(market: Market) -> FloatArray:
    """Return the percent of the bar's range that lies above its open and its close, shape (n_bars,); NaN as `body`."""
    return _share_of_range(market, market.high - np.maximum(market.open, market.close))


@quietly
def lower_wick(market: Market) -> FloatArray:
    """Return the percent of the bar's range that lies below its open and its close, shape (n_bars,); NaN as `body`."""
    return _share_of_range(market, np.minimum(market.open, market.close) - market.low)


@quietly
def range_ratio(market: Market, window: int) -> FloatArray:
    """Return the bar's true range over the mean of the last `window` ones, itself included, shape (n_bars,).

    NaN if one of these bars or the one before them is missing, or if all of them stand still.
    """
    ranges = true_ranges(market)
    return known(ranges / rolling_mean(ranges, window, first_anchor(market, window)))


def _shape(compute: Callable[[Market], FloatArray], words: str, *, has_side: bool) -> Opcode:
    return Opcode(
        name=compute.__name__,
        family="candles",
        signatures=(Signature((), ValueType.OSCILLATOR),),
        compute=compute,
        warm_up=warm_up.none,
        render=compute.__name__,
        explain=words,
        cost=2,
        bounds=(0.0, 100.0),
        weight=0.25,
        has_side=has_side,
    )


OPCODES = (
    _shape(body, "the rise of the bar as a part of its range (50 for none)", has_side=True),
    # Neither rises with price: for the other side the one stands for the other, and its threshold stays.
    _shape(upper_wick, "the percent of the bar's range above its body", has_side=False),
    _shape(lower_wick, "the percent of the bar's range below its body", has_side=False),
    Opcode(
        name="range_ratio",
        family="candles",
        signatures=(Signature((ValueType.WINDOW,), ValueType.DIMENSIONLESS),),
        compute=range_ratio,
        warm_up=warm_up.window_changes,
        render="range_ratio({0})",
        explain="the true range of the bar as a multiple of its {0}-bar mean",
        cost=5,
        # All the range of 720 bars in the last of them, and rounding.
        bounds=(0.0, 721.0),
        weight=0.5,
        has_side=False,
    ),
)
