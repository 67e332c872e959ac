"""Sleeves to one equity: one rule on every coin, in equal separate sleeves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from backtest.kernel import NO_CHANGE, check_arguments, run_kernel
from backtest.kernel_curve import LANES, curve_statistics
from backtest.kernel_equity import add_up
from backtest.metrics import NAN, metrics_from_sums
from backtest.prepared import PreparedMarket
from backtest.result import Failure, FloatArray, Metrics, PooledResult, Result
from backtest.risk import Risk
from backtest.signals import Signals
from backtest.workspace import Workspace
from data.jit import jit

CAPITAL_USDC = 10_000.0
N_SUMS = 5
"""Sum of r, of r^2, of min(r, 0)^2; max drawdown; final equity."""


def simulate_pooled(  # noqa: PLR0913 - the keywords of `simulate`, and one more
    prepared: Sequence[PreparedMarket],
    signals: Sequence[Signals],
    risk: Risk,
    *,
    start: int = 0,
    stop: int | None = None,
    capital: float = CAPITAL_USDC,
    n_blocks: int = 6,
    workspace: Workspace | None = None,
    keep_returns: bool = True,
) -> PooledResult:
    """Simulate one rule on several coins and pool them; see `simulate` and `pool`.

    Stops at the first ruined sleeve, since the pool is ruined with it. Without `keep_returns` the returns of the
    pool are left empty, which a search that only asks for statistics saves.
    """
    stop = prepared[0].market.n_bars if stop is None else stop
    if workspace is None:
        workspace = Workspace(prepared[0].market.n_bars)
    is_one = len(prepared) == 1
    # Every sleeve adds its own.
    change = NO_CHANGE if is_one and not keep_returns else workspace.no_change(stop)
    sleeves: list[Result] = []
    for market, levels in zip(prepared, signals, strict=True):
        part = capital / len(prepared)
        check_arguments(market, levels, start, stop, part, n_blocks)
        sleeve, _ = run_kernel(market, levels, risk, (start, stop), part, n_blocks, workspace, change)
        sleeves.append(sleeve if is_one else replace(sleeve, equity_change=NO_CHANGE))
        if sleeve.failure is Failure.RUINED:
            break
    return _pooled(sleeves, change[start:], capital, prepared[0].bars_per_year, n_blocks, keep_returns)


def pool(results: Sequence[Result], *, bars_per_year: float, n_blocks: int = 6) -> PooledResult:
    """Pool sleeves of the same bars: statistics of the summed equity, never averages of statistics.

    Raises
    ------
    ValueError
        If the sleeves cover different bars, or there are none.
    """
    if not results or len({(result.start, result.stop) for result in results}) != 1:
        raise ValueError(
            f"sleeves cover {[(r.start, r.stop) for r in results]}; allowed are one or more that share start and stop"
        )
    total = np.sum([result.equity_change for result in results], axis=0)
    return _pooled(results, total, sum(r.initial_capital for r in results), bars_per_year, n_blocks, True)


def _pooled(
    sleeves: Sequence[Result],
    total: FloatArray,
    capital: float,
    bars_per_year: float,
    n_blocks: int,
    keep_returns: bool,
) -> PooledResult:
    n_bars = sleeves[0].stop - sleeves[0].start
    if any(sleeve.failure is Failure.RUINED for sleeve in sleeves):
        nothing = Metrics(NAN, NAN, NAN, NAN, NAN, NAN, NAN, sum(sleeve.metrics.n_trades for sleeve in sleeves), NAN)
        nans = np.full(n_bars if keep_returns else 0, NAN)
        return PooledResult(tuple(sleeves), nothing, Failure.RUINED, np.full(n_blocks, NAN), nans)
    returns, blocks, sums = np.empty(n_bars if keep_returns else 0), np.empty(n_blocks), np.empty(N_SUMS)
    is_one = len(sleeves) == 1 and sleeves[0].block_log_returns.size == n_blocks
    if keep_returns or not is_one:
        pool_sums(total, capital, np.empty(n_bars + 1), np.empty((3, LANES)), returns, blocks, sums)
    if is_one:
        # The equity of one sleeve is that of the pool.
        metrics, blocks = sleeves[0].metrics, sleeves[0].block_log_returns
    else:
        metrics = _metrics(sleeves, n_bars, sums, capital, bars_per_year)
    failure = Failure.ZERO_VARIANCE if metrics.sharpe != metrics.sharpe else None
    return PooledResult(tuple(sleeves), metrics, failure, blocks, returns)


def _metrics(sleeves: Sequence[Result], n_bars: int, sums: FloatArray, capital: float, bars_per_year: float) -> Metrics:
    sum_r, sum_rr, sum_negative, drawdown, equity = sums.tolist()
    return metrics_from_sums(
        n_returns=n_bars,
        sums=(sum_r, sum_rr, sum_negative),
        growth=equity / capital,
        max_drawdown=drawdown,
        traded_per_capital=sum(sleeve.traded_usdc for sleeve in sleeves) / capital,
        exposure=sum(sleeve.n_bars_held for sleeve in sleeves) / (n_bars * len(sleeves)),
        n_trades=sum(sleeve.metrics.n_trades for sleeve in sleeves),
        n_forced=sum(sleeve.counts.n_forced for sleeve in sleeves),
        n_wins=sum(_wins(sleeve) for sleeve in sleeves),
        bars_per_year=bars_per_year,
        ruined=False,
    )


@jit
def pool_sums(
    change: FloatArray,
    capital: float,
    equity: FloatArray,
    lanes: FloatArray,
    returns: FloatArray,
    blocks: FloatArray,
    sums: FloatArray,
) -> None:
    """Fill equity, returns (if there is room), block log returns, and the sums that metrics are made of.

    See `N_SUMS`; `equity` has room for one place more than changes, and `lanes` is that of `curve_statistics`.
    """
    n = change.size
    add_up(change, capital, equity)
    for bar in range(returns.size):
        returns[bar] = change[bar] / equity[bar]
    for block in range(blocks.size):
        first, end = (n * block) // blocks.size, (n * (block + 1)) // blocks.size
        blocks[block] = math.log(equity[end] / equity[first])
    sums[:] = (*curve_statistics(equity, n, lanes), equity[n])


def _wins(sleeve: Result) -> int:
    """Return the number of round trips that won; the share is stored, the count is not."""
    closed = sleeve.metrics.n_trades + sleeve.counts.n_forced
    return round(sleeve.metrics.win_rate * closed) if closed else 0
