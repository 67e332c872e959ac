"""The venue on the network: `/info` and `/ws`, with its limits and what is told to go wrong."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, defaultdict

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp.typedefs import Handler

from data.shown import inert_line
from organism.venue_sim.clock import VenueClock
from organism.venue_sim.faults import FaultDesk, FaultKind, FaultPlan
from organism.venue_sim.faulty_wire import FaultyWire
from organism.venue_sim.info import JSON_TYPE, Answer, answer
from organism.venue_sim.limits import MinuteBudget, weight_of
from organism.venue_sim.stream import Stream
from organism.venue_sim.venue import Venue

MOST_BYTES = 64 * 1024
"""Of a request's body or a WebSocket message."""
LOOK_S = 0.005
"""Real time between two looks at the clock by a WebSocket that has nothing to do."""
CLOSE_S = 1.0
"""Real time that a client has to agree to the end of its WebSocket."""
LOGGER = logging.getLogger(__name__)
HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class VenueServer:
    """Handlers and counters; one event loop runs all of it."""

    def __init__(self, venue: Venue, clock: VenueClock, plan: FaultPlan) -> None:
        limits = venue.settings
        self.weights = defaultdict[str, MinuteBudget](lambda: MinuteBudget(limits.weight_a_minute))
        self.arrivals = defaultdict[str, MinuteBudget](lambda: MinuteBudget(limits.connections_a_minute))
        self.messages = defaultdict[str, MinuteBudget](lambda: MinuteBudget(limits.messages_a_minute))
        self.requests: Counter[str] = Counter()
        """Requests understood, by type."""
        self.desk = FaultDesk(plan, clock.now_ms())
        self.stopping = asyncio.Event()
        self._venue, self._clock = venue, clock
        self._open: Counter[str] = Counter()

    def application(self) -> web.Application:
        """Return the routes."""
        app = web.Application(client_max_size=MOST_BYTES, middlewares=[_told_if_left])
        app.add_routes([web.post("/info", self._info), web.get("/ws", self._websocket)])
        return app

    async def _info(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        now_ms = self._clock.now_ms()
        found = answer(self._venue, body, now_ms)
        self.requests[found.kind] += 1
        if not self.weights[request.remote or ""].spend(weight_of(found.kind, found.n_rows), now_ms):
            return web.Response(status=429, text="null", content_type=JSON_TYPE)
        return await self._delivered(request, found, self.desk.for_request(now_ms))

    async def _delivered(self, request: web.Request, found: Answer, fault: FaultKind | None) -> web.StreamResponse:
        match fault:
            case FaultKind.TIMEOUT:
                await self._held(self._venue.settings.hold_s)
                _cut(request)
                return web.Response(status=504)
            case FaultKind.SERVER_ERROR:
                return web.Response(status=502, text=HTML, content_type="text/html")
            case FaultKind.HTML:
                return web.Response(status=200, text=HTML, content_type="text/html")
            case FaultKind.TRUNCATED:
                return web.Response(status=200, text=found.body[: len(found.body) // 2], content_type=JSON_TYPE)
        return web.Response(status=found.status, text=found.body, content_type=found.content_type)

    async def _held(self, seconds: float) -> None:
        """Wait, unless the venue closes before."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        address, now_ms = request.remote or "", self._clock.now_ms()
        is_full = self._open[address] >= self._venue.settings.connections
        if is_full or not self.arrivals[address].spend(1, now_ms):
            return web.Response(status=429, text="null", content_type=JSON_TYPE)
        self._open[address] += 1
        try:
            return await self._conversation(request, address)
        finally:
            self._open[address] -= 1

    async def _conversation(self, request: web.Request, address: str) -> web.StreamResponse:
        socket = web.WebSocketResponse(max_msg_size=MOST_BYTES, timeout=CLOSE_S, compress=False)
        await socket.prepare(request)
        client = _Client(request, socket, self._venue, self.desk, self._clock)
        pump = asyncio.create_task(client.pump(self.stopping))
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT or not self.messages[address].spend(1, self._clock.now_ms()):
                    await socket.close(code=WSCloseCode.POLICY_VIOLATION)
                    break
                await client.hear(message.data)
        finally:
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)
        return socket


@web.middleware
async def _told_if_left(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say in a line that a client has gone before it was answered: its own matter, and no defect of the venue."""
    try:
        return await handler(request)
    except ConnectionError as error:
        LOGGER.warning(
            "client %s went before its %s %s was answered (%s)",
            request.remote,
            request.method,
            inert_line(request.rel_url.path, 60),
            error,
        )
        # Nobody reads it.
        return web.Response(status=400)


class _Client:
    """One WebSocket: replies at once, frames when they are due, closed when idle."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, venue: Venue, desk: FaultDesk, clock: VenueClock
    ) -> None:
        self._request, self._socket, self._clock = request, socket, clock
        self._settings = venue.settings
        self._sent_ms, self._sent_s = clock.now_ms(), time.monotonic()
        self._stream = Stream(venue, self._sent_ms)
        self._wire = FaultyWire(desk, venue.settings)
        # A reply never comes between the frames of one moment.
        self._turn = asyncio.Lock()

    async def hear(self, text: str) -> None:
        """Reply to a message; frames that were due before it go first."""
        async with self._turn:
            await self._send_due()
            now_ms = self._clock.now_ms()
            await self._send(self._wire.reply(self._stream.receive(text, now_ms), now_ms))

    async def pump(self, stopping: asyncio.Event) -> None:
        """Send what is due until the end of the connection."""
        while not stopping.is_set() and not self._socket.closed:
            async with self._turn:
                await self._send_due()
            if self._is_idle():
                break
            await asyncio.sleep(LOOK_S)
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    def _is_idle(self) -> bool:
        """Return whether nothing was sent for too long; a silence that is a fault does not count."""
        since_ms = max(self._sent_ms, self._wire.silent_until_ms)
        is_long = self._clock.now_ms() - since_ms > self._settings.idle_close_ms
        return is_long and time.monotonic() - self._sent_s >= self._settings.grace_s

    async def _send_due(self) -> None:
        for frame in self._stream.due(self._clock.now_ms()):
            await self._send(self._wire.passed(frame))
            if self._wire.is_cut:
                _cut(self._request)
                return
        await self._send(self._wire.released(self._clock.now_ms()))

    async def _send(self, texts: list[str]) -> None:
        for text in texts:
            if self._socket.closed:
                return
            # Before it is sent: what the client does about it may move the clock.
            self._sent_ms, self._sent_s = self._clock.now_ms(), time.monotonic()
            try:
                await self._socket.send_str(text)
            except ConnectionError:
                return


def _cut(request: web.Request) -> None:
    """End a connection without a word."""
    if request.transport is not None:
        request.transport.abort()
