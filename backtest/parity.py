"""Where two simulations first differ: which trade or bar, which field, which values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.result import Metrics, Trace

TRADE_FIELDS = (
    "entry_bar",
    "exit_bar",
    "side",
    "quantity",
    "entry_price",
    "exit_price",
    "fees",
    "funding",
    "profit",
)
EQUITY_ROUNDING = 1e-13
"""Relative rounding of an equity after some hundreds of additions."""
METRIC_FIELDS = (
    "net_return",
    "sharpe",
    "sortino",
    "max_drawdown",
    "calmar",
    "turnover",
    "exposure",
    "n_trades",
    "win_rate",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two traces part."""

    where: str
    """`trade 3`, `bar 120`, `metrics`, `counts`, `blocks`."""
    field: str
    first: object
    second: object

    def __str__(self) -> str:
        return f"{self.where}, {self.field}: {self.first!r} against {self.second!r}"


def first_difference(a: Trace, b: Trace, tolerance: float = 1e-9) -> Difference | None:
    """Return the first difference in time between two traces of the same slice, or None.

    Two numbers agree when they differ by at most `tolerance` times the larger of 1 and their size, or
    both are NaN; whole numbers and reasons agree when they are equal. Money is measured against the
    initial capital.
    """
    return _trades(a, b, tolerance) or _equity(a, b, tolerance) or _summary(a, b, tolerance)


def _trades(a: Trace, b: Trace, tolerance: float) -> Difference | None:
    capital = a.result.initial_capital
    for i in range(min(len(a.trades), len(b.trades))):
        for name in TRADE_FIELDS:
            x, y = getattr(a.trades, name)[i], getattr(b.trades, name)[i]
            scale = capital if name in ("fees", "funding", "profit") else max(abs(x), abs(y))
            if not abs(x - y) <= tolerance * scale:
                return Difference(f"trade {i}", name, x.item(), y.item())
        if a.trades.reason[i] != b.trades.reason[i]:
            return Difference(f"trade {i}", "reason", a.trades.reason[i].value, b.trades.reason[i].value)
    if len(a.trades) != len(b.trades):
        return Difference("trades", "count", len(a.trades), len(b.trades))
    return None


def _equity(a: Trace, b: Trace, tolerance: float) -> Difference | None:
    if a.equity.shape != b.equity.shape:
        return Difference("equity", "shape", a.equity.shape, b.equity.shape)
    apart = np.flatnonzero(~(np.abs(a.equity - b.equity) <= tolerance * a.result.initial_capital))
    if apart.size:
        t = int(apart[0])
        return Difference(f"bar {a.result.start + t}", "equity", float(a.equity[t]), float(b.equity[t]))
    return None


def _summary(a: Trace, b: Trace, tolerance: float) -> Difference | None:
    first, second = a.result, b.result
    if first.failure != second.failure:
        return Difference("result", "failure", first.failure, second.failure)
    if first.counts != second.counts:
        return Difference("result", "counts", first.counts, second.counts)
    for name in METRIC_FIELDS:
        x, y = getattr(first.metrics, name), getattr(second.metrics, name)
        if not _close(x, y, tolerance + (_calmar_rounding(first.metrics) if name == "calmar" else 0.0)):
            return Difference("metrics", name, x, y)
    for i, (x, y) in enumerate(zip(first.block_log_returns, second.block_log_returns, strict=True)):
        if not _close(float(x), float(y), tolerance):
            return Difference("blocks", f"block {i}", float(x), float(y))
    return None


def _calmar_rounding(metrics: Metrics) -> float:
    """Return how much of a Calmar ratio the last digits of equity decide, as a fraction of it.

    It divides by the drawdown: where that is a hundred thousandth of equity, five digits are lost.
    """
    return EQUITY_ROUNDING / metrics.max_drawdown if metrics.max_drawdown > 0.0 else 0.0


def _close(x: float, y: float, tolerance: float) -> bool:
    if x == y or (x != x and y != y):
        return True
    return abs(x - y) <= tolerance * max(1.0, abs(x), abs(y))
