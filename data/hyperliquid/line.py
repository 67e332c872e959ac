"""One connection to the venue: asks for the feeds, pings, and cuts itself off when nothing is heard."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from data.clock import Clock
from data.hyperliquid.allowance import Allowance
from data.hyperliquid.subscriptions import PING, Acknowledgements, Subscription
from data.shown import inert_line

PING_S, SILENT_S = 15.0, 30.0
"""The venue is asked whether it is there when it has said nothing for so long, and given up when it says nothing still.
It closes by itself what it has sent nothing to for 60 s."""
LOOK_S = 1.0
"""Between two looks at what is due."""
STALLED_S = 10.0
"""A look that comes so late says that this process stood still, not the venue."""


class Line:
    """A socket that is open, its feeds, and the tasks that look after it while the block runs."""

    def __init__(
        self, socket: ClientConnection, subscriptions: Sequence[Subscription], clock: Clock, allowance: Allowance
    ) -> None:
        self._socket, self._clock, self._allowance = socket, clock, allowance
        self.acknowledgements = Acknowledgements(subscriptions)
        self.is_running = False
        """Whether every feed has been settled once."""
        self.reason = "the venue closed the connection"
        """Why it ended, once it has."""
        self._alive_s = self._pinged_s = clock.seconds()
        self._is_listening = False
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    async def __aenter__(self) -> Line:
        self._tasks = (asyncio.create_task(self._speak()), asyncio.create_task(self._watch()))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception) and not isinstance(ended, ConnectionClosed):
                raise ended

    async def heard(self) -> bytes | None:
        """Return the next message, None at the end of the connection."""
        # Time in which nobody listens is no silence of the venue.
        self._alive_s, self._is_listening = self._clock.seconds(), True
        try:
            message = await self._socket.recv(decode=False)
        except ConnectionClosed as closed:
            if closed.rcvd is not None:
                self.reason = inert_line(f"the venue closed the connection: {closed.rcvd}", 200)
            return None
        finally:
            self._alive_s, self._is_listening = self._clock.seconds(), False
        return message

    async def _speak(self) -> None:
        while True:
            for one in self.acknowledgements.to_ask(self._clock.seconds()):
                await self._send(one.message())
                self.acknowledgements.asked(one, self._clock.seconds())
            now_s = self._clock.seconds()
            if now_s - max(self._alive_s, self._pinged_s) >= PING_S:
                self._pinged_s = now_s
                await self._send(PING)
            await self._clock.sleep(LOOK_S)

    async def _send(self, text: str) -> None:
        await self._allowance.message()
        await self._socket.send(text)

    async def _watch(self) -> None:
        looked_s = self._clock.seconds()
        while True:
            await self._clock.sleep(LOOK_S)
            now_s = self._clock.seconds()
            if now_s - looked_s > STALLED_S:
                # What the venue has said meanwhile is still to be read.
                self._alive_s = now_s
            looked_s = now_s
            unanswered = self.acknowledgements.unanswered(now_s)
            if unanswered is not None:
                self._cut(f"the venue does not answer to {unanswered}")
            elif self._is_listening and now_s - self._alive_s >= SILENT_S:
                self._cut(f"the venue said nothing for {now_s - self._alive_s:.0f} s")

    def _cut(self, reason: str) -> None:
        self.reason = reason
        # A half-open connection would never agree to its end.
        self._socket.transport.abort()
