"""What trading earned at the prices that were quoted, and what became of it: slippage, fees, funding, net."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from backtest.result import ExitReason, Trades
from data.market import FloatArray
from organism.views.chapters.retraced import TracedSlice

AT_THE_PRICE = (ExitReason.TARGET, ExitReason.LIQUIDATION)
"""Exits that do not slip: a target is a resting order, a liquidation costs the margin."""
EVERY_COIN = "all"


@dataclass(frozen=True, slots=True)
class CostRow:
    """One coin on one slice, in USDC: gross = net + slippage + fees + funding."""

    slice: str
    coin: str
    """A coin, or `all` for their sum."""
    gross: float
    """At quoted prices, before all costs."""
    slippage: float
    """What fills were worse than quoted, at or above 0."""
    fees: float
    funding: float
    """Paid (positive) or received (negative)."""
    net: float
    capital: float
    """At the start of the slice."""
    n_trades: int
    """Round trips, forced ones included."""
    traded: float
    """Notional of all fills."""

    @property
    def share_of_gross(self) -> float | None:
        """Return the part of the gross profit that costs took; None where there was no gross profit."""
        return 1.0 - self.net / self.gross if self.gross > 0.0 else None


def cost_rows(slices: Sequence[TracedSlice]) -> tuple[CostRow, ...]:
    """Return a row for each coin of each slice, and one for all of them after the coins of a slice."""
    rows = []
    for part in slices:
        found = [
            cost_row(part.name, one.result.coin, one.trades, costs.slippage_bps, one.result.initial_capital)
            for one, costs in zip(part.traces, part.costs, strict=True)
        ]
        rows += [*found, _summed(found)]
    return tuple(rows)


def cost_row(slice_name: str, coin: str, trades: Trades, slippage_bps: float, capital: float) -> CostRow:
    """Return what the trades of one coin came to.

    A fill is the quote made worse by the slippage, `quote (1 + sign slip)` going in and `quote (1 - sign slip)` coming
    out, so that the quote is what the fill says; see docs/semantics.md.
    """
    sign, slip = trades.side.astype(np.float64), slippage_bps / 10_000.0
    slips = np.array([reason not in AT_THE_PRICE for reason in trades.reason], dtype=np.float64)
    entry = trades.entry_price / (1.0 + sign * slip)
    leave = trades.exit_price / (1.0 - sign * slip * slips)
    worse = sign * (trades.entry_price - entry) + sign * (leave - trades.exit_price)
    return CostRow(
        slice=slice_name,
        coin=coin,
        gross=_sum(sign * trades.quantity * (leave - entry)),
        slippage=_sum(trades.quantity * worse),
        fees=_sum(trades.fees),
        funding=_sum(trades.funding),
        net=_sum(trades.profit),
        capital=capital,
        n_trades=len(trades),
        traded=_sum(trades.quantity * (trades.entry_price + trades.exit_price)),
    )


def _summed(rows: Iterable[CostRow]) -> CostRow:
    listed = list(rows)
    fields = ("gross", "slippage", "fees", "funding", "net", "capital", "traded")
    sums = {field: math.fsum(getattr(row, field) for row in listed) for field in fields}
    return CostRow(slice=listed[0].slice, coin=EVERY_COIN, n_trades=sum(row.n_trades for row in listed), **sums)


def _sum(values: FloatArray) -> float:
    return math.fsum(values.tolist())
