"""One sleeve, simulated by the compiled kernel: what Python calls."""

from __future__ import annotations

import math

import numpy as np

from backtest.kernel_levels import LONG_ENTRY, LONG_EXIT, SHORT_ENTRY, SHORT_EXIT
from backtest.kernel_rules import CAPITAL
from backtest.kernel_sleeve import Spans, simulate_sleeve, sleeve_metrics
from backtest.layout import MarketArrays, Sizing
from backtest.metrics import metrics_of
from backtest.prepared import PreparedMarket
from backtest.result import Counts, Failure, FloatArray, IntArray, Result
from backtest.risk import Risk
from backtest.signals import Signals, WordArray
from backtest.workspace import (
    CAPPED,
    FORCED,
    HELD,
    LIQUIDATED,
    N_TRADE_COLUMNS,
    NEVER,
    RUINED,
    SKIPPED,
    TRADED,
    Room,
    Workspace,
)
from data.jit import inlined

NO_TRADES = np.empty((0, N_TRADE_COLUMNS))
NO_CHANGE = np.empty(0)


def simulate(
    prepared: PreparedMarket,
    signals: Signals,
    risk: Risk,
    *,
    start: int = 0,
    stop: int | None = None,
    initial_capital: float = 10_000.0,
    n_blocks: int = 6,
    workspace: Workspace | None = None,
    keep_changes: bool = True,
) -> Result:
    """Simulate one sleeve over the bars [start, stop); see docs/semantics.md.

    Parameters
    ----------
    prepared
        The coin's market with its costs.
    signals
        Levels on the whole market; those at bar t are filled at the open of t + 1.
    risk
        Sizing and protective levels.
    start, stop
        The slice; it starts flat and closes what is open at its last close.
    initial_capital
        USDC.
    n_blocks
        Number of equal blocks whose log returns are reported.
    workspace
        Buffers to use again. `Result.equity_change` is then a view that the next simulation overwrites.
    keep_changes
        Whether `Result.equity_change` is wanted; a search that only asks for statistics saves it.

    Raises
    ------
    ValueError
        If the slice, the capital, the blocks or the length of the signals are impossible.
    """
    stop = prepared.market.n_bars if stop is None else stop
    check_arguments(prepared, signals, start, stop, initial_capital, n_blocks)
    if workspace is None:
        workspace = Workspace(prepared.market.n_bars)
    change = workspace.no_change(stop) if keep_changes else NO_CHANGE
    return run_kernel(prepared, signals, risk, (start, stop), initial_capital, n_blocks, workspace, change)[0]


def run_kernel(
    prepared: PreparedMarket,
    signals: Signals,
    risk: Risk,
    bars: tuple[int, int],
    initial_capital: float,
    n_blocks: int,
    workspace: Workspace,
    change: FloatArray,
    trades: FloatArray = NO_TRADES,
) -> tuple[Result, int]:
    """Return the result and the number of trades; `change` and `trades` as in `simulate_sleeve`."""
    start, stop = bars
    blocks = np.empty(n_blocks)
    write_settings(workspace.settings, risk, initial_capital)
    # Unpacked, since numba takes three times as long to look at a tuple with names as at what is in it.
    n_rows = _simulate_one(
        signals.long_entry,
        signals.long_exit,
        signals.short_entry,
        signals.short_exit,
        *prepared.arrays,
        *prepared.sizing(risk),
        workspace.levels(signals.n_bars),
        workspace.settings,
        prepared.segments(start, stop),
        workspace.block_ends(start, stop, n_blocks),
        workspace.equity,
        change,
        trades,
        blocks,
        workspace.totals,
        workspace.lanes,
        workspace.metrics,
        stop - start,
        prepared.bars_per_year,
    )
    return _result(prepared, bars, initial_capital, blocks, change[start:], workspace), n_rows


@inlined
def _simulate_one(
    long_entry: WordArray,
    long_exit: WordArray,
    short_entry: WordArray,
    short_exit: WordArray,
    quotes: FloatArray,
    path: FloatArray,
    marks: FloatArray,
    near: FloatArray,
    far: FloatArray,
    terms: FloatArray,
    exposure: FloatArray,
    distance: FloatArray,
    levels: WordArray,
    settings: FloatArray,
    segments: IntArray,
    block_ends: IntArray,
    equity: FloatArray,
    change: FloatArray,
    trades: FloatArray,
    blocks: FloatArray,
    totals: FloatArray,
    lanes: FloatArray,
    metrics: FloatArray,
    n_bars: int,
    bars_per_year: float,
) -> int:
    for i in range(levels.shape[1]):
        levels[LONG_ENTRY, i], levels[LONG_EXIT, i] = long_entry[i], long_exit[i]
        levels[SHORT_ENTRY, i], levels[SHORT_EXIT, i] = short_entry[i], short_exit[i]
    n_trades = simulate_sleeve(
        MarketArrays(quotes, path, marks, near, far, terms),
        Sizing(exposure, distance),
        levels,
        settings,
        Spans(segments, block_ends),
        Room(equity, change, trades, blocks, totals, lanes),
    )
    sleeve_metrics(metrics, totals, n_trades, n_bars, settings[CAPITAL], bars_per_year)
    return n_trades


def write_settings(settings: FloatArray, risk: Risk, capital: float) -> None:
    """Write what the kernel must know of the risk settings, and the capital in USDC, into shape (N_SETTINGS,)."""
    settings[:] = (
        risk.scale,
        risk.stop or 0.0,
        risk.target or 0.0,
        risk.trailing or 0.0,
        risk.max_hold_bars or NEVER,
        risk.reverse,
        capital,
    )


def _result(
    prepared: PreparedMarket,
    bars: tuple[int, int],
    capital: float,
    blocks: FloatArray,
    change: FloatArray,
    workspace: Workspace,
) -> Result:
    totals, metrics = workspace.totals.tolist(), metrics_of(workspace.metrics.tolist())
    failure = None
    if metrics.sharpe != metrics.sharpe:
        failure = Failure.RUINED if totals[RUINED] > 0.0 else Failure.ZERO_VARIANCE
    return Result(
        prepared.market.coin,
        *bars,
        capital,
        metrics,
        Counts(int(totals[FORCED]), int(totals[SKIPPED]), int(totals[CAPPED]), int(totals[LIQUIDATED])),
        failure,
        blocks,
        change,
        totals[TRADED],
        int(totals[HELD]),
    )


def check_arguments(
    prepared: PreparedMarket, signals: Signals, start: int, stop: int, initial_capital: float, n_blocks: int
) -> None:
    n_bars = prepared.market.n_bars
    if not 0 <= start < stop <= n_bars:
        raise ValueError(f"slice is [{start}, {stop}); allowed is 0 <= start < stop <= {n_bars}, the market's bars")
    if signals.n_bars != n_bars:
        raise ValueError(f"signals have {signals.n_bars} bars; allowed are {n_bars}, as many as the market")
    if not (math.isfinite(initial_capital) and initial_capital > 0.0):
        raise ValueError(f"initial_capital is {initial_capital}; allowed is a finite amount above 0 USDC")
    if n_blocks < 1:
        raise ValueError(f"n_blocks is {n_blocks}; allowed is 1 or more")
