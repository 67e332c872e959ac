"""Truths about the kind of time a bar lies in; see `data.regimes`."""

from __future__ import annotations

from collections.abc import Callable

from data.market import Market
from data.regimes import (
    CALM_BELOW,
    CRITICAL_PATH,
    FALLING_BELOW,
    RANK_BARS,
    RISING_ABOVE,
    TREND_BARS,
    VOLATILITY_BARS,
    WILD_ABOVE,
    longest_path,
    trend_score,
    volatility_rank,
)
from data.rolling import first_anchor
from evolution.opcodes import bits, warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.estimators import log_changes
from evolution.opcodes.series import sealed
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import ValueType


def calm(market: Market) -> Truth:
    """Return whether the last day's volatility is in the lowest third of the last month's; unknown as its rank."""
    return Truth(*bits.below_level(sealed(volatility_rank(market)), CALM_BELOW))


def wild(market: Market) -> Truth:
    """Return whether the last day's volatility is in the highest third of the last month's; unknown as its rank."""
    return Truth(*bits.above_level(sealed(volatility_rank(market)), WILD_ABOVE))


def rising(market: Market) -> Truth:
    """Return whether price has risen over the last week by more than half a deviation of chance."""
    return Truth(*bits.above_level(sealed(trend_score(market)), RISING_ABOVE))


def falling(market: Market) -> Truth:
    """Return whether price has fallen over the last week by more than half a deviation of chance."""
    return Truth(*bits.below_level(sealed(trend_score(market)), FALLING_BELOW))


def changed(market: Market, window: int) -> Truth:
    """Return whether volatility has changed within the last `window` bars; see `data.regimes.longest_path`.

    Unknown if one of these bars or the one before them is missing.
    """
    return Truth(
        *bits.above_level(
            sealed(longest_path(log_changes(market), window, first_anchor(market, window))), CRITICAL_PATH
        )
    )


def _rank_bars(windows: tuple[int, ...]) -> int:
    return VOLATILITY_BARS + RANK_BARS - 1


def _trend_bars(windows: tuple[int, ...]) -> int:
    return TREND_BARS


def _state(
    compute: Callable[[Market], Truth], bars: Callable[[tuple[int, ...]], int], words: str, *, cost: float, side: bool
) -> Opcode:
    return Opcode(
        name=compute.__name__,
        family="regimes",
        signatures=(Signature((), ValueType.BOOL),),
        compute=compute,
        warm_up=bars,
        render=compute.__name__,
        explain=words,
        cost=cost,
        weight=0.25,
        has_side=side,
    )


OPCODES = (
    _state(calm, _rank_bars, "volatility is in the lowest third of the last month", cost=100, side=False),
    _state(wild, _rank_bars, "volatility is in the highest third of the last month", cost=100, side=False),
    _state(rising, _trend_bars, "price has risen over the week by more than half of chance", cost=10, side=True),
    _state(falling, _trend_bars, "price has fallen over the week by more than half of chance", cost=10, side=True),
    Opcode(
        name="changed",
        family="regimes",
        signatures=(Signature((ValueType.WINDOW,), ValueType.BOOL),),
        compute=changed,
        warm_up=warm_up.window_changes,
        render="changed({0})",
        explain="volatility has changed within the last {0} bars",
        cost=50,
        weight=0.1,
        has_side=False,
    ),
)
