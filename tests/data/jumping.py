"""A clock that leaps to the next moment that somebody waits for, once everything that could happen before has."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

QUIET_S = 0.003
"""Real time in which a message crosses the loopback device and is read."""


class JumpingClock:
    """Seconds from 0 and milliseconds from `start_ms`; waits take a few real milliseconds and are exact."""

    def __init__(self, start_ms: int = 1_704_067_200_000) -> None:
        self.start_ms, self._now_s, self._order = start_ms, 0.0, count()
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._driver: asyncio.Task[None] | None = None

    def now_ms(self) -> int:
        return self.start_ms + round(1000.0 * self._now_s)

    def seconds(self) -> float:
        return self._now_s

    async def sleep(self, seconds: float) -> None:
        ended = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self._now_s + seconds, next(self._order), ended))
        if self._driver is None or self._driver.done():
            self._driver = asyncio.create_task(self._drive())
        await ended

    def pause(self, seconds: float) -> None:
        self._now_s += seconds

    async def _drive(self) -> None:
        while self._waiting:
            await asyncio.sleep(QUIET_S)
            until_s, _, ended = heapq.heappop(self._waiting)
            if not ended.done():
                self._now_s = max(self._now_s, until_s)
                ended.set_result(None)
