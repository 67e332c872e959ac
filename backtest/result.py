"""What a simulation returns: one sleeve, the same with every trade, and sleeves pooled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


RUIN_SHARE = 1e-6
"""A sleeve with at most this share of its initial capital is dead: below it, rounding would decide."""


class Failure(StrEnum):
    """Why a simulation has no Sharpe ratio; never a number."""

    RUINED = "ruined"
    """Sleeve equity fell to zero or below."""
    ZERO_VARIANCE = "zero_variance"
    """Every return is the same, most often because nothing was traded."""


class ExitReason(StrEnum):
    """What closed a trade."""

    SIGNAL = "signal"
    REVERSAL = "reversal"
    MAX_HOLD = "max_hold"
    STOP = "stop"
    TRAILING = "trailing"
    TARGET = "target"
    LIQUIDATION = "liquidation"
    BORDER = "border"
    """Forced at the end of a slice, before a hole or at delisting; does not count towards minimum trades."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Statistics of one equity curve. A statistic that does not exist is NaN."""

    net_return: float
    """Final equity / initial capital - 1."""
    sharpe: float
    """mean(r) / std(r, ddof=1) * sqrt(bars per year), flat bars included; NaN after a failure."""
    sortino: float
    """mean(r) / sqrt(mean(min(r, 0)^2)) * sqrt(bars per year); NaN without a losing bar."""
    max_drawdown: float
    """Largest fall from a peak, close to close, as a positive fraction; the initial capital is the first peak."""
    calmar: float
    """Compound annual return / max drawdown; NaN without a drawdown."""
    turnover: float
    """Traded notional a year / initial capital."""
    exposure: float
    """Share of sleeve-bars with a position after the fills at their open."""
    n_trades: int
    """Round trips closed by the strategy itself (forced ones apart)."""
    win_rate: float
    """Share of all round trips, forced ones included, with a profit after fees and funding; NaN without any."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened besides trades."""

    n_forced: int
    """Round trips closed by a border."""
    n_skipped: int
    """Orders not made: under the minimum notional, or exposure unknown."""
    n_capped: int
    """Orders cut down to the capacity limit."""
    n_liquidations: int


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One coin's sleeve over the bars [start, stop)."""

    coin: str
    start: int
    stop: int
    initial_capital: float
    """USDC in the sleeve at the open of the slice."""
    metrics: Metrics
    counts: Counts
    failure: Failure | None
    """Why Sharpe does not exist; None when it does."""
    block_log_returns: FloatArray
    """Shape (n_blocks,): sum of log(1 + r) over equal calendar blocks; NaN for a ruined sleeve."""
    equity_change: FloatArray
    """Shape (stop - start,): change of equity on each bar, USDC, what `pool` adds up; or empty, if not kept."""
    traded_usdc: float
    """Sum of the notional of all fills."""
    n_bars_held: int
    """Bars with a position after the fills at their open."""


@dataclass(frozen=True, slots=True, eq=False)
class Trades:
    """Round trips in order of entry; every array has shape (n_trades,)."""

    entry_bar: IntArray
    """Bar whose open filled the entry."""
    exit_bar: IntArray
    """Bar inside which, or at whose open or close, the exit filled."""
    side: IntArray
    """+1 long, -1 short."""
    quantity: FloatArray
    """Coins, positive."""
    entry_price: FloatArray
    """Fill price, slippage included."""
    exit_price: FloatArray
    """Fill price, slippage included; the bankruptcy price after a liquidation."""
    fees: FloatArray
    """USDC, both fills."""
    funding: FloatArray
    """USDC paid (positive) or received (negative) while held."""
    profit: FloatArray
    """USDC after fees and funding."""
    reason: tuple[ExitReason, ...]

    def __len__(self) -> int:
        return int(self.entry_bar.size)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A result with everything that led to it."""

    result: Result
    equity: FloatArray
    """Shape (stop - start,): equity at each close, USDC."""
    trades: Trades


@dataclass(frozen=True, slots=True, eq=False)
class PooledResult:
    """One rule on every coin of its universe, in equal separate sleeves."""

    sleeves: tuple[Result, ...]
    """In the order of the universe."""
    metrics: Metrics
    """From the summed equity, never from averages of the sleeves."""
    failure: Failure | None
    """RUINED if any sleeve is dead, else the failure of the summed equity."""
    block_log_returns: FloatArray
    """Shape (n_blocks,), of the summed equity."""
    returns: FloatArray
    """Shape (stop - start,): change of summed equity / summed equity one bar before."""

    @property
    def case_log_returns(self) -> FloatArray:
        """Shape (n_coins, n_blocks): log return of each sleeve in each block."""
        return np.stack([sleeve.block_log_returns for sleeve in self.sleeves])
