"""A venue that says what a test has written down, over a real socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from data.hyperliquid.subscriptions import candle_feed, quote_feed

FEEDS = (quote_feed("BTC"), candle_feed("ETH", "1m"))
QUOTE = {"coin": "BTC", "time": 1_704_067_200_000, "bbo": [None, {"px": "100.5", "sz": "2.0", "n": 1}]}

Talk = Callable[["Script"], Awaitable[None]]


class Script:
    """One connection as the venue sees it."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket

    async def asked(self) -> dict[str, Any]:
        """Return the next message of the client."""
        message: dict[str, Any] = json.loads(await self.socket.recv())
        return message

    async def say(self, channel: str, data: Any) -> None:
        await self.socket.send(json.dumps({"channel": channel, "data": data}))

    async def agree(self, asked: dict[str, Any]) -> None:
        """Acknowledge a message, with an item that the venue adds."""
        await self.say("subscriptionResponse", {**asked, "subscription": {**asked["subscription"], "more": None}})

    async def agree_to_all(self) -> None:
        for _ in FEEDS:
            await self.agree(await self.asked())


class Venue:
    """Plays one talk a connection, the last one again and again."""

    def __init__(self, talks: Iterable[Talk]) -> None:
        self._talks = list(talks)

    async def answer(self, socket: ServerConnection) -> None:
        talk = self._talks.pop(0) if len(self._talks) > 1 else self._talks[0]
        try:
            await talk(Script(socket))
        except ConnectionClosed:
            return


@asynccontextmanager
async def playing(
    *talks: Talk, refusal: Callable[[ServerConnection, Request], Response | None] | None = None
) -> AsyncIterator[str]:
    """Serve the talks and return the address."""
    venue = Venue(talks)
    async with serve(venue.answer, "127.0.0.1", 0, process_request=refusal) as server:
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


async def usual(script: Script) -> None:
    """Agree, say a quote, and listen until the client goes."""
    await script.agree_to_all()
    await script.say("bbo", QUOTE)
    while True:
        if (await script.asked()) == {"method": "ping"}:
            await script.say("pong", None)
