"""Terminals: the bar's own prices and volume, NaN where the coin did not trade."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from data.market import FloatArray, Market
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.types import ValueType


def _terminal(name: str, result: ValueType, words: str, weight: float, *, has_side: bool = True) -> Opcode:
    read: Callable[[Market], FloatArray] = attrgetter(name)
    return Opcode(
        name=name,
        family="prices",
        signatures=(Signature((), result),),
        compute=read,
        warm_up=warm_up.none,
        render=name,
        explain=words,
        cost=0.1,
        bounds=(0.0, None),
        weight=weight,
        has_side=has_side,
    )


OPCODES = (
    _terminal("open", ValueType.PRICE, "the open", 0.5),
    _terminal("high", ValueType.PRICE, "the high", 0.5),
    _terminal("low", ValueType.PRICE, "the low", 0.5),
    _terminal("close", ValueType.PRICE, "the close", 1.0),
    _terminal("volume", ValueType.VOLUME, "the volume", 1.0, has_side=False),
)
