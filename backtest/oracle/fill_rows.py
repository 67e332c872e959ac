"""A trace's fills laid out one a row, as engines want them that fill one order a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from backtest.result import ExitReason, Trace, Trades
from data.market import FloatArray, IntArray, Market


@dataclass(frozen=True, slots=True, eq=False)
class FillRows:
    """Every array has shape (n_rows,): one row for each bar, and one more for each fill beyond its first."""

    close: FloatArray
    """Last known close; 1 before the first, where nothing can be held."""
    size: FloatArray
    """Coins, positive when bought; NaN on a row without a fill."""
    price: FloatArray
    """Price of the fill."""
    fee_rate: FloatArray
    """Fraction of the fill's notional; 0 for a liquidation."""
    booked_at_exit: FloatArray
    """USDC, fees and funding of the whole trade on the row of its exit."""
    last_row: IntArray
    """Shape (n_bars,): the last row of each bar."""

    @property
    def n_fills(self) -> int:
        return int(np.count_nonzero(np.isfinite(self.size)))


def fill_rows(market: Market, trace: Trace, fee_rate: float) -> FillRows:
    """Lay out the entries and exits of `trace`, which must have no `defect`."""
    result, trades = trace.result, trace.trades
    bars = _in_turn(trades.entry_bar, trades.exit_bar) - result.start
    n_fills = np.bincount(bars, minlength=trace.equity.size)
    n_rows = np.maximum(n_fills, 1)
    end_row = np.cumsum(n_rows)
    rank_in_bar = np.arange(bars.size) - (np.cumsum(n_fills) - n_fills)[bars]
    row = (end_row - n_rows)[bars] + rank_in_bar
    close = np.repeat(_known_close(market, result.start, result.stop), n_rows)
    is_liquidation = np.array([reason is ExitReason.LIQUIDATION for reason in trades.reason], dtype=np.bool_)
    nothing = np.zeros(len(trades))
    return FillRows(
        close=close,
        size=_placed(np.full(close.size, np.nan), row, trades.side * trades.quantity, -trades.side * trades.quantity),
        price=_placed(close, row, trades.entry_price, trades.exit_price),
        fee_rate=_placed(np.zeros(close.size), row, nothing + fee_rate, np.where(is_liquidation, 0.0, fee_rate)),
        booked_at_exit=_placed(np.zeros(close.size), row, nothing, trades.fees + trades.funding),
        last_row=end_row - 1,
    )


def cash_for_margin(trades: Trades, fee_rate: float) -> float:
    """Return USDC that, added to the capital, pays in full for every position that margin would carry."""
    gains = trades.side * trades.quantity * (trades.exit_price - trades.entry_price)
    notional = trades.quantity * (trades.entry_price + trades.exit_price)
    costs = np.maximum(notional * fee_rate, trades.fees + np.maximum(trades.funding, 0.0))
    return float(np.maximum(costs - gains, 0.0).sum() + 2.0 * notional.max(initial=0.0))


def defect(trace: Trace) -> str | None:
    """Return why these fills cannot have happened, or None."""
    result, trades = trace.result, trace.trades
    if trace.equity.shape != (result.stop - result.start,):
        return f"equity has shape {trace.equity.shape}, the slice has {result.stop - result.start} bars"
    for i in range(len(trades)):
        amounts = [float(values[i]) for values in (trades.quantity, trades.entry_price, trades.exit_price)]
        if not all(np.isfinite(amount) and amount > 0.0 for amount in amounts):
            return f"trade {i} has quantity, entry price and exit price {amounts}: allowed are finite numbers above 0"
        earliest = result.start if i == 0 else int(trades.exit_bar[i - 1])
        if not earliest <= trades.entry_bar[i] <= trades.exit_bar[i] < result.stop:
            return (
                f"trade {i} is on bars {trades.entry_bar[i]} to {trades.exit_bar[i]}, "
                f"possible is {earliest} to {result.stop - 1}"
            )
    return None


def _in_turn(entries: Any, exits: Any) -> Any:
    """Interleave shape (n_trades,) twice into (2 * n_trades,): entry, exit, entry, exit, ..."""
    return np.column_stack((entries, exits)).ravel()


def _placed(rows: FloatArray, at: IntArray, entries: FloatArray, exits: FloatArray) -> FloatArray:
    """Return a copy of `rows` with the fills' values on their rows."""
    filled = rows.copy()
    filled[at] = _in_turn(entries, exits)
    return filled


def _known_close(market: Market, start: int, stop: int) -> FloatArray:
    close = market.close[start:stop]
    last_known = np.maximum.accumulate(np.where(np.isnan(close), 0, np.arange(close.size)))
    return np.nan_to_num(close[last_known], nan=1.0)
