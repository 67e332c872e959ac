"""vectorbt itself: its import, its books for a list of fills, and its statistics for reports."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from backtest.oracle.fill_rows import FillRows, cash_for_margin, defect, fill_rows
from backtest.result import Trace
from data import jit  # noqa: F401  (vectorbt imports numba, and the cache folder must be named before)
from data.market import FloatArray, Market

YEAR = "365 days"


@cache
def vectorbt() -> ModuleType:
    """Return the library; the first call takes seconds."""
    import vectorbt as library  # noqa: PLC0415

    return library  # type: ignore[no-any-return]


def engine_report(market: Market, trace: Trace) -> dict[str, float]:
    """Return what vectorbt says of a trace, under the names of `backtest.result.Metrics`.

    Return and ratios are vectorbt's from the equity, funding included. Trades are its own records of the fills, the
    fees and the funding of a round trip booked at its exit; forced exits count. NaN where it has no finite answer.

    Raises
    ------
    ValueError
        If the trace's fills cannot have happened.
    """
    impossible = defect(trace)
    if impossible is not None:
        raise ValueError(f"trace of {market.coin} cannot be replayed: {impossible}")
    returns = vectorbt().returns.accessors.ReturnsSRAccessor.from_value(
        pd.Series(trace.equity),
        init_value=trace.result.initial_capital,
        freq=pd.Timedelta(market.interval_ms, "ms"),
        year_freq=YEAR,
        engine="rust",
    )
    rows = fill_rows(market, trace, 0.0)
    cash = trace.result.initial_capital + cash_for_margin(trace.trades, 0.0)
    profits = portfolio_of_fills(rows, cash, 0.0, rows.booked_at_exit).exit_trades.values["pnl"]
    statistics = {
        "net_return": returns.total(),
        "sharpe": returns.sharpe_ratio(risk_free=0.0, ddof=1),
        "sortino": returns.sortino_ratio(required_return=0.0),
        "max_drawdown": -returns.max_drawdown(),
        "calmar": returns.calmar_ratio(),
        "n_trades": profits.size,
        "win_rate": np.mean(profits > 0.0) if profits.size else np.nan,
    }
    return {name: float(value) if np.isfinite(value) else float("nan") for name, value in statistics.items()}


def portfolio_of_fills(rows: FillRows, cash: float, fees: FloatArray | float, fixed_fees: FloatArray | float) -> Any:
    """Book fills of fixed amounts; leave nothing to vectorbt's settings and name the engine: a fallback raises."""
    return vectorbt().Portfolio.from_orders(
        rows.close,
        size=rows.size,
        size_type="amount",
        direction="both",
        price=rows.price,
        fees=fees,
        fixed_fees=fixed_fees,
        slippage=0.0,
        min_size=0.0,
        max_size=np.inf,
        size_granularity=np.nan,
        reject_prob=0.0,
        lock_cash=False,
        allow_partial=False,
        raise_reject=True,
        log=False,
        val_price=rows.close,
        init_cash=cash,
        cash_sharing=False,
        call_seq="default",
        ffill_val_price=True,
        update_value=False,
        max_orders=max(1, rows.n_fills),
        group_by=False,
        attach_call_seq=False,
        engine="rust",
    )
