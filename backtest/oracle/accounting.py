"""vectorbt's books for our own orders.

vectorbt fills one order a row and knows neither margin nor funding. A bar with several fills (a reversal, an entry
stopped out at once) therefore becomes as many rows, a liquidation a fill without fee at the bankruptcy price, and cash
that pays for what margin would carry is added before and taken off after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backtest.costs import Costs
from backtest.oracle.amounts import Amounts, larger
from backtest.oracle.engine import portfolio_of_fills
from backtest.oracle.fill_rows import FillRows, cash_for_margin, defect, fill_rows
from backtest.parity import Difference
from backtest.result import Failure, IntArray, Trace
from data.market import Market

BPS = 1e-4
NAMES = ("ours", "vectorbt")


@dataclass(frozen=True, slots=True)
class OracleReport:
    """Whether two books agree."""

    agrees: bool
    """Whether every amount agrees to 1e-9, relative."""
    largest_difference: float
    """Largest relative difference; infinite when an amount is missing or not a number."""
    first_difference: Difference | None
    """The first amount in time that differs, with both values; None when all agree."""


def without_funding(market: Market) -> Market:
    """Return the same market with no settlement on any bar: vectorbt has no place for funding."""
    nothing = np.zeros(market.n_bars)
    return replace(market, funding_rate=nothing, funding_cost=nothing)


def accounting_parity(market: Market, trace: Trace, costs: Costs) -> OracleReport:
    """Replay a trace's own fills through vectorbt and compare every amount.

    Compared are fees and profit of each trade, equity at each close, its change on each bar, notional traded and net
    return. Slippage is in the fill prices already.

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
        words = Difference(None, "fills that cannot be booked", "defect", impossible, None, NAMES)
        return OracleReport(False, float("inf"), words)
    fee_rate = costs.taker_fee_bps * BPS
    rows = fill_rows(market, trace, fee_rate)
    extra = cash_for_margin(trace.trades, fee_rate)
    portfolio = portfolio_of_fills(rows, trace.result.initial_capital + extra, rows.fee_rate, 0.0)
    compared = _amounts(trace, rows, portfolio, extra)
    differences = [found for found in (item.first_difference(NAMES) for item in compared) if found is not None]
    return OracleReport(
        not differences,
        max(item.largest_difference() for item in compared),
        min(differences, key=_moment, default=None),
    )


def _moment(difference: Difference) -> float:
    """Sums over the whole slice come last; of one bar the first listed is kept, which is not the mark."""
    return float("inf") if difference.bar is None else float(difference.bar)


def _amounts(trace: Trace, rows: FillRows, portfolio: Any, extra: float) -> list[Amounts]:
    """Pair our amounts with vectorbt's; `extra` is the cash that its account holds above ours."""
    result, trades, records = trace.result, trace.trades, portfolio.exit_trades.values
    value = portfolio.value(engine="rust").to_numpy()[rows.last_row]
    # Each fill rounds vectorbt's whole account, the extra cash included.
    noise = rows.n_fills * float(np.finfo(np.float64).eps) * float(value.max())
    n_bars = _n_complete_bars(trace)
    ours, theirs = trace.equity[:n_bars], (value - extra)[:n_bars]
    bars: IntArray = result.start + np.arange(n_bars, dtype=np.int64)
    notional, fees = trades.quantity * trades.entry_price, records["entry_fees"] + records["exit_fees"]
    change = np.diff(theirs, prepend=result.initial_capital)
    exits = tuple(f"exit by {reason.value}" for reason in trades.reason)
    compared = [
        Amounts("fees", exits, trades.exit_bar, trades.fees, fees, larger(trades.fees, fees)),
        Amounts("profit", exits, trades.exit_bar, trades.profit, records["pnl"], notional),
        Amounts("equity", "mark", bars, ours, theirs, larger(ours, theirs), noise),
        Amounts("change of equity", "mark", bars, result.equity_change[:n_bars], change, larger(ours, theirs), noise),
    ]
    if result.failure is not Failure.RUINED:
        ours_traded = np.array([result.traded_usdc])
        traded = np.array([np.sum(records["size"] * (records["entry_price"] + records["exit_price"]))])
        our_return, net = np.array([result.metrics.net_return]), theirs[-1:] / result.initial_capital - 1.0
        # A net return near -1 or 0 is a small difference of numbers near 1.
        scale = np.maximum(np.abs(net), 1.0)
        compared += [
            Amounts("notional traded", "slice", None, ours_traded, traded, larger(ours_traded, traded)),
            Amounts("net return", "slice", None, our_return, net, scale, noise / result.initial_capital),
        ]
    return compared


def _n_complete_bars(trace: Trace) -> int:
    """Return how many bars from the start have all their fills among the trades."""
    if trace.result.failure is not Failure.RUINED:
        return trace.equity.size
    return int(trace.trades.exit_bar[-1]) - trace.result.start if len(trace.trades) else 0
