"""What the reference simulator knows: bars, an order, a position, a sleeve."""

from __future__ import annotations

import math
from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass, field
from typing import cast

from backtest.result import Counts, ExitReason
from data.market import BoolArray, FloatArray, Market

LONG = 1
SHORT = -1


@dataclass(frozen=True, slots=True)
class Bars:
    """A market as a plain loop reads it: a number of Python's at a time, from where the market's own arrays are."""

    open: Sequence[float]
    high: Sequence[float]
    low: Sequence[float]
    close: Sequence[float]
    volume: Sequence[float]
    funding_cost: Sequence[float]
    is_available: Sequence[bool]

    @classmethod
    def of(cls, market: Market) -> Bars:
        return cls(
            numbers(market.open),
            numbers(market.high),
            numbers(market.low),
            numbers(market.close),
            numbers(market.volume),
            numbers(market.funding_cost),
            _truths(market.is_available),
        )


def numbers(values: FloatArray) -> MutableSequence[float]:
    """Return an array as a sequence of floats; nothing is copied."""
    return cast("MutableSequence[float]", values.data)


def _truths(values: BoolArray) -> Sequence[bool]:
    return cast("Sequence[bool]", values.data)


@dataclass(frozen=True, slots=True)
class Order:
    """An entry decided at one close, to be filled at the next open."""

    side: int
    """LONG or SHORT."""
    exposure: float
    """Notional / sleeve equity; NaN when the sizing rule has no value."""
    stop: float | None
    """Distances are fractions of the entry price, as they hold for this entry."""
    target: float | None
    trailing: float | None


@dataclass(slots=True)
class Position:
    """An open position."""

    side: int
    quantity: float
    entry_price: float
    entry_bar: int
    leverage: int
    stop_level: float | None
    """Prices that close it; None where the strategy has no such distance."""
    target_level: float | None
    trailing: float | None
    """Distance, as a fraction of the best price."""
    entry_fee: float
    cash_after_entry_fee: float
    """What the sleeve keeps above the margin when the position is liquidated."""
    best: float
    """Highest (long) or lowest (short) of the entry price and the extremes of earlier bars since entry."""
    liquidation_level: float = math.nan
    """As of the last funding payment."""
    funding: float = 0.0
    """USDC paid so far; negative when received."""

    @property
    def margin(self) -> float:
        """USDC set aside at entry (clause 15)."""
        return self.quantity * self.entry_price / self.leverage


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """One closed position; the fields of `backtest.result.Trades`."""

    entry_bar: int
    exit_bar: int
    side: int
    quantity: float
    entry_price: float
    exit_price: float
    fees: float
    funding: float
    profit: float
    reason: ExitReason


@dataclass(slots=True)
class Sleeve:
    """Everything that changes while the bars go by."""

    cash: float
    """Initial capital plus what every fill and funding payment has changed, USDC."""
    equity: float
    """As marked last, USDC."""
    ruin: float
    """Equity at or below this is the end, USDC."""
    position: Position | None = None
    pending_exit: ExitReason | None = None
    pending_entry: Order | None = None
    is_dead: bool = False
    trades: list[RoundTrip] = field(default_factory=list)
    traded_usdc: float = 0.0
    n_bars_held: int = 0
    n_skipped: int = 0
    n_capped: int = 0

    def counts(self) -> Counts:
        reasons = [trade.reason for trade in self.trades]
        return Counts(
            n_forced=reasons.count(ExitReason.BORDER),
            n_skipped=self.n_skipped,
            n_capped=self.n_capped,
            n_liquidations=reasons.count(ExitReason.LIQUIDATION),
        )
