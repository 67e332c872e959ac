"""Which bars of a stream are over, and whether the stream has told them whole.

The venue tells a candle while it develops and never says that it is over. It is over when the venue's clock is past
its end, and whole if its newest state came over the connection that still stands some seconds after that end, and that
has told something of a later moment by then: what came after a loss, or was not read yet because this process stood
still, may have been the last of it. Of two states of one candle the one with more trades is newer, since messages
have no order of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data.hyperliquid.wire import Candle
from data.intervals import interval_ms

GRACE_MS = 40_000
"""How long after its end a bar is waited for. How late a message can be is not documented; the comparison with what the
venue says over HTTP finds bars for which this was too short."""

Series = tuple[str, str]
"""Coin and interval."""


@dataclass(slots=True)
class BarCounts:
    """What has become of the candles that were heard."""

    whole: int = 0
    missed: int = 0
    """Bars that are over and were not told whole: they are asked for over HTTP."""
    repeated: int = 0
    """Messages that said what was known."""
    older: int = 0
    """Messages about a state before the one that was known."""
    late: int = 0
    """Messages about bars that were settled already."""
    strange: int = 0
    """Messages about series that nobody asked for, or bars that have not begun."""


@dataclass(slots=True)
class _Watched:
    """One series."""

    step_ms: int
    open_ms: int
    """Of the oldest bar that is not settled."""
    states: dict[int, tuple[Candle, int]]
    """By open: newest state, and the number of the connection that it came over."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Bars that are over now."""

    whole: tuple[Candle, ...]
    missed: frozenset[Series]
    """Series of which a bar at least was not told whole."""


class BarWatch:
    """Follows the candles of some series from the bars that are in progress on.

    Parameters
    ----------
    series
        Coins and intervals.
    now_ms
        Present moment by the venue's clock.
    grace_ms
        See `GRACE_MS`.
    """

    def __init__(self, series: Iterable[Series], now_ms: int, grace_ms: int = GRACE_MS) -> None:
        self._grace_ms, self._connection, self._is_up, self._told_ms = grace_ms, 0, False, 0
        self._watched: dict[Series, _Watched] = {}
        for coin, interval in series:
            step_ms = interval_ms(interval)
            self._watched[coin, interval] = _Watched(step_ms, now_ms // step_ms * step_ms, {})
        self.counts = BarCounts()

    def connected(self) -> None:
        """Note that every feed runs."""
        self._is_up = True

    def lost(self) -> None:
        """Note that the connection is gone; what is heard from now on comes over the next."""
        self._connection += 1
        self._is_up, self._told_ms = False, 0

    def told(self, moment_ms: int) -> None:
        """Note that the venue has told something of a moment over the connection that stands."""
        self._told_ms = max(self._told_ms, moment_ms)

    def hear(self, candle: Candle, now_ms: int) -> None:
        """Take up the state of a candle."""
        watched = self._watched.get((candle.coin, candle.interval))
        if watched is None or candle.open_ms > now_ms + watched.step_ms:
            self.counts.strange += 1
            return
        self.told(candle.open_ms)
        if candle.open_ms < watched.open_ms:
            self.counts.late += 1
            return
        known = watched.states.get(candle.open_ms)
        if known is not None and candle == known[0]:
            self.counts.repeated += 1
        elif known is not None and _progress(candle) < _progress(known[0]):
            self.counts.older += 1
            return
        watched.states[candle.open_ms] = (candle, self._connection)

    def settle(self, now_ms: int) -> Settled:
        """Return the bars that are over by now and were not returned before."""
        whole: list[Candle] = []
        missed: set[Series] = set()
        for series, watched in self._watched.items():
            while (end_ms := watched.open_ms + watched.step_ms) + self._grace_ms <= now_ms:
                candle, connection = watched.states.pop(watched.open_ms, (None, 0))
                has_passed = self._is_up and self._told_ms >= end_ms
                if candle is not None and has_passed and connection == self._connection:
                    whole.append(candle)
                else:
                    missed.add(series)
                    self.counts.missed += 1
                watched.open_ms += watched.step_ms
        self.counts.whole += len(whole)
        return Settled(tuple(whole), frozenset(missed))


def _progress(candle: Candle) -> tuple[int, float]:
    return candle.n_trades, candle.volume
