"""What a subject is measured against day by day: holding every coin, and holding what it held in the mean."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.inference import DailyAlpha, daily_alpha
from backtest.metrics import daily_log_returns
from backtest.result import Trades
from data.market import Market
from organism.gauntlet.case import Case

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class DailyReturns:
    """Log returns of the days of one slice, UTC; every array has shape (n_days,)."""

    strategy: FloatArray
    market: FloatArray
    """Equal parts of every coin, held long, funding paid."""
    matched: FloatArray
    """Each coin held as the strategy held it in the mean, long or short: its exposure without its timing."""


def daily_returns(case: Case, *, cost_factor: float = 1.0) -> DailyReturns:
    """Return what the strategy and its benchmarks earned on each day of the case's slice.

    `cost_factor` multiplies fee and slippage of the strategy; holding pays none.
    """
    bars = slice(case.slice.start, case.slice.stop)
    held = np.stack([_held_returns(market)[bars] for market in case.universe])
    exposures = np.array([_mean_side(trace.trades, held.shape[1]) for trace in case.traces(cost_factor=cost_factor)])
    time_ms = case.universe.time_ms[bars]
    return DailyReturns(
        _by_day(case.pooled(cost_factor=cost_factor).returns, time_ms),
        _by_day(held.mean(axis=0), time_ms),
        _by_day(exposures @ held / len(exposures), time_ms),
    )


def joined(parts: list[DailyReturns]) -> DailyReturns:
    """Put the days of several slices one after the other."""
    return DailyReturns(
        np.concatenate([part.strategy for part in parts]),
        np.concatenate([part.market for part in parts]),
        np.concatenate([part.matched for part in parts]),
    )


def least_alpha(days: DailyReturns) -> DailyAlpha | None:
    """Return the alpha against the benchmark that explains more; None where nothing can be told.

    See `backtest.inference.daily_alpha`. The regression is of simple returns: in logs, whoever holds a part b of the
    market and brings it back to its size now and then beats b times the market by b (1 - b) / 2 of its variance, and
    has so little of his own that a test takes it for skill (docs/adr/0013). A benchmark without a spread (a subject
    that is as often long as short has a matched benchmark near zero) explains nothing and is left out.
    """
    found = [alpha for benchmark in (days.market, days.matched) if (alpha := _alpha(days.strategy, benchmark))]
    return max(found, key=lambda alpha: alpha.p_value, default=None)


def _by_day(returns: FloatArray, time_ms: IntArray) -> FloatArray:
    """Return the log returns of the days; NaN or minus infinity on a day on which all was lost."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return daily_log_returns(returns, time_ms)[1]


def _alpha(strategy: FloatArray, benchmark: FloatArray) -> DailyAlpha | None:
    try:
        return daily_alpha(np.expm1(strategy), np.expm1(benchmark))
    except ValueError:
        # Too few days, no spread, or a copy of the benchmark: no alpha is known, and so none is claimed.
        return None


def _held_returns(market: Market) -> FloatArray:
    """Return what one coin held long earns on each bar, funding paid at its open; 0 where it does not trade."""
    returns = np.zeros(market.n_bars)
    before = market.close[:-1]
    returns[1:] = (market.close[1:] - np.nan_to_num(market.funding_cost[1:])) / before - 1.0
    return np.nan_to_num(returns)


def _mean_side(trades: Trades, n_bars: int) -> float:
    """Return the mean over bars of 1 while long, -1 while short, 0 while flat."""
    return math.fsum(trades.side * (trades.exit_bar - trades.entry_bar)) / n_bars
