"""The stream against a venue that does what a test tells it to, over a real socket; its minutes take milliseconds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from http import HTTPStatus

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from data.errors import ConfigError
from data.hyperliquid.allowance import Allowance
from data.hyperliquid.events import Complained, Connected, Event, Heard, Lost, Unreachable
from data.hyperliquid.frames import MAX_FRAME_BYTES
from data.hyperliquid.stream import VenueStream, websocket_url
from data.hyperliquid.subscriptions import Subscription, context_feed
from data.hyperliquid.wire import BestBidOffer
from tests.data.jumping import JumpingClock
from tests.data.scripted_venue import FEEDS, QUOTE, Script, Venue, playing, usual


def stream_of(url: str, clock: JumpingClock, feeds: tuple[Subscription, ...] = FEEDS) -> VenueStream:
    return VenueStream(url, feeds, clock=clock, allowance=Allowance(clock), rng=np.random.default_rng(1))


async def until(stream: VenueStream, is_last: Callable[[Event], bool]) -> list[Event]:
    """Return the events up to one."""
    found: list[Event] = []
    async with aclosing(stream.events()) as events:
        async with asyncio.timeout(10.0):
            async for event in events:
                found.append(event)
                if is_last(event):
                    return found
    raise AssertionError("events end with the stream alone")


def is_quote(event: Event) -> bool:
    return isinstance(event, Heard) and isinstance(event.frame, BestBidOffer)


def test_it_is_connected_once_every_feed_is_acknowledged_and_hands_on_what_is_said() -> None:
    async def talk(script: Script) -> None:
        first, second = await script.asked(), await script.asked()
        assert (first["method"], first["subscription"]) == ("subscribe", {"type": "bbo", "coin": "BTC"})
        # What is told before the last acknowledgement is heard too.
        await script.agree(second)
        await script.say("bbo", QUOTE)
        await script.agree(first)
        await script.asked()

    async def run() -> list[Event]:
        async with playing(talk) as url:
            return await until(stream_of(url, JumpingClock()), lambda event: isinstance(event, Connected))

    quote, connected = asyncio.run(run())
    assert isinstance(quote, Heard)
    assert isinstance(quote.frame, BestBidOffer)
    assert (quote.frame.coin, quote.frame.bid) == ("BTC", None)
    assert isinstance(connected, Connected)
    assert (connected.lost_since_ms, connected.refused) == (None, ())


def test_an_acknowledgement_that_does_not_come_is_asked_for_again_after_ten_seconds() -> None:
    clock, again_s = JumpingClock(), []

    async def talk(script: Script) -> None:
        await script.agree(await script.asked())
        lost, again = await script.asked(), await script.asked()
        assert lost == again
        again_s.append(clock.seconds())
        await script.agree(again)
        await script.asked()

    async def run() -> list[Event]:
        async with playing(talk) as url:
            return await until(stream_of(url, clock), lambda event: isinstance(event, Connected))

    [connected] = asyncio.run(run())
    assert isinstance(connected, Connected)
    assert again_s == [10.0]


def test_a_feed_that_is_never_acknowledged_is_a_connection_that_does_not_work() -> None:
    async def deaf(script: Script) -> None:
        await script.agree(await script.asked())
        while True:
            message = await script.asked()
            if message == {"method": "ping"}:
                await script.say("pong", None)

    clock = JumpingClock()

    async def run() -> list[Event]:
        async with playing(deaf, usual) as url:
            return await until(stream_of(url, clock), lambda event: isinstance(event, Connected))

    lost, *_, connected = asyncio.run(run())
    assert isinstance(lost, Lost)
    assert lost.reason == "the venue does not answer to candle ETH 1m"
    assert isinstance(connected, Connected)
    # Three attempts, ten seconds each, and half a second at most before the next connection.
    assert 30.0 <= clock.seconds() <= 31.0


def test_a_refused_feed_is_told_asked_for_three_times_and_lets_the_others_run() -> None:
    async def talk(script: Script) -> None:
        await script.agree(await script.asked())
        for _ in range(3):
            refused = await script.asked()
            await script.say("error", f"Invalid subscription {json.dumps(refused['subscription'])}")
        await script.asked()

    async def run() -> list[Event]:
        async with playing(talk) as url:
            return await until(stream_of(url, JumpingClock()), lambda event: isinstance(event, Connected))

    *complaints, connected = asyncio.run(run())
    assert [event.about for event in complaints if isinstance(event, Complained)] == [FEEDS[1]] * 3
    assert isinstance(connected, Connected)
    assert connected.refused == (FEEDS[1],)


def test_whoever_has_subscribed_already_is_subscribed() -> None:
    async def talk(script: Script) -> None:
        await script.agree(await script.asked())
        known = await script.asked()
        await script.say("error", f"Already subscribed: {json.dumps(known['subscription'])}")
        await script.asked()

    async def run() -> list[Event]:
        async with playing(talk) as url:
            return await until(stream_of(url, JumpingClock()), lambda event: isinstance(event, Connected))

    complained, connected = asyncio.run(run())
    assert isinstance(complained, Complained)
    assert isinstance(connected, Connected)
    assert connected.refused == ()


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\xff\xfe",
        b"",
        b'{"channel":"bbo","data":{"coin":"BTC"',
        b'{"channel":"bbo","data":{"coin":"BTC","time":"now","bbo":[]}}',
        b"[" * 5_000,
        b'{"channel":"candle","data":[]}',
        b'"Websocket"',
    ],
)
def test_nonsense_is_counted_and_changes_nothing(nonsense: bytes) -> None:
    async def talk(script: Script) -> None:
        await script.agree_to_all()
        await script.socket.send(nonsense)
        await script.socket.send(nonsense.decode("utf-8", "replace"))
        await script.say("bbo", QUOTE)
        await script.asked()

    async def run() -> VenueStream:
        async with playing(talk) as url:
            stream = stream_of(url, JumpingClock())
            assert [type(event) for event in await until(stream, is_quote)] == [Connected, Heard]
            return stream

    counts = asyncio.run(run()).counts
    assert (counts.unreadable, counts.frames, counts.connections) == (2, 5, 1)
    assert counts.last_unreadable


def test_channels_that_nobody_knows_are_counted() -> None:
    async def talk(script: Script) -> None:
        await script.agree_to_all()
        await script.socket.send("Websocket connection established.")
        await script.say("weather", {"is": "fine"})
        await script.say("bbo", QUOTE)
        await script.asked()

    async def run() -> VenueStream:
        async with playing(talk) as url:
            stream = stream_of(url, JumpingClock())
            await until(stream, is_quote)
            return stream

    assert asyncio.run(run()).counts.unknown == 2


def test_a_message_that_is_too_large_costs_the_connection_not_the_stream() -> None:
    async def giant(script: Script) -> None:
        await script.agree_to_all()
        await script.socket.send("x" * (MAX_FRAME_BYTES + 1))
        await script.asked()

    async def run() -> list[Event]:
        async with playing(giant, usual) as url:
            return await until(stream_of(url, JumpingClock()), is_quote)

    found = asyncio.run(run())
    assert [type(event) for event in found] == [Connected, Lost, Connected, Heard]


def test_silence_is_met_with_a_ping_and_then_with_a_new_connection() -> None:
    clock, pinged_s = JumpingClock(), []

    async def silent(script: Script) -> None:
        await script.agree_to_all()
        assert await script.asked() == {"method": "ping"}
        pinged_s.append(clock.seconds())
        await script.socket.wait_closed()

    async def run() -> list[Event]:
        async with playing(silent, usual) as url:
            return await until(stream_of(url, clock), is_quote)

    found = asyncio.run(run())
    connected, lost, again, _ = found
    assert isinstance(connected, Connected)
    assert isinstance(lost, Lost)
    assert isinstance(again, Connected)
    assert (pinged_s, lost.reason) == ([15.0], "the venue said nothing for 30 s")
    # Since the acknowledgements nothing was heard: from there on something may be missing.
    assert lost.since_ms == again.lost_since_ms == clock.start_ms
    assert again.at_ms - clock.start_ms >= 30_000


def test_a_venue_that_answers_pings_is_not_silent() -> None:
    clock = JumpingClock()

    async def calm(script: Script) -> None:
        await script.agree_to_all()
        for _ in range(5):
            assert await script.asked() == {"method": "ping"}
            await script.say("pong", None)
        await script.say("bbo", QUOTE)
        await script.asked()

    async def run() -> list[Event]:
        async with playing(calm) as url:
            return await until(stream_of(url, clock), is_quote)

    assert [type(event) for event in asyncio.run(run())] == [Connected, Heard]
    assert clock.seconds() == pytest.approx(75.0, abs=5.0)


def test_after_each_loss_everything_is_asked_for_again() -> None:
    async def brief(script: Script) -> None:
        await script.agree_to_all()
        await script.say("bbo", QUOTE)

    async def run() -> tuple[list[Event], VenueStream]:
        seen = 0

        def is_third(event: Event) -> bool:
            nonlocal seen
            seen += is_quote(event)
            return seen == 3

        async with playing(brief) as url:
            stream = stream_of(url, JumpingClock())
            return await until(stream, is_third), stream

    found, stream = asyncio.run(run())
    assert [type(event) for event in found] == [Connected, Heard, Lost] * 2 + [Connected, Heard]
    reasons = [event.reason for event in found if isinstance(event, Lost)]
    assert reasons == ["the venue closed the connection: 1000 (OK)"] * 2
    assert stream.counts.connections == 3


def test_a_venue_that_is_down_is_tried_until_it_is_there() -> None:
    async def run() -> list[Event]:
        async with playing(usual) as url:
            taken = url
        # Nobody is at that address now.
        stream = stream_of(taken, JumpingClock())
        found: list[Event] = []
        async with aclosing(stream.events()) as events:
            async for event in events:
                found.append(event)
                if isinstance(event, Unreachable) and len(found) == 2:
                    server = await serve(Venue([usual]).answer, "127.0.0.1", int(taken.rpartition(":")[2]))
                if is_quote(event):
                    break
        server.close()
        await server.wait_closed()
        return found

    assert [type(event) for event in asyncio.run(run())] == [Unreachable, Unreachable, Connected, Heard]


def test_whoever_is_turned_away_stays_away_longer() -> None:
    clock, tried_s = JumpingClock(), []

    def refuse(connection: ServerConnection, _request: Request) -> Response | None:
        tried_s.append(clock.seconds())
        return connection.respond(HTTPStatus.TOO_MANY_REQUESTS, "null") if len(tried_s) < 3 else None

    async def run() -> list[Event]:
        async with playing(usual, refusal=refuse) as url:
            return await until(stream_of(url, clock), is_quote)

    first, second, *_ = asyncio.run(run())
    assert isinstance(first, Unreachable)
    assert isinstance(second, Unreachable)
    assert "429" in first.reason
    # Half to all of 16 s, then of 32 s.
    assert 8.0 <= tried_s[1] - tried_s[0] <= 16.0
    assert 16.0 <= tried_s[2] - tried_s[1] <= 32.0


def test_no_minute_has_more_connections_than_half_of_what_the_venue_allows() -> None:
    clock, tried_s = JumpingClock(), []

    def note(_connection: ServerConnection, _request: Request) -> Response | None:
        tried_s.append(clock.seconds())
        return None

    async def run() -> None:
        async with playing(usual, refusal=note) as url:
            allowance = Allowance(clock)
            for _ in range(20):
                # A stream of its own each time, so that only the limit holds them back.
                stream = VenueStream(url, FEEDS, clock=clock, allowance=allowance, rng=np.random.default_rng(1))
                await until(stream, lambda event: isinstance(event, Connected))

    asyncio.run(run())
    assert len(tried_s) == 20
    # Fifteen of a minute are not held back by it, whatever seconds pass besides; the next one waits for it to end.
    assert tried_s[14] < 60.0
    assert tried_s[15] >= 60.0


@pytest.mark.parametrize("url", ["", "no address", "ftp://127.0.0.1", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="no address of a venue; give an http"):
        stream_of(url, JumpingClock())


def test_too_many_feeds_are_refused_and_a_feed_twice_is_once() -> None:
    with pytest.raises(ConfigError, match=r"1001 feeds .* allowed are 1 to 1000"):
        stream_of("http://127.0.0.1", JumpingClock(), tuple(context_feed(f"C{n}") for n in range(1_001)))
    with pytest.raises(ConfigError, match="0 feeds"):
        stream_of("http://127.0.0.1", JumpingClock(), ())
    assert websocket_url("https://api.example/") == "wss://api.example/ws"


def test_a_process_that_stood_still_does_not_take_that_for_silence() -> None:
    clock = JumpingClock()

    async def waiting(script: Script) -> None:
        await script.agree_to_all()
        assert await script.asked() == {"method": "ping"}
        # Some looks later.
        await asyncio.sleep(0.05)
        await script.say("bbo", QUOTE)
        await script.asked()

    async def run() -> list[Event]:
        async with playing(waiting) as url:
            found: list[Event] = []
            async with aclosing(stream_of(url, clock).events()) as events, asyncio.timeout(10.0):
                async for event in events:
                    found.append(event)
                    if isinstance(event, Lost) or is_quote(event):
                        return found
                    # As after an hour of sleep: the clock has gone on, and nothing was read.
                    asyncio.get_running_loop().call_later(0.01, clock.pause, 3_600.0)
        raise AssertionError("events end with the stream alone")

    assert [type(event) for event in asyncio.run(run())] == [Connected, Heard]
    assert clock.seconds() > 3_600.0
