"""Stages that ask whether anybody could trade it: how much it deals, and how much capital its bars would bear."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.intervals import YEAR_MS
from organism.gauntlet.case import CAPITAL_USDC, Case
from organism.gauntlet.verdict import StageResult, measure

FloatArray = NDArray[np.float64]

SHARE_OF_FILLS_LEFT_OUT = 0.05
"""The thinnest fills that capacity forgives: a single dead bar must not decide."""


@dataclass(frozen=True, slots=True)
class MaximumTurnover:
    """A rule that deals all the time lives on costs being right to a fraction of a basis point."""

    maximum: float
    slice_name: str = "IS"
    name: str = "turnover a year"
    cost: int = 1

    def judge(self, case: Case) -> StageResult:
        turnover = annual_turnover(case)
        # One basis point of what is dealt.
        of_one_point = f"{turnover / 100.0:.1f} %" if math.isfinite(turnover) else "an unknown share"
        return measure(
            self.name,
            self.slice_name,
            turnover,
            "<",
            self.maximum,
            unit="x",
            meaning="Notional of all fills a year, entries and exits, each as a multiple of the equity before it, at "
            f"the frozen scale. If costs are one basis point higher than assumed, {of_one_point} of capital a year is "
            "gone. A veto, never evidence: little trading is no skill.",
        )


@dataclass(frozen=True, slots=True)
class MinimumCapacity:
    """An edge that only a small purse can have is not worth a judge's time."""

    minimum_usdc: float
    maximum_share: float
    """Of a bar's volume, that a fill may be."""
    slice_name: str = "IS"
    name: str = "capacity"
    cost: int = 1

    def judge(self, case: Case) -> StageResult:
        return measure(
            self.name,
            self.slice_name,
            capacity_usdc(case, self.maximum_share),
            ">=",
            self.minimum_usdc,
            unit=" USDC",
            meaning=f"Capital at which {100 * (1 - SHARE_OF_FILLS_LEFT_OUT):.0f} % of the fills are at most "
            f"{100 * self.maximum_share:g} % of the volume of the bar they fill on. A rule of thumb and a veto: it "
            "does not say at what size the price moves away, and volume in the past is no promise.",
        )


def annual_turnover(case: Case) -> float:
    """Return the notional of all fills a year, each divided by pooled equity at the close before its bar.

    sum over fills of (quantity * price / equity[bar - 1]) / years of the slice. Unlike `Metrics.turnover`, which
    divides by the first capital, it does not grow with the profit. NaN for a case without a Sharpe ratio.
    """
    if case.pooled().failure is not None:
        return math.nan
    bars, quantities, prices = (np.concatenate(parts) for parts in zip(*_fills(case), strict=True))
    years = (case.slice.stop - case.slice.start) * case.universe.interval_ms / YEAR_MS
    return float((quantities * prices / _equity_before(case)[bars]).sum() / years)


def capacity_usdc(case: Case, maximum_share: float) -> float:
    """Return the capital that 95 % of the fills would bear.

    A fill bears `maximum_share` * volume[bar] / quantity times the equity it was made with: at this capital it would
    be just that share of its bar's volume, both in coins, so that no price is needed. The result is the smallest of
    these after the lowest 5 % of fills, at least one if there are two, are left out. A bar without volume, or with an
    unknown one, bears nothing. The 5 % and the share are conventions, not estimates: no model of price impact is
    behind them. NaN for a case without a Sharpe ratio.
    """
    if case.pooled().failure is not None:
        return math.nan
    equity = _equity_before(case)
    borne: list[FloatArray] = []
    for market, (bars, quantities, _) in zip(case.universe, _fills(case), strict=True):
        volume = np.nan_to_num(market.volume[case.slice.start : case.slice.stop], nan=0.0)
        borne.append(equity[bars] * maximum_share * volume[bars] / quantities)
    # Cents of a capital say nothing.
    return float(np.floor(np.quantile(np.concatenate(borne), SHARE_OF_FILLS_LEFT_OUT, method="higher")))


def _fills(case: Case) -> list[tuple[NDArray[np.int64], FloatArray, FloatArray]]:
    """Return of each coin the bars of all fills, counted from the slice's first, their coins and their prices."""
    fills = []
    for trace in case.traces():
        trades = trace.trades
        bars = np.concatenate((trades.entry_bar, trades.exit_bar)) - case.slice.start
        prices = np.concatenate((trades.entry_price, trades.exit_price))
        fills.append((bars, np.tile(trades.quantity, 2), prices))
    return fills


def _equity_before(case: Case) -> FloatArray:
    """Return pooled equity at the close before each bar of the slice."""
    growth = np.cumprod(1.0 + case.pooled().returns)
    return CAPITAL_USDC * np.concatenate(([1.0], growth[:-1]))
