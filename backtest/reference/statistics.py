"""Statistics of one equity curve, straight from the formulas of backtest/result.py: clauses 2, 4, 16, 18 and 20."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtest.reference.state import RoundTrip, Sleeve
from backtest.result import ExitReason, Failure, Metrics, Result, Trace, Trades
from data.intervals import bars_per_year
from data.market import FloatArray, Market


@dataclass(frozen=True, slots=True)
class Activity:
    """What the statistics need besides the equity curve."""

    traded_usdc: float
    exposure: float
    """Share of bars with a position."""
    n_trades: int
    """Forced ones apart."""
    n_round_trips: int
    """Forced ones included."""
    n_wins: int
    is_ruined: bool


def trace_of(
    market: Market, sleeve: Sleeve, curve: FloatArray, *, start: int, initial_capital: float, n_blocks: int
) -> Trace:
    """Put one sleeve's history into its result."""
    activity = Activity(
        traded_usdc=sleeve.traded_usdc,
        exposure=sleeve.n_bars_held / curve.size,
        n_trades=sum(trade.reason is not ExitReason.BORDER for trade in sleeve.trades),
        n_round_trips=len(sleeve.trades),
        n_wins=sum(trade.profit > 0.0 for trade in sleeve.trades),
        is_ruined=sleeve.is_dead,
    )
    failure = failure_of(curve, initial_capital, activity)
    result = Result(
        coin=market.coin,
        start=start,
        stop=start + curve.size,
        initial_capital=initial_capital,
        metrics=metrics_of(curve, initial_capital, bars_per_year(market.interval_ms), activity, failure),
        counts=sleeve.counts(),
        failure=failure,
        block_log_returns=block_log_returns(curve, initial_capital, n_blocks, failure),
        equity_change=np.diff(curve, prepend=initial_capital),
        traded_usdc=sleeve.traded_usdc,
        n_bars_held=sleeve.n_bars_held,
    )
    return Trace(result, curve, trades_of(sleeve.trades))


def returns_of(equity: FloatArray, initial_capital: float) -> FloatArray:
    """Clause 2: one return a bar, the capital before the first bar being the initial capital."""
    before = np.concatenate(([initial_capital], equity[:-1]))
    return (equity - before) / before


def failure_of(equity: FloatArray, initial_capital: float, activity: Activity) -> Failure | None:
    """Clauses 16 and 20."""
    if activity.is_ruined:
        return Failure.RUINED
    # The deviation (ddof 1) of a single return does not exist; a slice of one bar has no fill either.
    if activity.traded_usdc == 0.0 or returns_of(equity, initial_capital).std(ddof=1) == 0.0:
        return Failure.ZERO_VARIANCE
    return None


def metrics_of(
    equity: FloatArray, initial_capital: float, yearly_bars: float, activity: Activity, failure: Failure | None
) -> Metrics:
    """Every statistic by its formula; all NaN for a ruined sleeve, Sharpe NaN after any failure."""
    if failure is Failure.RUINED:
        nan = math.nan
        return Metrics(nan, nan, nan, nan, nan, nan, nan, n_trades=activity.n_trades, win_rate=nan)
    returns = returns_of(equity, initial_capital)
    growth = float(equity[-1] / initial_capital)
    years = equity.size / yearly_bars
    drawdown = max_drawdown(equity, initial_capital)
    return Metrics(
        net_return=growth - 1.0,
        sharpe=_sharpe(returns, yearly_bars) if failure is None else math.nan,
        sortino=_sortino(returns, yearly_bars),
        max_drawdown=drawdown,
        calmar=_annual_return(growth, years) / drawdown if drawdown > 0.0 else math.nan,
        turnover=activity.traded_usdc / initial_capital / years,
        exposure=activity.exposure,
        n_trades=activity.n_trades,
        win_rate=activity.n_wins / activity.n_round_trips if activity.n_round_trips else math.nan,
    )


def block_log_returns(equity: FloatArray, initial_capital: float, n_blocks: int, failure: Failure | None) -> FloatArray:
    """Clause 4: sum of log(1 + r) over equal calendar blocks; NaN for a ruined sleeve."""
    if failure is Failure.RUINED:
        return np.full(n_blocks, np.nan)
    logs = np.log1p(returns_of(equity, initial_capital))
    n = logs.size
    return np.array([logs[(n * i) // n_blocks : (n * (i + 1)) // n_blocks].sum() for i in range(n_blocks)])


def max_drawdown(equity: FloatArray, initial_capital: float) -> float:
    """Largest fall from a peak; the initial capital is the first peak."""
    curve = np.concatenate(([initial_capital], equity))
    peaks = np.maximum.accumulate(curve)
    return float(np.max((peaks - curve) / peaks))


def trades_of(trades: Sequence[RoundTrip]) -> Trades:
    """Turn a list of round trips into arrays."""
    return Trades(
        entry_bar=np.array([trade.entry_bar for trade in trades], dtype=np.int64),
        exit_bar=np.array([trade.exit_bar for trade in trades], dtype=np.int64),
        side=np.array([trade.side for trade in trades], dtype=np.int64),
        quantity=np.array([trade.quantity for trade in trades], dtype=np.float64),
        entry_price=np.array([trade.entry_price for trade in trades], dtype=np.float64),
        exit_price=np.array([trade.exit_price for trade in trades], dtype=np.float64),
        fees=np.array([trade.fees for trade in trades], dtype=np.float64),
        funding=np.array([trade.funding for trade in trades], dtype=np.float64),
        profit=np.array([trade.profit for trade in trades], dtype=np.float64),
        reason=tuple(trade.reason for trade in trades),
    )


def _sharpe(returns: FloatArray, yearly_bars: float) -> float:
    return float(returns.mean() / returns.std(ddof=1) * math.sqrt(yearly_bars))


def _sortino(returns: FloatArray, yearly_bars: float) -> float:
    if not np.any(returns < 0.0):
        return math.nan
    downside = np.sqrt(np.mean(np.minimum(returns, 0.0) ** 2))
    return float(returns.mean() / downside * math.sqrt(yearly_bars))


def _annual_return(growth: float, years: float) -> float:
    """Compound; infinite where a few very good bars compound beyond the largest float."""
    with np.errstate(over="ignore"):
        return float(np.power(np.float64(growth), 1.0 / years) - 1.0)
