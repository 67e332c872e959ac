"""The same simulation with its equity and its trades kept."""

from __future__ import annotations

import numpy as np

from backtest.kernel import check_arguments, run_kernel
from backtest.kernel_rules import REASONS
from backtest.prepared import PreparedMarket
from backtest.result import FloatArray, Trace, Trades
from backtest.risk import Risk
from backtest.signals import Signals
from backtest.workspace import N_TRADE_COLUMNS, Workspace


def trace(
    prepared: PreparedMarket,
    signals: Signals,
    risk: Risk,
    *,
    start: int = 0,
    stop: int | None = None,
    initial_capital: float = 10_000.0,
    n_blocks: int = 6,
) -> Trace:
    """Simulate one sleeve and keep everything; arguments and errors as in `backtest.kernel.simulate`.

    It runs the very code that `simulate` runs, with room for the trades.
    """
    stop = prepared.market.n_bars if stop is None else stop
    check_arguments(prepared, signals, start, stop, initial_capital, n_blocks)
    workspace = Workspace(prepared.market.n_bars)
    # An entry fills at the open of a bar, so there cannot be more trades than bars.
    rows = np.empty((prepared.market.n_bars, N_TRADE_COLUMNS))
    change = workspace.no_change(stop)
    result, n_trades = run_kernel(
        prepared, signals, risk, (start, stop), initial_capital, n_blocks, workspace, change, rows
    )
    equity = initial_capital + np.cumsum(result.equity_change)
    return Trace(result, equity, _trades(rows[:n_trades]))


def _trades(rows: FloatArray) -> Trades:
    return Trades(
        entry_bar=rows[:, 0].astype(np.int64),
        exit_bar=rows[:, 1].astype(np.int64),
        side=rows[:, 2].astype(np.int64),
        quantity=rows[:, 3].copy(),
        entry_price=rows[:, 4].copy(),
        exit_price=rows[:, 5].copy(),
        fees=rows[:, 6].copy(),
        funding=rows[:, 7].copy(),
        profit=rows[:, 8].copy(),
        reason=tuple(REASONS[int(code)] for code in rows[:, 9]),
    )
