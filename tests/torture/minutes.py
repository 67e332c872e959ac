"""A market by the minute, a venue that serves it, and a clock for whoever lives in the venue's time."""

from __future__ import annotations

import asyncio
import time

import numpy as np

from data.market import Instrument, Market, Universe
from organism.venue_sim import VenueClock

START_MS = 1_704_067_200_000
"""2024-01-01 00:00 UTC."""
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
LOOK_S = 0.002


def minutes(n_coins: int, hours: float, *, start_ms: int = START_MS, seed: int = 1) -> Universe:
    """Return so many coins, C00 and on, each a walk of its own in steps of a cent, from `start_ms` on."""
    n_bars = round(hours * 60)
    times = start_ms + MINUTE_MS * np.arange(n_bars, dtype=np.int64)
    return Universe("minutes", tuple([_walk(f"C{number:02d}", times, seed) for number in range(n_coins)]))


def _walk(coin: str, times: np.ndarray, seed: int) -> Market:
    rng = np.random.default_rng((seed, int(coin[1:])))
    closes = 10_000 + np.cumsum(rng.integers(-30, 31, times.size))
    opens = np.concatenate(([10_000], closes[:-1]))
    high = np.maximum(opens, closes) + rng.integers(0, 20, times.size)
    low = np.minimum(opens, closes) - rng.integers(0, 20, times.size)
    rates = rng.integers(-50, 51, times.size) / 1e7
    return Market(
        instrument=Instrument(coin=coin, venue="test", lot_size=1e-2, max_leverage=40),
        interval_ms=MINUTE_MS,
        time_ms=times,
        is_available=np.ones(times.size, dtype=np.bool_),
        open=opens / 100.0,
        high=high / 100.0,
        low=low / 100.0,
        close=closes / 100.0,
        volume=rng.integers(1, 10_000, times.size) / 100.0,
        funding_rate=rates,
        funding_cost=rates * opens / 100.0,
    )


class LivedTime:
    """The clock of a simulated venue as a `data.clock.Clock`, in its process or, by `of`, in another one.

    Parameters
    ----------
    venue
        Which may run, or stand and be moved by hand.
    """

    def __init__(self, venue: VenueClock) -> None:
        self._venue = venue

    @classmethod
    def of(cls, told_ms: int, at_s: float, speed: float) -> LivedTime:
        """Return the clock that told a moment when the machine's own, which all processes share, told another."""
        return cls(VenueClock(told_ms + round(1000.0 * speed * (time.monotonic() - at_s)), speed))

    def now_ms(self) -> int:
        return self._venue.now_ms()

    def seconds(self) -> float:
        return self._venue.now_ms() / 1000.0

    async def sleep(self, seconds: float) -> None:
        until_ms = self._venue.now_ms() + 1000.0 * seconds
        while (left_ms := until_ms - self._venue.now_ms()) > 0:
            await asyncio.sleep(max(LOOK_S, left_ms / 1000.0 / self._venue.speed) if self._venue.speed else LOOK_S)

    def pause(self, seconds: float) -> None:
        until_ms = self._venue.now_ms() + 1000.0 * seconds
        while (left_ms := until_ms - self._venue.now_ms()) > 0:
            time.sleep(max(LOOK_S, left_ms / 1000.0 / self._venue.speed) if self._venue.speed else LOOK_S)
