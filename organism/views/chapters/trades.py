"""Candles with the trades of a rule: days over the whole of what was judged, and bars around single trades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtest.result import Trades
from data.intervals import DAY_MS
from data.market import BoolArray, FloatArray, IntArray, Market
from organism.views.chapters.retraced import TracedSlice

MOST_TRADES, MOST_OF_ALL = 1_000, 8_000
"""Of a coin that are drawn, the newest; and of all coins together, in equal parts."""
BARS_AROUND = 24
MOST_BARS = 240
"""Of a close-up; a longer position is shown at its entry."""
SIDES = {1: "long", -1: "short"}


@dataclass(frozen=True, slots=True, eq=False)
class CandleRow:
    """Candles in order of time; a stretch without any bar has none. All of shape (n_candles,)."""

    time_ms: IntArray
    """Open of each candle, UTC milliseconds."""
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class TradeMarks:
    """Round trips in order of entry; all arrays have shape (n_trades,)."""

    slice: tuple[str, ...]
    side: IntArray
    """+1 long, -1 short."""
    entry_ms: IntArray
    """Open of the bar whose open filled the entry, UTC milliseconds."""
    exit_ms: IntArray
    """Open of the bar in which, or at whose open or close, it was left."""
    entry_price: FloatArray
    """Fill, slippage included."""
    exit_price: FloatArray
    profit: FloatArray
    """USDC after all costs."""
    fees: FloatArray
    funding: FloatArray
    """USDC paid (positive) or received."""
    reason: tuple[str, ...]
    """What closed it."""

    def __len__(self) -> int:
        return len(self.reason)


@dataclass(frozen=True, slots=True, eq=False)
class CloseUp:
    """One trade with the bars around it."""

    why: str
    """What it was chosen for: best, worst, longest, newest."""
    place: int
    """Of the trade among the marks of its coin."""
    candles: CandleRow
    is_cut: bool
    """Whether the position outlasts the bars that are drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class CoinTrades:
    """One coin over all slices that were judged."""

    coin: str
    candles: CandleRow
    """Days; of the judged slices alone."""
    marks: TradeMarks
    """Those that are drawn: the newest."""
    n_trades: int
    """All that there were."""
    close_ups: tuple[CloseUp, ...]


def coin_trades(slices: Sequence[TracedSlice]) -> tuple[CoinTrades, ...]:
    """Return candles and trades of each coin; nothing lies outside the slices."""
    if not slices:
        return ()
    return tuple(_coin(slices, place) for place in range(len(slices[-1].markets)))


def day_candles(market: Market, inside: BoolArray) -> CandleRow:
    """Return UTC days of the bars of a market that lie inside and were traded."""
    return _candles(market, np.flatnonzero(inside & market.is_available), DAY_MS)


def marks_of(part: TracedSlice, trades: Trades) -> TradeMarks:
    """Return the trades of one coin on one slice with their times."""
    return TradeMarks(
        slice=(part.name,) * len(trades),
        side=trades.side,
        entry_ms=part.time_ms[trades.entry_bar],
        exit_ms=part.time_ms[trades.exit_bar],
        entry_price=trades.entry_price,
        exit_price=trades.exit_price,
        profit=trades.profit,
        fees=trades.fees,
        funding=trades.funding,
        reason=tuple(reason.value for reason in trades.reason),
    )


def chosen(marks: TradeMarks) -> list[tuple[str, int]]:
    """Return which trades are worth a close look and why, each once: best, worst, longest, newest."""
    if not len(marks):
        return []
    wanted = (
        ("best", int(np.argmax(marks.profit))),
        ("worst", int(np.argmin(marks.profit))),
        ("longest", int(np.argmax(marks.exit_ms - marks.entry_ms))),
        ("newest", len(marks) - 1),
    )
    reasons: dict[int, list[str]] = {}
    for why, place in wanted:
        reasons.setdefault(place, []).append(why)
    return [(" and ".join(words), place) for place, words in reasons.items()]


def _coin(slices: Sequence[TracedSlice], number: int) -> CoinTrades:
    # The longest history holds every slice: a later one only has more bars.
    market = slices[-1].markets[number]
    inside = np.zeros(market.n_bars, dtype=bool)
    for part in slices:
        inside |= (market.time_ms >= part.start_ms) & (market.time_ms < part.end_ms)
    every = [marks_of(part, part.traces[number].trades) for part in slices]
    n_trades = sum(map(len, every))
    marks = _newest(every, min(MOST_TRADES, MOST_OF_ALL // len(slices[-1].markets)))
    close_ups = tuple(_close_up(market, inside, marks, why, place) for why, place in chosen(marks))
    return CoinTrades(market.coin, day_candles(market, inside), marks, n_trades, close_ups)


def _newest(every: Sequence[TradeMarks], most: int) -> TradeMarks:
    arrays = ("side", "entry_ms", "exit_ms", "entry_price", "exit_price", "profit", "fees", "funding")
    return TradeMarks(
        slice=tuple(name for marks in every for name in marks.slice)[-most:],
        reason=tuple(reason for marks in every for reason in marks.reason)[-most:],
        **{name: np.concatenate([getattr(marks, name) for marks in every])[-most:] for name in arrays},
    )


def _close_up(market: Market, inside: BoolArray, marks: TradeMarks, why: str, place: int) -> CloseUp:
    entry, leave = (int(np.searchsorted(market.time_ms, ms[place])) for ms in (marks.entry_ms, marks.exit_ms))
    first = max(0, entry - BARS_AROUND)
    last = min(market.n_bars - 1, leave + BARS_AROUND, first + MOST_BARS - 1)
    bars = np.arange(first, last + 1)
    bars = bars[inside[bars] & market.is_available[bars]]
    return CloseUp(why, place, _candles(market, bars, market.interval_ms), leave > last)


def _candles(market: Market, bars: IntArray, length_ms: int) -> CandleRow:
    """Return these bars, which are in order, put together into candles of a length."""
    place, start = np.unique(market.time_ms[bars] // length_ms, return_index=True)
    if not place.size:
        empty = np.empty(0)
        return CandleRow(place * length_ms, empty, empty, empty, empty)
    end = np.append(start[1:], bars.size) - 1
    return CandleRow(
        time_ms=place * length_ms,
        open=market.open[bars[start]],
        high=np.maximum.reduceat(market.high[bars], start),
        low=np.minimum.reduceat(market.low[bars], start),
        close=market.close[bars[end]],
    )
