"""The price of one coin at any moment, and what the venue makes of it: book, mid, asset context."""

from __future__ import annotations

from typing import Any

import numpy as np

from data.intervals import DAY_MS
from data.market import FloatArray
from organism.venue_sim.bar_path import prices_so_far
from organism.venue_sim.candles import CandleBook, prices_at
from organism.venue_sim.chance import drawn_below
from organism.venue_sim.decimals import decimal_text, steps_around
from organism.venue_sim.funding import FundingHistory, premium_of
from organism.venue_sim.lifetime import Lifetime

BOOK_LEVELS = 20
"""Levels a side of a book."""
MOST_LOTS = 1000
"""Of one level."""


class Quotes:
    """Prices of one market, which stand at the last close where it does not trade.

    The book is made up: a step of the price grid between best bid and ask, sizes drawn. Open interest is made up
    too: as much as was traded in 24 hours.
    """

    def __init__(self, alive: Lifetime, book: CandleBook, funding: FundingHistory, size_decimals: int) -> None:
        self._alive, self._funding, self._size_decimals = alive, funding, size_decimals
        self._seed, self._market = book.seed, book.market
        market = book.market
        self._there = np.flatnonzero(market.is_available)
        self._there_ms = market.time_ms[self._there]
        volume = np.where(market.is_available, book.volume, 0.0)
        value = np.where(market.is_available, book.volume * market.close, 0.0)
        self._volume_until: FloatArray = np.concatenate(([0.0], np.cumsum(volume)))
        self._value_until: FloatArray = np.concatenate(([0.0], np.cumsum(value)))

    def price(self, now_ms: int) -> float:
        """Return the price at a moment, the last one known where nothing trades; the coin must be listed by then."""
        market = self._market
        index = int(self._there[np.searchsorted(self._there_ms, now_ms, side="right") - 1])
        fraction = (now_ms - int(market.time_ms[index])) / market.interval_ms
        return prices_so_far(prices_at(market, index), min(fraction, 1.0)).close

    def has_book(self, now_ms: int) -> bool:
        """Return whether anybody quotes: not in a gap of the history, but after its end unless that is a delisting."""
        if self._alive.is_ended and now_ms >= self._alive.until_ms:
            return False
        market = self._market
        index = int(np.searchsorted(market.time_ms, now_ms, side="right")) - 1
        return index >= 0 and bool(market.is_available[index])

    def levels(self, now_ms: int, count: int = BOOK_LEVELS) -> list[list[dict[str, Any]]]:
        """Return bids and asks, best first; both empty where nobody quotes."""
        if not self.has_book(now_ms):
            return [[], []]
        sides = steps_around(self.price(now_ms), self._size_decimals, count)
        return [
            [
                {"px": decimal_text(price), "sz": size, "n": level}
                for level, (price, size) in enumerate(zip(prices, sizes, strict=False), 1)
            ]
            for prices, sizes in zip(sides, self._sizes(now_ms, count), strict=True)
        ]

    def best(self, now_ms: int) -> list[dict[str, Any] | None]:
        """Return the best bid and ask, None where nobody quotes."""
        return [side[0] if side else None for side in self.levels(now_ms, 1)]

    def mid(self, now_ms: int) -> str:
        """Return the middle of the book, the last price where nobody quotes."""
        if not self.has_book(now_ms):
            return decimal_text(self.price(now_ms))
        bids, asks = steps_around(self.price(now_ms), self._size_decimals, 1)
        return decimal_text(round((bids[0] + asks[0]) / 2.0, 8))

    def context(self, now_ms: int) -> dict[str, Any]:
        """Return the asset context; what needs a book is None where nobody quotes."""
        market = self._market
        mark, rate = self.price(now_ms), self._funding.latest(now_ms)
        # Bars of the last 24 hours that are over.
        last = int(np.searchsorted(market.time_ms, now_ms - market.interval_ms, side="right"))
        first = int(np.searchsorted(market.time_ms, now_ms - DAY_MS))
        traded = float(self._volume_until[last] - self._volume_until[min(first, last)])
        value = float(self._value_until[last] - self._value_until[min(first, last)])
        before = max(now_ms - DAY_MS, int(self._there_ms[0]))
        premium = premium_of(rate)
        impact = None
        if self.has_book(now_ms):
            impact = [decimal_text(side[0]) for side in steps_around(mark, self._size_decimals, 1)]
        return {
            "funding": decimal_text(rate),
            "openInterest": decimal_text(max(traded, 0.0)),
            "prevDayPx": decimal_text(self.price(before)),
            "dayNtlVlm": decimal_text(max(value, 0.0)),
            "premium": decimal_text(premium) if impact else None,
            "oraclePx": decimal_text(mark / (1.0 + premium)),
            "markPx": decimal_text(mark),
            "midPx": self.mid(now_ms) if impact else None,
            "impactPxs": impact,
            "dayBaseVlm": decimal_text(max(traded, 0.0)),
        }

    def _sizes(self, now_ms: int, count: int) -> list[list[str]]:
        """Return from one to a thousand lots for each level of both sides, others with every bar."""
        first = now_ms // self._market.interval_ms * 2 * BOOK_LEVELS
        levels = first + np.arange(2 * BOOK_LEVELS, dtype=np.int64).reshape(2, -1)[:, :count]
        lots = 1 + drawn_below(MOST_LOTS, self._seed, f"sizes {self._market.coin}", levels)
        sizes = lots * 10.0**-self._size_decimals
        return [[decimal_text(round(size, self._size_decimals)) for size in side] for side in sizes.tolist()]
