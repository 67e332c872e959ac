"""Which coins a strategy does better on, which worse, and whether the difference is more than luck."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtest.inference.long_run_variance import automatic_lags, long_run_variance
from backtest.inference.multiple_tests import holm
from backtest.metrics import daily_log_returns
from backtest.pooling import pool
from backtest.result import Trace
from data.market import FloatArray, IntArray

DAYS_PER_YEAR = 365
LEAST_DAYS = 20


@dataclass(frozen=True, slots=True)
class CoinComparison:
    """One coin beside the others of its universe; None where nothing can be told."""

    sharpe_without: float | None
    """Annual Sharpe ratio of the strategy on all coins but this one."""
    difference: float | None
    """Annual Sharpe ratio of this coin's days less the mean of the others'."""
    p_value: float | None
    """Two-sided, of "the difference is luck", corrected for asking about every coin."""


UNKNOWN = CoinComparison(None, None, None)


def compare_coins(traces: Sequence[Trace], time_ms: IntArray, bars_per_year: float) -> tuple[CoinComparison, ...]:
    """Compare the sleeves of one strategy, in their order; nothing is known of a single one.

    Parameters
    ----------
    time_ms
        Shape (n_bars,): of the bars that the traces cover.

    Notes
    -----
    Each sleeve's daily returns are divided by their own deviation, so that a mean is a Sharpe ratio, and the mean of
    the others' is taken off on the same days: what all coins share drops out. The t statistic of what is left has
    Newey-West errors; p from the normal distribution, then Holm (1979) over the coins.
    """
    if len(traces) == 1:
        return (UNKNOWN,)
    days = [_standardised(trace, time_ms) for trace in traces]
    tested = [_difference(place, days) for place in range(len(traces))]
    raw = {place: found[1] for place, found in enumerate(tested) if found is not None}
    corrected = dict(zip(raw, holm(list(raw.values())).tolist(), strict=True)) if raw else {}
    return tuple(
        CoinComparison(
            _sharpe_without(place, traces, bars_per_year),
            None if found is None else found[0],
            corrected.get(place),
        )
        for place, found in enumerate(tested)
    )


def _standardised(trace: Trace, time_ms: IntArray) -> FloatArray | None:
    """Return daily returns in units of their own deviation; None for a sleeve that never moved or lost everything."""
    before = np.concatenate(([trace.result.initial_capital], trace.equity[:-1]))
    if not (before > 0.0).all() or trace.equity[-1] <= 0.0:
        return None
    days = np.expm1(daily_log_returns(trace.equity / before - 1.0, time_ms)[1])
    deviation = float(days.std(ddof=1)) if days.size >= LEAST_DAYS else 0.0
    return days / deviation if deviation > 0.0 else None


def _difference(place: int, days: Sequence[FloatArray | None]) -> tuple[float, float] | None:
    """Return the annual difference of a coin to the others and its raw p-value."""
    own, others = days[place], [one for at, one in enumerate(days) if at != place and one is not None]
    if own is None or not others:
        return None
    gap = own - np.mean(others, axis=0)
    deviation = float(gap.std())
    if deviation == 0.0:
        return None
    try:
        variance = long_run_variance(gap / deviation, automatic_lags(gap))
    except ValueError:
        # Differences that alternate exactly leave no error to measure by.
        return None
    t = float(gap.mean()) / deviation / math.sqrt(variance / gap.size)
    return float(gap.mean()) * math.sqrt(DAYS_PER_YEAR), math.erfc(abs(t) / math.sqrt(2.0))


def _sharpe_without(place: int, traces: Sequence[Trace], bars_per_year: float) -> float | None:
    left = [trace.result for at, trace in enumerate(traces) if at != place]
    sharpe = pool(left, bars_per_year=bars_per_year, n_blocks=left[0].block_log_returns.size).metrics.sharpe
    return sharpe if math.isfinite(sharpe) else None
