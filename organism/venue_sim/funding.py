"""Funding settlements of one coin, as the venue tells them: hourly, and every eight hours in its first weeks."""

from __future__ import annotations

from typing import Any

import numpy as np

from data.intervals import HOUR_MS
from data.market import FloatArray, IntArray, Market
from organism.venue_sim.chance import drawn_below
from organism.venue_sim.decimals import decimal_text
from organism.venue_sim.lifetime import Lifetime

MOST_ROWS = 500
"""Settlements in one answer."""
HOURLY_FROM_MS = 1_686_182_400_000
"""2023-06-08 00:00 UTC: settled every eight hours up to here, every hour after."""
LATEST_MS = 731
"""A settlement's time is its hour and fewer milliseconds than these."""
RATE_DECIMALS = 10
"""Of a rate, as the venue rounds it."""
INTEREST = 0.0001
"""Share of the notional for eight hours that the formula of the rate tends to."""
PULL = 0.0005
"""How far the formula moves a premium towards `INTEREST`, at most."""


class FundingHistory:
    """Settlements of one market, each at its hour and some milliseconds.

    Bars longer than an hour give each of their hours an equal part of their rate. Up to `hourly_from_ms` a
    settlement is the sum of the hours since the one before. Where the market does not know a rate there is no row.
    """

    def __init__(self, market: Market, alive: Lifetime, seed: int, hourly_from_ms: int) -> None:
        self._coin = market.coin
        hours, rates = _hourly(market, alive)
        settled, rates = _settled(hours, rates, hourly_from_ms)
        known = np.isfinite(rates)
        settled, self.rate = settled[known], np.round(rates[known], RATE_DECIMALS)
        self.time_ms: IntArray = settled + drawn_below(LATEST_MS, seed, f"funding {market.coin}", settled)

    def between(self, start_ms: int, end_ms: int, now_ms: int) -> list[dict[str, Any]]:
        """Return at most 500 settlements of [start, end] that have happened, oldest first."""
        first = int(np.searchsorted(self.time_ms, start_ms))
        last = int(np.searchsorted(self.time_ms, min(end_ms, now_ms), side="right"))
        return [self._row(index) for index in range(first, min(last, first + MOST_ROWS))]

    def latest(self, now_ms: int) -> float:
        """Return the rate of the newest settlement; what the formula tends to, an hour's part, before the first."""
        place = int(np.searchsorted(self.time_ms, now_ms, side="right")) - 1
        return float(self.rate[place]) if place >= 0 else INTEREST / 8.0

    def _row(self, index: int) -> dict[str, Any]:
        rate = float(self.rate[index])
        return {
            "coin": self._coin,
            "fundingRate": decimal_text(rate),
            "premium": decimal_text(premium_of(rate)),
            "time": int(self.time_ms[index]),
        }


def premium_of(rate: float) -> float:
    """Return a premium that the venue's formula turns into this hourly rate: 8 rate = premium +- at most `PULL`."""
    eight_hours = 8.0 * rate
    if eight_hours == INTEREST:
        return 0.0
    return round(eight_hours + (PULL if eight_hours > INTEREST else -PULL), RATE_DECIMALS)


def _hourly(market: Market, alive: Lifetime) -> tuple[IntArray, FloatArray]:
    """Return the hours of the coin's life and the rate settled at each; bar t holds those of (open[t-1], open[t]]."""
    last_ms = min(alive.until_ms, int(market.time_ms[-1]))
    hours = np.arange(-(-alive.from_ms // HOUR_MS) * HOUR_MS, last_ms + 1, HOUR_MS, dtype=np.int64)
    index = np.searchsorted(market.time_ms, hours)
    n_hours = np.bincount(index, minlength=market.n_bars)
    return hours, market.funding_rate[index] / n_hours[index]


def _settled(hours: IntArray, rates: FloatArray, hourly_from_ms: int) -> tuple[IntArray, FloatArray]:
    """Return settlements: hourly after `hourly_from_ms`, sums of up to eight hours before."""
    eight_ms = 8 * HOUR_MS
    ends = np.where(hours <= hourly_from_ms, np.minimum(-(-hours // eight_ms) * eight_ms, hourly_from_ms), hours)
    settled, place = np.unique(ends, return_inverse=True)
    sums = np.zeros(settled.size)
    np.add.at(sums, place, rates)
    # A last one whose hours are not all there has not been settled.
    happened = settled <= (hours[-1] if hours.size else 0)
    return settled[happened], sums[happened]
