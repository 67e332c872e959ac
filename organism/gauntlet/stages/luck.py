"""Stages that ask whether an edge is everywhere or came once: one trade, one season, one kind of weather."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.intervals import HOUR_MS
from organism.gauntlet.case import N_BLOCKS, Case
from organism.gauntlet.verdict import StageResult, measure

FloatArray = NDArray[np.float64]

REGIME_MS = 168 * HOUR_MS
N_REGIMES = 3


@dataclass(frozen=True, slots=True)
class OneLuckyTrade:
    """A strategy is a habit, not an event."""

    maximum_share: float
    slice_name: str = "IS"
    name: str = "profit from the best trade"
    cost: int = 1

    def judge(self, case: Case) -> StageResult:
        profits = np.concatenate([trace.trades.profit for trace in case.traces()])
        total = float(profits.sum())
        share = float(profits.max()) / total if profits.size and total > 0.0 else float("nan")
        return measure(
            self.name,
            self.slice_name,
            100.0 * share,
            "<",
            100.0 * self.maximum_share,
            unit="%",
            meaning="Share of all profit that the best round trip brought. Luck of this kind does not come back.",
        )


@dataclass(frozen=True, slots=True)
class PositiveParts:
    """An edge that is there in most sixths of the time."""

    threshold: int
    slice_name: str = "IS"
    name: str = "sixths of the time with a profit"
    cost: int = 1

    def judge(self, case: Case) -> StageResult:
        positive = int((case.pooled().block_log_returns > 0.0).sum())
        return measure(
            self.name,
            self.slice_name,
            float(positive),
            ">=",
            float(self.threshold),
            meaning=f"Of {N_BLOCKS} equal parts of the slice, those that ended above their start. A veto.",
        )


@dataclass(frozen=True, slots=True)
class OneRegime:
    """An edge of one kind of market is a bet on that kind of market."""

    maximum_share: float
    slice_name: str = "IS"
    name: str = "profit from one volatility regime"
    cost: int = 1

    def judge(self, case: Case) -> StageResult:
        returns = np.log1p(case.pooled().returns)
        regime = volatility_terciles(case)
        profits = np.array([returns[regime == number].sum() for number in range(N_REGIMES)])
        total = float(returns.sum())
        share = float(profits.max()) / total if total > 0.0 else float("nan")
        return measure(
            self.name,
            self.slice_name,
            100.0 * share,
            "<",
            100.0 * self.maximum_share,
            unit="%",
            meaning="Share of the profit earned in the best third of the bars, sorted by the volatility of the week "
            "before them. Above 100 % the other two thirds lost. A veto, never evidence.",
        )


def volatility_terciles(case: Case) -> NDArray[np.int64]:
    """Return 0, 1 or 2 for each bar of the slice: the third of its week's volatility, known at the bar's open.

    The borders between thirds are those of the slice itself: this sorts the past, it decides nothing.
    """
    moves = np.mean([_log_moves(market.close) for market in case.universe], axis=0)
    bars = -(-REGIME_MS // case.universe.interval_ms)
    squares = np.concatenate((np.zeros(bars), np.cumsum(moves**2)))
    # Up to the bar before: what was known when it opened.
    week = np.zeros(moves.size)
    week[1:] = (squares[bars:] - squares[:-bars])[:-1]
    seen = week[case.slice.start : case.slice.stop]
    return np.searchsorted(np.quantile(seen, [1 / 3, 2 / 3]), seen, side="right")


def _log_moves(close: FloatArray) -> FloatArray:
    """Return log returns from close to close; 0 where one of the two is missing."""
    moves = np.zeros(close.size)
    moves[1:] = np.nan_to_num(np.diff(np.log(close)))
    return moves
