"""Where two simulations first part: at which bar, at which event, with which values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.result import ExitReason, FloatArray, Metrics, Trace, Trades

ENTRY_FIELDS = ("entry_bar", "side", "quantity", "entry_price")
EXIT_FIELDS = ("exit_bar", "reason", "exit_price", "fees", "profit")
USDC_FIELDS = ("fees", "funding", "profit")
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
TWO = ("first", "second")


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two simulators part."""

    bar: int | None
    """Bar of the market; None for what belongs to no bar."""
    event: str
    """`funding`, `entry`, `exit by stop` and the like, `mark`; for a summary what was summed up."""
    field: str
    """What differs, such as `entry_price` or `equity`."""
    first: object
    second: object
    """Values of the two simulators; None where one of them has no such event."""
    names: tuple[str, str] = TWO
    """The two simulators."""

    def __str__(self) -> str:
        place = self.event if self.bar is None else f"bar {self.bar}, {self.event}"
        return f"{place}, {self.field}: {self.names[0]} {self.first!r}, {self.names[1]} {self.second!r}"


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """What happened on which bar: the part of a trace that has a place in time."""

    start: int
    """First bar of the slice."""
    initial_capital: float
    equity: FloatArray
    """Shape (n_bars,): equity at each close, USDC."""
    trades: Trades

    @classmethod
    def of(cls, trace: Trace) -> Books:
        return cls(trace.result.start, trace.result.initial_capital, trace.equity, trace.trades)


def first_difference(a: Trace, b: Trace, tolerance: float = 1e-9, *, names: tuple[str, str] = TWO) -> Difference | None:
    """Return the first difference in time between two traces of the same slice, or None.

    Two numbers agree when they differ by at most `tolerance` times the larger of 1 and their size, or
    both are NaN; whole numbers and reasons agree when they are equal. Money is measured against the
    initial capital. Summaries, which belong to no bar, are compared last.
    """
    return first_event_difference(Books.of(a), Books.of(b), tolerance, names=names) or _summary(a, b, tolerance, names)


def first_event_difference(
    a: Books, b: Books, tolerance: float = 1e-9, *, names: tuple[str, str] = TWO
) -> Difference | None:
    """Return the first difference in time between two books of the same slice, or None; see `first_difference`."""
    if a.equity.shape != b.equity.shape:
        return Difference(None, "equity", "shape", a.equity.shape, b.equity.shape, names)
    apart = np.flatnonzero(~(np.abs(a.equity - b.equity) <= tolerance * a.initial_capital))
    mark = a.start + int(apart[0]) if apart.size else None
    trade = _first_trade(a, b, tolerance, mark, names)
    if mark is None or (trade is not None and trade.bar is not None and trade.bar <= mark):
        # The mark is the last event of a bar.
        return trade
    return Difference(mark, "mark", "equity", _equity_at(a, mark), _equity_at(b, mark), names)


def _first_trade(a: Books, b: Books, tolerance: float, mark: int | None, names: tuple[str, str]) -> Difference | None:
    """Round trips follow one another, so that the first pair that differs holds the first event that does."""
    fields = (*ENTRY_FIELDS, "funding", *EXIT_FIELDS)
    apart = np.array([_apart(a, b, name, tolerance) for name in fields])
    places = np.flatnonzero(apart.any(axis=0))
    if places.size:
        i = int(places[0])
        # Those of the entry first.
        differing = [name for name, is_apart in zip(fields, apart[:, i], strict=True) if is_apart]
        return _first_event(a, b, i, differing, mark, names)
    return _missing_trade(a.trades, b.trades, names)


def _apart(a: Books, b: Books, name: str, tolerance: float) -> NDArray[np.bool_]:
    """Return for each pair of round trips whether they differ in a field."""
    n = min(len(a.trades), len(b.trades))
    x, y = getattr(a.trades, name)[:n], getattr(b.trades, name)[:n]
    if name == "reason":
        return np.array([first is not second for first, second in zip(x, y, strict=True)], dtype=np.bool_)
    scale = a.initial_capital if name in USDC_FIELDS else np.maximum(np.abs(x), np.abs(y))
    agree: NDArray[np.bool_] = np.abs(x - y) <= tolerance * scale
    return ~agree


def _first_event(
    a: Books, b: Books, i: int, differing: list[str], mark: int | None, names: tuple[str, str]
) -> Difference:
    name = differing[0]
    if name == "funding" and "exit_bar" in differing:
        # Held longer, paid longer: the exit that one of them lacks tells more.
        name = "exit_bar"
    x, y = getattr(a.trades, name)[i], getattr(b.trades, name)[i]
    first, second = (x.value, y.value) if isinstance(x, ExitReason) else (x.item(), y.item())
    if name in ENTRY_FIELDS:
        bar = min(int(a.trades.entry_bar[i]), int(b.trades.entry_bar[i]))
        return Difference(bar, "entry", name, first, second, names)
    ended = a.trades if a.trades.exit_bar[i] <= b.trades.exit_bar[i] else b.trades
    bar = int(ended.exit_bar[i])
    if name == "funding":
        if mark is not None and int(a.trades.entry_bar[i]) < mark < bar:
            # Paid before the exit that sums it up: the equities part at the settlement.
            return Difference(mark, "funding", "equity", _equity_at(a, mark), _equity_at(b, mark), names)
        return Difference(bar, "funding", name, first, second, names)
    return Difference(bar, f"exit by {ended.reason[i].value}", name, first, second, names)


def _missing_trade(a: Trades, b: Trades, names: tuple[str, str]) -> Difference | None:
    if len(a) == len(b):
        return None
    i, longer = min(len(a), len(b)), a if len(a) > len(b) else b
    bar = int(longer.entry_bar[i])
    first, second = (bar, None) if longer is a else (None, bar)
    return Difference(bar, "entry", "entry_bar", first, second, names)


def _equity_at(books: Books, bar: int) -> float:
    return float(books.equity[bar - books.start])


def _summary(a: Trace, b: Trace, tolerance: float, names: tuple[str, str]) -> Difference | None:
    first, second = a.result, b.result
    if first.failure != second.failure:
        return Difference(None, "result", "failure", first.failure, second.failure, names)
    if first.counts != second.counts:
        return Difference(None, "result", "counts", first.counts, second.counts, names)
    for name in METRIC_FIELDS:
        x, y = getattr(first.metrics, name), getattr(second.metrics, name)
        if not _close(x, y, tolerance + (_calmar_rounding(first.metrics) if name == "calmar" else 0.0)):
            return Difference(None, "metrics", name, x, y, names)
    for i, (x, y) in enumerate(zip(first.block_log_returns, second.block_log_returns, strict=True)):
        if not _close(float(x), float(y), tolerance):
            return Difference(None, "blocks", f"block {i}", float(x), float(y), names)
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
