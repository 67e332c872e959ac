"""Statistics of returns and equity. A statistic that does not exist is NaN, never 0."""

from __future__ import annotations

import math

import numpy as np

from backtest.result import FloatArray, IntArray, Metrics
from data.intervals import DAY_MS

NAN = float("nan")
MAX_LOG = 700.0
"""Above it the exponential is no float; a few very good bars can compound to that."""


def metrics_from_sums(  # noqa: PLR0913 - a dataclass made for each simulation would cost a tenth of it
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
    """Return the metrics of one equity curve from what a single pass has added up.

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
    if ruined:
        return Metrics(NAN, NAN, NAN, NAN, NAN, NAN, NAN, n_trades, NAN)
    annual_log = math.log(growth) * bars_per_year / n_returns
    annual = math.expm1(annual_log) if annual_log < MAX_LOG else math.inf
    n_closed = n_trades + n_forced
    return Metrics(
        growth - 1.0,
        _sharpe(n_returns, sums[0], sums[1], bars_per_year),
        _sortino(n_returns, sums[0], sums[2], bars_per_year),
        max_drawdown,
        annual / max_drawdown if max_drawdown > 0.0 else NAN,
        traded_per_capital * bars_per_year / n_returns,
        exposure,
        n_trades,
        n_wins / n_closed if n_closed else NAN,
    )


def _sharpe(n: int, total: float, squares: float, bars_per_year: float) -> float:
    if n < 2 or squares == 0.0:
        return NAN
    mean = total / n
    # Hourly means are a hundredth of the deviation, so the subtraction keeps 12 digits and more.
    variance = (squares - n * mean * mean) / (n - 1)
    return mean / math.sqrt(variance) * math.sqrt(bars_per_year) if variance > 1e-12 * squares / n else NAN


def _sortino(n: int, total: float, negative_squares: float, bars_per_year: float) -> float:
    if negative_squares == 0.0:
        return NAN
    return total / n / math.sqrt(negative_squares / n) * math.sqrt(bars_per_year)


def daily_log_returns(returns: FloatArray, time_ms: IntArray) -> tuple[IntArray, FloatArray]:
    """Return UTC days (ms of their midnight) and the sum of log(1 + r) on each.

    A bar belongs to the day it opens on. Both inputs have shape (n_bars,).
    """
    days = time_ms // DAY_MS
    first = np.flatnonzero(np.concatenate(([True], days[1:] != days[:-1])))
    return days[first] * DAY_MS, np.add.reduceat(np.log1p(returns), first)
