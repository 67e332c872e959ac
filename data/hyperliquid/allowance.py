"""What the venue lets one address do over WebSockets; to be shared by all streams of a process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from data.clock import Clock
from data.hyperliquid.limiter import WeightLimiter

CONNECTIONS, CONNECTIONS_A_MINUTE, MESSAGES_A_MINUTE = 10, 30, 2_000
"""Limits of the venue for one address."""
SHARE = 0.5
"""Of the limits that one process takes for itself: others may work from the same address, or have just ended."""


class Allowance:
    """Connections at a time, new ones a minute, and messages a minute, each a share of what the venue allows.

    Parameters
    ----------
    clock
        Whose minutes count.
    share
        Of each limit.
    """

    def __init__(self, clock: Clock, share: float = SHARE) -> None:
        self._clock = clock
        self._places = asyncio.Semaphore(max(1, int(share * CONNECTIONS)))
        self._arrivals = WeightLimiter(max(1, int(share * CONNECTIONS_A_MINUTE)), clock=clock.seconds)
        self._messages = WeightLimiter(max(1, int(share * MESSAGES_A_MINUTE)), clock=clock.seconds)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[None]:
        """Wait until a connection may be opened, and hold its place for as long as the block runs."""
        async with self._places:
            await self._spend(self._arrivals)
            yield

    async def message(self) -> None:
        """Wait until a message may be sent."""
        await self._spend(self._messages)

    async def _spend(self, limiter: WeightLimiter) -> None:
        while (wait_s := limiter.wait_s(1, self._clock.seconds())) > 0:
            await self._clock.sleep(wait_s)
        limiter.spend(1, self._clock.seconds())
