"""A client of the venue's WebSocket that comes back by itself and says what it may have missed.

It knows of feeds no more than their names and what `parse` makes of their messages, so that feeds of a market and
those of a user are alike to it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, InvalidURI, WebSocketException

from data.clock import Clock
from data.errors import ConfigError, DataError
from data.hyperliquid.allowance import Allowance
from data.hyperliquid.backoff import Backoff
from data.hyperliquid.events import Complained, Connected, Event, Heard, Lost, StreamCounts, Unreachable
from data.hyperliquid.frames import MAX_FRAME_BYTES, Acknowledgement, Complaint, Frame, Pong, Unknown, parse_frame
from data.hyperliquid.line import Line
from data.hyperliquid.subscriptions import Subscription
from data.shown import inert_line, shown

MOST_SUBSCRIPTIONS = 1_000
"""Of one address at the venue."""
OPEN_S, CLOSE_S = 10.0, 1.0
"""Real time for a connection to open, and for the venue to agree that it ends."""


class VenueStream:
    """Messages of the venue, and news of the connection, one after another.

    Parameters
    ----------
    url
        Of the venue's HTTP interface, or of one that is simulated; the WebSocket is below it.
    subscriptions
        Feeds, asked for anew with every connection.
    clock
        Of every wait and stamp but those of opening and closing.
    allowance
        Shared by all streams of the process.
    rng
        Of the waits between attempts.
    parse
        Makes a value of a message, or raises DataError.

    Raises
    ------
    ConfigError
        If there are more subscriptions than the venue allows, or the address cannot be one.
    """

    def __init__(
        self,
        url: str,
        subscriptions: Sequence[Subscription],
        *,
        clock: Clock,
        allowance: Allowance,
        rng: np.random.Generator,
        parse: Callable[[bytes], Frame] = parse_frame,
    ) -> None:
        if not 0 < len(set(subscriptions)) <= MOST_SUBSCRIPTIONS:
            raise ConfigError(
                f"{len(set(subscriptions))} feeds are asked of the venue: allowed are 1 to {MOST_SUBSCRIPTIONS}; "
                "name fewer coins or intervals"
            )
        self._url, self._subscriptions, self._clock = websocket_url(url), tuple(dict.fromkeys(subscriptions)), clock
        self._allowance, self._backoff, self._parse = allowance, Backoff(rng), parse
        self._lost_since_ms: int | None = None
        self.counts = StreamCounts()
        self.heard_ms: int | None = None
        """When the last message came; None before the first."""

    async def events(self) -> AsyncGenerator[Event, None]:
        """Yield what happens until the caller has enough; to be closed by whoever leaves before (`aclosing`)."""
        while True:
            lasted_s, turned_away = 0.0, False
            async with self._allowance.connection():
                began_s = self._clock.seconds()
                try:
                    async with connect(
                        self._url,
                        compression=None,
                        open_timeout=OPEN_S,
                        close_timeout=CLOSE_S,
                        # The venue has pings of its own.
                        ping_interval=None,
                        max_size=MAX_FRAME_BYTES,
                    ) as socket:
                        async for event in self._conversation(socket):
                            yield event
                    lasted_s = self._clock.seconds() - began_s
                except InvalidURI as error:
                    raise ConfigError(
                        f"{shown(self._url)} is no address of a venue: {inert_line(str(error))}"
                    ) from None
                except (OSError, WebSocketException) as error:
                    turned_away = isinstance(error, InvalidStatus) and error.response.status_code == 429
                    self.counts.failures += 1
                    yield Unreachable(self._clock.now_ms(), inert_line(f"{type(error).__name__}: {error}", 200))
            await self._clock.sleep(self._backoff.after(lasted_s, turned_away=turned_away))

    async def _conversation(self, socket: ClientConnection) -> AsyncIterator[Event]:
        """Yield what one connection brings, its loss last."""
        line = Line(socket, self._subscriptions, self._clock, self._allowance)
        heard_ms = self._clock.now_ms()
        async with line:
            while (message := await line.heard()) is not None:
                heard_ms = self.heard_ms = self._clock.now_ms()
                for event in self._told(message, line, heard_ms):
                    yield event
        if self._lost_since_ms is None:
            self._lost_since_ms = heard_ms
        yield Lost(heard_ms, line.reason)

    def _told(self, message: bytes, line: Line, now_ms: int) -> Iterator[Event]:
        self.counts.frames += 1
        try:
            frame = self._parse(message)
        except DataError as error:
            self.counts.unreadable += 1
            self.counts.last_unreadable = str(error)
            return
        match frame:
            case Pong():
                return
            case Acknowledgement():
                line.acknowledgements.acknowledged(frame)
            case Complaint():
                self.counts.complaints += 1
                yield Complained(frame.text, line.acknowledgements.complained(frame))
            case Unknown():
                self.counts.unknown += 1
            case _:
                yield Heard(frame, now_ms)
        if line.acknowledgements.is_settled and not line.is_running:
            line.is_running = True
            self.counts.connections += 1
            since_ms, self._lost_since_ms = self._lost_since_ms, None
            yield Connected(now_ms, since_ms, tuple(line.acknowledgements.refused))


def websocket_url(url: str) -> str:
    """Return the address of the WebSocket that belongs to one of HTTP.

    Raises
    ------
    ConfigError
        If it is none of HTTP.
    """
    scheme, separator, rest = url.rstrip("/").partition("://")
    if scheme not in ("http", "https") or not separator or not rest:
        raise ConfigError(f"{shown(url)} is no address of a venue; give an http(s) address")
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}/ws"
