"""The WebSocket over a real socket, with clients that are not ours."""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hyperliquid.info import Info
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from data.market import Market, Universe
from organism.venue_sim import Fault, FaultKind, FaultPlan, VenueSettings, VenueSimulator

START_MS = 1_704_067_200_000
HOUR_MS = 3_600_000
QUARTER_MS = 900_000
QUARTERS = VenueSettings(step_ms=QUARTER_MS)
CANDLES = {"type": "candle", "coin": "BTC", "interval": "1h"}

PATIENCE_S = 60.0
"""How long a test waits for what must happen."""

Serve = Callable[..., VenueSimulator]


def ask(socket: ClientConnection, message: Any) -> Any:
    socket.send(json.dumps(message))
    return heard(socket)


def heard(socket: ClientConnection) -> Any:
    return json.loads(socket.recv(timeout=5.0))


def subscribe(socket: ClientConnection, subscription: dict[str, Any]) -> None:
    answer = ask(socket, {"method": "subscribe", "subscription": subscription})
    assert answer["channel"] == "subscriptionResponse", answer


def test_the_library_hears_candles_over_its_own_websocket(serve: Serve, make_coin: Callable[..., Market]) -> None:
    """The library gives no sign of an ack: the clock moves on until the first frame is there."""
    many_hours = Universe("test", (make_coin([100.0 + hour for hour in range(1_000)]),))
    simulator = serve(many_hours, START_MS, QUARTERS)
    info = Info(simulator.url, timeout=PATIENCE_S)
    deadline = time.monotonic() + PATIENCE_S
    try:
        frames: queue.Queue[Any] = queue.Queue()
        info.subscribe(CANDLES, frames.put)
        manager = info.ws_manager
        assert manager is not None
        while simulator.counts().connections == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert simulator.counts().connections == 1
        first = None
        while first is None and time.monotonic() < deadline:
            simulator.clock.advance(QUARTER_MS)
            with suppress(queue.Empty):
                first = frames.get(timeout=0.1)
        assert first is not None
        assert (first["channel"], first["data"]["s"]) == ("candle", "BTC")
        hours, rest = divmod(first["data"]["t"] - START_MS, HOUR_MS)
        assert rest == 0
        assert START_MS <= first["data"]["t"] <= simulator.clock.now_ms()
        assert float(first["data"]["o"]) == 100.0 + max(0, hours - 1)
    finally:
        info.disconnect_websocket()
        info.session.close()


def test_a_client_hears_each_frame_of_its_feeds(serve: Serve, four_hours: Universe) -> None:
    simulator = serve(four_hours, START_MS, QUARTERS)
    with connect(simulator.websocket_url) as socket:
        assert ask(socket, {"method": "ping"}) == {"channel": "pong"}
        subscribe(socket, CANDLES)
        simulator.clock.advance(HOUR_MS)
        assert [heard(socket)["data"]["c"] for _ in range(4)] == ["99.25", "101.5", "103.75", "103.0"]
        error = ask(socket, {"method": "subscribe", "subscription": CANDLES})
        assert error["data"].startswith("Already subscribed: ")


def test_a_moving_clock_brings_frames_by_itself(serve: Serve, four_hours: Universe) -> None:
    simulator = serve(four_hours, START_MS, QUARTERS, speed=36_000.0)
    with connect(simulator.websocket_url) as socket:
        subscribe(socket, CANDLES)
        # Four hours in 0.4 s: the last frame is the last bar, complete.
        frame = heard(socket)
        while not (frame["data"]["t"] == START_MS + 3 * HOUR_MS and frame["data"]["v"] == "60.0"):
            frame = heard(socket)
        assert frame["data"]["c"] == "106.0"


def test_a_connection_that_was_sent_nothing_for_a_minute_is_closed(serve: Serve, four_hours: Universe) -> None:
    simulator = serve(four_hours, START_MS, VenueSettings(step_ms=QUARTER_MS, grace_s=0.0))
    with connect(simulator.websocket_url) as socket:
        simulator.clock.advance(50_000)
        assert ask(socket, {"method": "ping"}) == {"channel": "pong"}
        simulator.clock.advance(60_000)
        assert ask(socket, {"method": "ping"}) == {"channel": "pong"}
        simulator.clock.advance(60_001)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5.0)


def test_a_disconnect_comes_without_a_word(serve: Serve, four_hours: Universe) -> None:
    plan = FaultPlan((Fault(START_MS + QUARTER_MS, FaultKind.DISCONNECT),))
    simulator = serve(four_hours, START_MS, QUARTERS, plan)
    with connect(simulator.websocket_url) as socket:
        subscribe(socket, CANDLES)
        simulator.clock.advance(QUARTER_MS)
        with pytest.raises(ConnectionClosed) as ended:
            socket.recv(timeout=5.0)
        assert ended.value.rcvd is None  # no close frame
    assert simulator.counts().faults == {"disconnect": 1}
    with connect(simulator.websocket_url) as socket:
        subscribe(socket, CANDLES)
        simulator.clock.advance(QUARTER_MS)
        assert heard(socket)["data"]["c"] == "101.5"


def test_a_silent_connection_says_nothing_and_stays_open(serve: Serve, four_hours: Universe) -> None:
    plan = FaultPlan((Fault(START_MS + QUARTER_MS, FaultKind.SILENCE),))
    simulator = serve(four_hours, START_MS, VenueSettings(step_ms=QUARTER_MS, silence_ms=HOUR_MS), plan)
    with connect(simulator.websocket_url) as socket:
        subscribe(socket, CANDLES)
        simulator.clock.advance(QUARTER_MS)
        socket.send(json.dumps({"method": "ping"}))
        with pytest.raises(TimeoutError):
            socket.recv(timeout=0.1)
        simulator.clock.advance(HOUR_MS)
        # The frames of the silent hour are lost; this one is of the moment at which it ends.
        assert heard(socket)["data"]["t"] == START_MS + HOUR_MS


def test_no_address_holds_more_connections_than_the_venue_allows(serve: Serve, four_hours: Universe) -> None:
    simulator = serve(four_hours, START_MS, VenueSettings(connections=1, connections_a_minute=2))
    with connect(simulator.websocket_url) as socket:
        assert ask(socket, {"method": "ping"}) == {"channel": "pong"}
        with pytest.raises(InvalidStatus, match="429"):
            connect(simulator.websocket_url)
    with connect(simulator.websocket_url) as socket:
        assert ask(socket, {"method": "ping"}) == {"channel": "pong"}
    with pytest.raises(InvalidStatus, match="429"):
        connect(simulator.websocket_url)
    simulator.clock.advance(60_000)
    with connect(simulator.websocket_url) as socket:
        assert ask(socket, {"method": "ping"}) == {"channel": "pong"}
    assert simulator.counts().connections == 3


@pytest.mark.parametrize("message", [b"bytes", "x" * 70_000])
def test_a_message_that_no_client_sends_ends_the_connection(
    message: bytes | str, serve: Serve, four_hours: Universe
) -> None:
    simulator = serve(four_hours, START_MS)
    with connect(simulator.websocket_url) as socket:
        socket.send(message)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5.0)


def test_more_messages_than_allowed_end_the_connection(serve: Serve, four_hours: Universe) -> None:
    simulator = serve(four_hours, START_MS, VenueSettings(messages_a_minute=2))
    with connect(simulator.websocket_url) as socket:
        for _ in range(2):
            assert ask(socket, {"method": "ping"}) == {"channel": "pong"}
        socket.send(json.dumps({"method": "ping"}))
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5.0)
