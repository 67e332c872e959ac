"""Three-valued logic over bars, and the truth of earlier bars."""

from __future__ import annotations

import numpy as np

from backtest.signals import n_words
from data.market import Market
from evolution.opcodes import bits, warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import ValueType


def both(market: Market, left: Truth, right: Truth) -> Truth:
    """Return left and right: False if one of them is, else unknown if one of them is."""
    return left & right


def either(market: Market, left: Truth, right: Truth) -> Truth:
    """Return left or right: True if one of them is, else unknown if one of them is."""
    return left | right


def negation(market: Market, truth: Truth) -> Truth:
    """Return the contrary; unknown stays unknown."""
    return ~truth


def delay(market: Market, truth: Truth, window: int) -> Truth:
    """Return the truth `window` bars ago; unknown before there was one."""
    n_bars = market.n_bars
    return Truth(bits.shifted(truth.true, window, n_bars), bits.shifted(truth.false, window, n_bars))


def never(market: Market) -> Truth:
    """Return what is known to be False on every bar."""
    false = np.full(n_words(market.n_bars), ~np.uint64(0))
    if market.n_bars % 64:
        false[-1] = np.uint64((1 << market.n_bars % 64) - 1)
    return Truth(np.zeros_like(false), false)


ONE = Signature((ValueType.BOOL,), ValueType.BOOL)
TWO = Signature((ValueType.BOOL, ValueType.BOOL), ValueType.BOOL)

OPCODES = (
    Opcode(
        name="and",
        family="logic",
        signatures=(TWO,),
        compute=both,
        warm_up=warm_up.none,
        render="({0} and {1})",
        explain="both {0} and {1}",
        cost=0.2,
        is_commutative=True,
    ),
    Opcode(
        name="or",
        family="logic",
        signatures=(TWO,),
        compute=either,
        warm_up=warm_up.none,
        render="({0} or {1})",
        explain="either {0} or {1}",
        cost=0.2,
        weight=0.25,
        is_commutative=True,
    ),
    Opcode(
        name="not",
        family="logic",
        signatures=(ONE,),
        compute=negation,
        warm_up=warm_up.none,
        render="not {0}",
        explain="it is not so that {0}",
        cost=0.2,
        weight=0.5,
    ),
    Opcode(
        name="delay",
        family="logic",
        signatures=(Signature((ValueType.BOOL, ValueType.WINDOW), ValueType.BOOL),),
        compute=delay,
        warm_up=warm_up.window_changes,
        render="delay({0}, {1})",
        explain="{1} bars ago {0}",
        cost=0.5,
        weight=0.5,
    ),
    Opcode(
        name="never",
        family="logic",
        signatures=(Signature((), ValueType.BOOL),),
        compute=never,
        warm_up=warm_up.none,
        render="never",
        explain="never",
        cost=0.5,
        weight=0.25,
    ),
)
