"""Two values of one dimension against each other; unknown where one of them is."""

from __future__ import annotations

import numpy as np

from data.market import FloatArray, Market
from evolution.opcodes import bits, warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import NUMERIC, ValueType

Operand = FloatArray | float


def above(market: Market, left: Operand, right: Operand) -> Truth:
    """Return left > right; each is of shape (n_bars,) or a constant."""
    if isinstance(right, float):
        if isinstance(left, float):
            left = np.full(market.n_bars, left)
        return Truth(*bits.above_level(left, right))
    if isinstance(left, float):
        return Truth(*bits.below_level(right, left))
    return Truth(*bits.above_series(left, right))


def below(market: Market, left: Operand, right: Operand) -> Truth:
    """Return left < right; each is of shape (n_bars,) or a constant."""
    return above(market, right, left)


def crosses_above(market: Market, left: Operand, right: Operand) -> Truth:
    """Return left > right where one bar ago left <= right; unknown where one of the four values is."""
    now = above(market, left, right)
    return Truth(*bits.crossings(now.true, now.false))


def crosses_below(market: Market, left: Operand, right: Operand) -> Truth:
    """Return left < right where one bar ago left >= right; unknown where one of the four values is."""
    return crosses_above(market, right, left)


SIGNATURES = tuple(Signature((value, value), ValueType.BOOL) for value in NUMERIC)

OPCODES = (
    Opcode(
        name="above",
        family="comparisons",
        signatures=SIGNATURES,
        compute=above,
        warm_up=warm_up.none,
        render="({0} > {1})",
        explain="{0} is above {1}",
        cost=0.5,
    ),
    Opcode(
        name="below",
        family="comparisons",
        signatures=SIGNATURES,
        compute=below,
        warm_up=warm_up.none,
        render="({0} < {1})",
        explain="{0} is below {1}",
        cost=0.5,
    ),
    Opcode(
        name="crosses_above",
        family="comparisons",
        signatures=SIGNATURES,
        compute=crosses_above,
        warm_up=warm_up.one_bar,
        render="crosses_above({0}, {1})",
        explain="{0} crosses above {1}",
        cost=1,
        weight=0.5,
    ),
    Opcode(
        name="crosses_below",
        family="comparisons",
        signatures=SIGNATURES,
        compute=crosses_below,
        warm_up=warm_up.one_bar,
        render="crosses_below({0}, {1})",
        explain="{0} crosses below {1}",
        cost=1,
        weight=0.5,
    ),
)
