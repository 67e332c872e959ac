"""Candles of one coin at every interval: the newest 5,000, and the one in progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from data.market import FloatArray, IntArray, Market
from organism.venue_sim.bar_path import Prices, prices_so_far
from organism.venue_sim.buckets import bucket_ends, bucket_of, bucket_opens, is_made_of
from organism.venue_sim.chance import drawn_below
from organism.venue_sim.decimals import decimal_text

NEWEST = 5000
"""Candles of a coin and interval that the venue still has."""
MOST_TRADES = 500
"""Made-up trades of one bar of the market, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class CandleTable:
    """All candles of one interval that are complete; every array has shape (n_candles,)."""

    open_ms: IntArray
    end_ms: IntArray
    """First moment after the candle."""
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    n_trades: IntArray


class CandleBook:
    """Candles of one market.

    A candle is there where every bar of the market that it is made of is there. Bars that opened before
    `backfilled_until_ms` were never traded: they have prices, no volume and no trades, as the venue's own oldest do.
    """

    def __init__(self, market: Market, seed: int, backfilled_until_ms: int) -> None:
        self.market, self.seed = market, seed
        traded = market.time_ms >= backfilled_until_ms
        self.volume: FloatArray = np.where(traded, market.volume, 0.0)
        counts = 1 + drawn_below(MOST_TRADES, seed, f"trades {market.coin}", market.time_ms)
        self.n_trades: IntArray = np.where(self.volume > 0.0, counts, 0)
        self._tables: dict[str, CandleTable] = {}

    def between(self, interval: str, start_ms: int, end_ms: int, now_ms: int) -> list[dict[str, Any]]:
        """Return the candles that share a moment with [start, end] and are among the newest, oldest first."""
        if not is_made_of(interval, self.market.interval_ms) or now_ms < 1:
            return []
        table = self._table(interval)
        n_complete = int(np.searchsorted(table.end_ms, now_ms, side="right"))
        current = self._in_progress(interval, now_ms)
        oldest = max(0, n_complete + (current is not None) - NEWEST)
        first = max(oldest, int(np.searchsorted(table.end_ms, start_ms, side="right")))
        last = min(n_complete, int(np.searchsorted(table.open_ms, end_ms, side="right")))
        rows = self._rows(interval, table, first, last)
        if current is not None and current["t"] <= end_ms and current["T"] >= start_ms:
            rows.append(current)
        return rows

    def at(self, interval: str, now_ms: int) -> dict[str, Any] | None:
        """Return the candle of the moment just before `now_ms`, as far as it has come; None where there is none."""
        open_ms, end_ms = bucket_of(now_ms - 1, interval)
        if end_ms > now_ms:
            return self._in_progress(interval, now_ms)
        table = self._table(interval)
        place = int(np.searchsorted(table.open_ms, open_ms))
        rows = self._rows(interval, table, place, place + 1)
        return rows[0] if rows and rows[0]["t"] == open_ms else None

    def _rows(self, interval: str, table: CandleTable, first: int, last: int) -> list[dict[str, Any]]:
        if first >= last:
            return []
        part = slice(first, last)
        columns = zip(
            table.open_ms[part].tolist(),
            table.end_ms[part].tolist(),
            table.open[part].tolist(),
            table.high[part].tolist(),
            table.low[part].tolist(),
            table.close[part].tolist(),
            table.volume[part].tolist(),
            table.n_trades[part].tolist(),
            strict=True,
        )
        return [
            self._row(interval, opened, end, Prices(*prices), volume, n_trades)
            for opened, end, *prices, volume, n_trades in columns
        ]

    def _row(
        self, interval: str, open_ms: int, end_ms: int, prices: Prices, volume: float, n_trades: int
    ) -> dict[str, Any]:
        return {
            "t": open_ms,
            "T": end_ms - 1,
            "s": self.market.coin,
            "i": interval,
            "o": decimal_text(prices.open),
            "c": decimal_text(prices.close),
            "h": decimal_text(prices.high),
            "l": decimal_text(prices.low),
            "v": decimal_text(volume),
            "n": n_trades,
        }

    def _in_progress(self, interval: str, now_ms: int) -> dict[str, Any] | None:
        """Return the candle that has begun and is not over, made of what has passed; None before any has."""
        market = self.market
        open_ms, end_ms = bucket_of(now_ms - 1, interval)
        if end_ms <= now_ms:
            return None
        first = int(np.searchsorted(market.time_ms, open_ms))
        last = int(np.searchsorted(market.time_ms, now_ms - 1, side="right")) - 1
        needed = (now_ms - 1 - open_ms) // market.interval_ms + 1
        if last - first + 1 != needed or not market.is_available[first : last + 1].all():
            return None
        fraction = (now_ms - int(market.time_ms[last])) / market.interval_ms
        newest = prices_so_far(prices_at(market, last), fraction)
        closed = slice(first, last)
        prices = Prices(
            float(market.open[first]),
            max([newest.high, *market.high[closed].tolist()]),
            min([newest.low, *market.low[closed].tolist()]),
            newest.close,
        )
        volume = float(self.volume[closed].sum() + self.volume[last] * min(fraction, 1.0))
        n_newest = int(self.n_trades[last])
        n_trades = int(self.n_trades[closed].sum()) + (max(1, int(n_newest * fraction)) if n_newest else 0)
        return self._row(interval, open_ms, end_ms, prices, volume, n_trades)

    def _table(self, interval: str) -> CandleTable:
        if interval not in self._tables:
            self._tables[interval] = self._made(interval)
        return self._tables[interval]

    def _made(self, interval: str) -> CandleTable:
        market = self.market
        bucket = bucket_opens(market.time_ms, interval)
        starts = np.flatnonzero(np.concatenate(([True], bucket[1:] != bucket[:-1])))
        opens = bucket[starts]
        ends = bucket_ends(opens, interval)
        n_there = np.add.reduceat(market.is_available.astype(np.int64), starts)
        whole = n_there * market.interval_ms == ends - opens
        lasts = np.concatenate((starts[1:], [market.n_bars])) - 1
        return CandleTable(
            open_ms=opens[whole],
            end_ms=ends[whole],
            open=market.open[starts][whole],
            high=np.maximum.reduceat(market.high, starts)[whole],
            low=np.minimum.reduceat(market.low, starts)[whole],
            close=market.close[lasts][whole],
            volume=np.add.reduceat(self.volume, starts)[whole],
            n_trades=np.add.reduceat(self.n_trades, starts)[whole],
        )


def prices_at(market: Market, index: int) -> Prices:
    """Return the four prices of one bar."""
    return Prices(
        float(market.open[index]), float(market.high[index]), float(market.low[index]), float(market.close[index])
    )
