"""The only vectorbt import: somebody else's books for our own orders, and its statistics for reports.

vectorbt fills one order a row and knows neither margin nor funding. A bar with several fills (a reversal, an entry
stopped out at once) therefore becomes as many rows, a liquidation a fill without fee at the bankruptcy price, and cash
that pays for what margin would carry is added before and taken off after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from backtest.amounts import Amounts, larger
from backtest.costs import Costs
from backtest.fill_rows import FillRows, cash_for_margin, defect, fill_rows
from backtest.result import Failure, Trace
from data import jit  # noqa: F401  (vectorbt imports numba, and the cache folder must be named before)
from data.market import FloatArray, Market

BPS = 1e-4
YEAR = "365 days"


@dataclass(frozen=True, slots=True)
class OracleReport:
    """Whether two books agree."""

    agrees: bool
    """Whether every amount agrees to 1e-9, relative."""
    largest_difference: float
    """Largest relative difference; infinite when an amount is missing or not a number."""
    first_difference: str | None
    """The first amount that differs, with both values; None when all agree."""


def without_funding(market: Market) -> Market:
    """Return the same market with no settlement on any bar: vectorbt has no place for funding."""
    nothing = np.zeros(market.n_bars)
    return replace(market, funding_rate=nothing, funding_cost=nothing)


def accounting_parity(market: Market, trace: Trace, costs: Costs) -> OracleReport:
    """Replay a trace's own fills through vectorbt and compare every amount.

    Compared are, in this order: fees and profit of each trade, equity at each close, its change on each bar, notional
    traded and net return. Slippage is in the fill prices already.

    Parameters
    ----------
    market
        The coin that was traded; its closes value the position.
    trace
        A simulation without funding, see `without_funding`. A ruined sleeve may hold a position that never became a
        trade, so only what came before the bar of its last recorded exit is compared.
    costs
        Gives the fee.

    Raises
    ------
    ValueError
        If the trace paid funding, or belongs to another coin.
    """
    if trace.result.coin != market.coin:
        raise ValueError(f"trace is of {trace.result.coin}, market is {market.coin}: give the market it was run on")
    if np.any(trace.trades.funding != 0.0):
        raise ValueError(f"trace of {market.coin} paid funding: simulate it on without_funding(market) first")
    impossible = defect(trace)
    if impossible is not None:
        return OracleReport(False, float("inf"), impossible)
    fee_rate = costs.taker_fee_bps * BPS
    rows = fill_rows(market, trace, fee_rate)
    extra = cash_for_margin(trace.trades, fee_rate)
    compared = _amounts(trace, rows, _portfolio(rows, trace.result.initial_capital + extra, rows.fee_rate, 0.0), extra)
    first = next((words for words in (item.first_difference() for item in compared) if words is not None), None)
    return OracleReport(first is None, max(item.largest_difference() for item in compared), first)


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
    returns = _vectorbt().returns.accessors.ReturnsSRAccessor.from_value(
        pd.Series(trace.equity),
        init_value=trace.result.initial_capital,
        freq=pd.Timedelta(market.interval_ms, "ms"),
        year_freq=YEAR,
        engine="rust",
    )
    rows = fill_rows(market, trace, 0.0)
    cash = trace.result.initial_capital + cash_for_margin(trace.trades, 0.0)
    profits = _portfolio(rows, cash, 0.0, rows.booked_at_exit).exit_trades.values["pnl"]
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


@cache
def _vectorbt() -> ModuleType:
    import vectorbt  # noqa: PLC0415  (takes seconds: on first use only)

    return vectorbt  # type: ignore[no-any-return]


def _portfolio(rows: FillRows, cash: float, fees: FloatArray | float, fixed_fees: FloatArray | float) -> Any:
    """Leave nothing to vectorbt's global settings; the engine is named, so that a fallback raises."""
    return _vectorbt().Portfolio.from_orders(
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


def _amounts(trace: Trace, rows: FillRows, portfolio: Any, extra: float) -> list[Amounts]:
    """Pair our amounts with vectorbt's; `extra` is the cash that its account holds above ours."""
    result, trades, records = trace.result, trace.trades, portfolio.exit_trades.values
    value = portfolio.value(engine="rust").to_numpy()[rows.last_row]
    # Each fill rounds vectorbt's whole account, the extra cash included.
    noise = rows.n_fills * float(np.finfo(np.float64).eps) * float(value.max())
    n_bars = _n_complete_bars(trace)
    ours, theirs = trace.equity[:n_bars], (value - extra)[:n_bars]
    notional, fees = trades.quantity * trades.entry_price, records["entry_fees"] + records["exit_fees"]
    change = np.diff(theirs, prepend=result.initial_capital)
    compared = [
        Amounts("fees of trade", trades.fees, fees, larger(trades.fees, fees)),
        Amounts("profit of trade", trades.profit, records["pnl"], notional),
        Amounts("equity at close of bar", ours, theirs, larger(ours, theirs), noise),
        Amounts("change of equity on bar", result.equity_change[:n_bars], change, larger(ours, theirs), noise),
    ]
    if result.failure is not Failure.RUINED:
        ours_traded = np.array([result.traded_usdc])
        traded = np.array([np.sum(records["size"] * (records["entry_price"] + records["exit_price"]))])
        net = theirs[-1:] / result.initial_capital - 1.0
        # A net return near -1 or 0 is a small difference of numbers near 1.
        scale = np.maximum(np.abs(net), 1.0)
        compared += [
            Amounts("notional traded", ours_traded, traded, larger(ours_traded, traded)),
            Amounts("net return", np.array([result.metrics.net_return]), net, scale, noise / result.initial_capital),
        ]
    return compared


def _n_complete_bars(trace: Trace) -> int:
    """Return how many bars from the start have all their fills among the trades."""
    if trace.result.failure is not Failure.RUINED:
        return trace.equity.size
    return int(trace.trades.exit_bar[-1]) - trace.result.start if len(trace.trades) else 0
