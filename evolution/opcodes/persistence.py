"""On how many of the last bars something has been true, and when it last was."""

from __future__ import annotations

from data.market import FloatArray, Market
from evolution.opcodes import bits, warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import sealed
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import ValueType


def within(market: Market, truth: Truth, window: int) -> Truth:
    """Return whether it was True on at least one of the last `window` bars; unknown if it was on one of them."""
    return Truth(*bits.often(truth.true, truth.false, window, 1, market.n_bars))


def mostly(market: Market, truth: Truth, window: int) -> Truth:
    """Return whether it was True on more than half of the last `window` bars; unknown if it was on one of them."""
    return Truth(*bits.often(truth.true, truth.false, window, window // 2 + 1, market.n_bars))


def throughout(market: Market, truth: Truth, window: int) -> Truth:
    """Return whether it was True on each of the last `window` bars; unknown if it was on one of them."""
    return Truth(*bits.often(truth.true, truth.false, window, window, market.n_bars))


def bars_since(market: Market, truth: Truth, window: int) -> FloatArray:
    """Return how long ago it was last True, in percent of `window` bars, shape (n_bars,).

    0 while it is True, 100 where it was on none of the last `window` bars; NaN if it is unknown on one of them.
    """
    return sealed(bits.bars_since(truth.true, truth.false, window, market.n_bars))


SIGNATURES = (Signature((ValueType.BOOL, ValueType.WINDOW), ValueType.BOOL),)

OPCODES = (
    Opcode(
        name="within",
        family="persistence",
        signatures=SIGNATURES,
        compute=within,
        warm_up=warm_up.window_values,
        render="within({0}, {1})",
        explain="on at least one of the last {1} bars {0}",
        cost=1,
        weight=0.25,
    ),
    Opcode(
        name="mostly",
        family="persistence",
        signatures=SIGNATURES,
        compute=mostly,
        warm_up=warm_up.window_values,
        render="mostly({0}, {1})",
        explain="on more than half of the last {1} bars {0}",
        cost=1,
        weight=0.25,
    ),
    Opcode(
        name="throughout",
        family="persistence",
        signatures=SIGNATURES,
        compute=throughout,
        warm_up=warm_up.window_values,
        render="throughout({0}, {1})",
        explain="on each of the last {1} bars {0}",
        cost=0.5,
        weight=0.25,
    ),
    Opcode(
        name="bars_since",
        family="persistence",
        signatures=(Signature((ValueType.BOOL, ValueType.WINDOW), ValueType.OSCILLATOR),),
        compute=bars_since,
        warm_up=warm_up.window_values,
        render="bars_since({0}, {1})",
        explain="the bars since {0} (in percent of {1})",
        cost=2,
        bounds=(0.0, 100.0),
        has_side=False,
        weight=0.25,
    ),
)
