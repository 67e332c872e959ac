"""Time as an argument: whoever waits or stamps is given a clock, which tests can turn and which may run fast."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def now_ms(self) -> int:
        """Return UTC milliseconds; they may be set."""
        ...

    def seconds(self) -> float:
        """Return seconds that never run backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds of this clock without holding up the event loop."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait so many seconds of this clock, or less, in a thread that may."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def seconds(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)
