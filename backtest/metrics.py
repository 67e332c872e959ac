"""Statistics of returns and equity. A statistic that does not exist is NaN, never 0."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from backtest.result import FloatArray, IntArray, Metrics
from data.intervals import DAY_MS
from data.jit import inlined

NAN = float("nan")
MAX_LOG = 700.0
"""Above it the exponential is no float; a few very good bars can compound to that."""


# Places in a row of metrics, in the order of `Metrics`.
NET_RETURN, SHARPE, SORTINO, MAX_DRAWDOWN, CALMAR, TURNOVER, EXPOSURE, N_TRADES, WIN_RATE, N_METRICS = range(10)


@inlined
def write_metrics(  # noqa: PLR0913, PLR0917 - plain numbers, for compiled code
    row: FloatArray,
    n_returns: int,
    sums: tuple[float, float, float],
    growth: float,
    max_drawdown: float,
    traded_per_capital: float,
    exposure: float,
    n_trades: int,
    n_forced: int,
    n_wins: int,
    bars_per_year: float,
    ruined: bool,
) -> None:
    """Write the metrics of one equity curve from what a single pass has added up into shape (N_METRICS,).

    Parameters
    ----------
    n_returns
        Bars of the slice, flat ones included.
    sums
        Sum of r, of r^2 and of min(r, 0)^2.
    growth
        Final equity / initial capital.
    traded_per_capital
        Notional of all fills / initial capital.
    ruined
        Whether equity fell to zero; then no statistic exists, counts stay.
    """
    row[:] = math.nan
    row[N_TRADES] = n_trades
    if ruined:
        return
    annual_log = math.log(growth) * bars_per_year / n_returns
    annual = math.expm1(annual_log) if annual_log < MAX_LOG else math.inf
    row[NET_RETURN], row[MAX_DRAWDOWN], row[EXPOSURE] = growth - 1.0, max_drawdown, exposure
    row[SHARPE] = _sharpe(n_returns, sums[0], sums[1], bars_per_year)
    row[TURNOVER] = traded_per_capital * bars_per_year / n_returns
    if sums[2] > 0.0:
        row[SORTINO] = sums[0] / n_returns / math.sqrt(sums[2] / n_returns) * math.sqrt(bars_per_year)
    if max_drawdown > 0.0:
        row[CALMAR] = annual / max_drawdown
    if n_trades + n_forced > 0:
        row[WIN_RATE] = n_wins / (n_trades + n_forced)


@inlined
def _sharpe(n: int, total: float, squares: float, bars_per_year: float) -> float:
    if n < 2 or squares == 0.0:
        return math.nan
    mean = total / n
    # Hourly means are a hundredth of the deviation, so the subtraction keeps 12 digits and more.
    variance = (squares - n * mean * mean) / (n - 1)
    return mean / math.sqrt(variance) * math.sqrt(bars_per_year) if variance > 1e-12 * squares / n else math.nan


def metrics_of(row: Sequence[float]) -> Metrics:
    """Return what `write_metrics` wrote, as a list."""
    net_return, sharpe, sortino, max_drawdown, calmar, turnover, exposure, n_trades, win_rate = row
    return Metrics(net_return, sharpe, sortino, max_drawdown, calmar, turnover, exposure, int(n_trades), win_rate)


def metrics_from_sums(  # noqa: PLR0913 - those of `write_metrics`
    *,
    n_returns: int,
    sums: tuple[float, float, float],
    growth: float,
    max_drawdown: float,
    traded_per_capital: float,
    exposure: float,
    n_trades: int,
    n_forced: int,
    n_wins: int,
    bars_per_year: float,
    ruined: bool,
) -> Metrics:
    """Return the metrics of one equity curve; parameters as in `write_metrics`."""
    row = np.empty(N_METRICS)
    activity = traded_per_capital, exposure, n_trades, n_forced, n_wins
    write_metrics(row, n_returns, sums, growth, max_drawdown, *activity, bars_per_year, ruined)
    return metrics_of(row.tolist())


def daily_log_returns(returns: FloatArray, time_ms: IntArray) -> tuple[IntArray, FloatArray]:
    """Return UTC days (ms of their midnight) and the sum of log(1 + r) on each.

    A bar belongs to the day it opens on. Both inputs have shape (n_bars,).
    """
    days = time_ms // DAY_MS
    first = np.flatnonzero(np.concatenate(([True], days[1:] != days[:-1])))
    return days[first] * DAY_MS, np.add.reduceat(np.log1p(returns), first)
