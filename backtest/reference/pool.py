"""Sleeves to one equity curve: clauses 19 and 20."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from backtest.reference.statistics import Activity, block_log_returns, failure_of, metrics_of, returns_of
from backtest.result import Failure, PooledResult, Result, Trace
from data.market import FloatArray


def pool_reference(traces: Sequence[Trace], bars_per_year: float) -> PooledResult:
    """Add the equity of separate sleeves and describe the sum.

    A pool with a dead sleeve is `ruined`: its statistics, block returns and returns are NaN.

    Raises
    ------
    ValueError
        If there is no trace, or traces differ in their slice or number of blocks.
    """
    _check_alike(traces)
    results = tuple(trace.result for trace in traces)
    equity: FloatArray = np.sum([trace.equity for trace in traces], axis=0)
    capital = math.fsum(result.initial_capital for result in results)
    n_blocks = results[0].block_log_returns.size
    activity = _summed_activity(traces)
    failure = failure_of(equity, capital, activity)
    is_ruined = failure is Failure.RUINED
    return PooledResult(
        sleeves=results,
        metrics=metrics_of(equity, capital, bars_per_year, activity, failure),
        failure=failure,
        block_log_returns=block_log_returns(equity, capital, n_blocks, failure),
        returns=np.full(equity.size, np.nan) if is_ruined else returns_of(equity, capital),
    )


def _summed_activity(traces: Sequence[Trace]) -> Activity:
    """Clause 19: notional and trades are summed, exposure is the mean of the sleeves'; ruin of one is ruin."""
    results = [trace.result for trace in traces]
    return Activity(
        traded_usdc=math.fsum(result.traded_usdc for result in results),
        exposure=math.fsum(_share_held(result) for result in results) / len(results),
        n_trades=sum(result.metrics.n_trades for result in results),
        n_round_trips=sum(len(trace.trades) for trace in traces),
        n_wins=sum(int(np.sum(trace.trades.profit > 0.0)) for trace in traces),
        is_ruined=any(result.failure is Failure.RUINED for result in results),
    )


def _share_held(result: Result) -> float:
    return result.n_bars_held / (result.stop - result.start)


def _check_alike(traces: Sequence[Trace]) -> None:
    if not traces:
        raise ValueError("there is nothing to pool: give at least one trace")
    shapes = {(trace.result.start, trace.result.stop, trace.result.block_log_returns.size) for trace in traces}
    if len(shapes) > 1:
        raise ValueError(
            f"traces differ in (start, stop, blocks): received {sorted(shapes)}; allowed is one slice for all"
        )
