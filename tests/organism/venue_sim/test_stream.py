"""Messages and frames of one WebSocket, without a network."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from data.errors import ConfigError
from data.market import Market, Universe
from organism.venue_sim import Fault, FaultKind, FaultPlan, VenueSettings
from organism.venue_sim.faults import FaultDesk
from organism.venue_sim.faulty_wire import FaultyWire
from organism.venue_sim.stream import Frame, Stream
from organism.venue_sim.venue import Venue

START_MS = 1_704_067_200_000
HOUR_MS = 3_600_000
QUARTER_MS = 900_000
QUARTERS = VenueSettings(step_ms=QUARTER_MS)

CANDLES = {"type": "candle", "coin": "BTC", "interval": "1h"}


def told(stream: Stream, message: Any, now_ms: int = START_MS) -> Any:
    return json.loads(stream.receive(message if isinstance(message, str) else json.dumps(message), now_ms))


def subscribe(stream: Stream, subscription: dict[str, Any], now_ms: int = START_MS) -> Any:
    return told(stream, {"method": "subscribe", "subscription": subscription}, now_ms)


def frames(stream: Stream, now_ms: int) -> list[tuple[int, Any]]:
    return [(frame.moment_ms, json.loads(frame.text)) for frame in stream.due(now_ms)]


@pytest.fixture
def stream(four_hours: Universe) -> Stream:
    return Stream(Venue(four_hours, QUARTERS), START_MS)


def test_feeds_begin_and_end_with_an_ack(stream: Stream) -> None:
    ack = {"channel": "subscriptionResponse", "data": {"method": "subscribe", "subscription": CANDLES}}
    assert subscribe(stream, CANDLES) == ack
    assert subscribe(stream, CANDLES) == {
        "channel": "error",
        "data": 'Already subscribed: {"type":"candle","coin":"BTC","interval":"1h"}',
    }
    message = {"method": "unsubscribe", "subscription": CANDLES}
    assert told(stream, message) == {"channel": "subscriptionResponse", "data": message}
    assert told(stream, message) == {
        "channel": "error",
        "data": 'Already unsubscribed: {"type":"candle","coin":"BTC","interval":"1h"}',
    }
    assert frames(stream, START_MS + HOUR_MS) == []


def test_a_ping_is_answered(stream: Stream) -> None:
    assert told(stream, {"method": "ping"}) == {"channel": "pong"}


@pytest.mark.parametrize(
    "subscription",
    [
        {"type": "candle", "coin": "NONE", "interval": "1h"},
        {"type": "candle", "coin": "BTC", "interval": "7m"},
        {"type": "candle", "coin": "BTC"},
        {"type": "another", "coin": "BTC"},
        {},
    ],
)
def test_a_feed_that_is_none_is_refused(subscription: dict[str, Any], stream: Stream) -> None:
    shown = json.dumps(subscription, separators=(",", ":"))
    assert subscribe(stream, subscription) == {"channel": "error", "data": f"Invalid subscription {shown}"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"method":"shout"}', '{"method":"subscribe"}', "[" * 5000])
def test_a_message_that_is_none_is_refused(text: str, stream: Stream) -> None:
    answer = told(stream, text)
    assert answer["channel"] == "error"
    assert answer["data"].startswith("Error parsing JSON into valid websocket request: ")


def test_a_candle_is_told_while_it_develops_and_once_complete(stream: Stream) -> None:
    subscribe(stream, CANDLES)
    found = frames(stream, START_MS + HOUR_MS + QUARTER_MS)
    assert [moment - START_MS for moment, _ in found] == [QUARTER_MS * step for step in range(1, 6)]
    assert all(frame["channel"] == "candle" for _, frame in found)
    # See test_candles for the path; after a quarter of an hour, three quarters of the way down to 99.
    assert [frame["data"]["c"] for _, frame in found] == ["99.25", "101.5", "103.75", "103.0", "103.75"]
    final, following = found[3][1]["data"], found[4][1]["data"]
    assert [final[key] for key in "ohlcv"] == ["100.0", "104.0", "99.0", "103.0", "60.0"]
    assert following["t"] == final["t"] + HOUR_MS


def test_frames_do_not_depend_on_when_they_are_asked_for(four_hours: Universe) -> None:
    venue = Venue(four_hours, QUARTERS)
    at_once, bit_by_bit = Stream(venue, START_MS), Stream(venue, START_MS)
    for one in (at_once, bit_by_bit):
        for kind in ("candle", "bbo", "activeAssetCtx"):
            subscribe(one, {"type": kind, "coin": "BTC", "interval": "1h"})
    end_ms = START_MS + 4 * HOUR_MS
    parts = [frame for now_ms in range(START_MS, end_ms + 1, 400_000) for frame in frames(bit_by_bit, now_ms)]
    parts += frames(bit_by_bit, end_ms)
    assert parts == frames(at_once, end_ms)


def test_quotes_mids_and_contexts_have_the_venues_shapes(stream: Stream) -> None:
    for subscription in ({"type": "bbo", "coin": "BTC"}, {"type": "activeAssetCtx", "coin": "BTC"}):
        subscribe(stream, subscription)
    ack = subscribe(stream, {"type": "allMids"})
    assert ack["data"]["subscription"] == {"type": "allMids", "dex": None}
    best, context, mids = (frame for _, frame in frames(stream, START_MS + QUARTER_MS))
    assert best["channel"] == "bbo"
    assert best["data"]["time"] == START_MS + QUARTER_MS
    assert [side["px"] for side in best["data"]["bbo"]] == ["99.2", "99.3"]
    assert (context["channel"], context["data"]["coin"]) == ("activeAssetCtx", "BTC")
    assert context["data"]["ctx"]["markPx"] == "99.25"
    assert set(context["data"]["ctx"]) == {
        "funding", "openInterest", "prevDayPx", "dayNtlVlm", "premium", "oraclePx", "markPx", "midPx", "impactPxs",
        "dayBaseVlm",
    }  # fmt: skip
    assert mids == {"channel": "allMids", "data": {"mids": {"BTC": "99.25"}}}


def test_a_quote_that_has_not_changed_is_not_told_again(make_coin: Callable[..., Market]) -> None:
    flat = make_coin([100.0])
    stream = Stream(Venue(Universe("test", (flat,)), QUARTERS), START_MS + HOUR_MS)
    subscribe(stream, {"type": "bbo", "coin": "BTC"}, START_MS + HOUR_MS)
    # Sizes are drawn anew with every bar, and so the quote changes once an hour.
    found = [moment - START_MS for moment, _ in frames(stream, START_MS + 3 * HOUR_MS)]
    assert found == [HOUR_MS + QUARTER_MS, 2 * HOUR_MS, 3 * HOUR_MS]


def test_a_gap_tells_no_candle_and_empty_sides(make_coin: Callable[..., Market]) -> None:
    market = make_coin([101.0, 102.0, 103.0], available=[True, False, True])
    stream = Stream(Venue(Universe("test", (market,)), QUARTERS), START_MS + HOUR_MS)
    subscribe(stream, CANDLES)
    subscribe(stream, {"type": "bbo", "coin": "BTC"})
    found = [frame["data"] for _, frame in frames(stream, START_MS + 2 * HOUR_MS - 1)]
    assert [data["bbo"] for data in found] == [[None, None]]


def test_bars_that_a_step_does_not_divide_are_refused(four_hours: Universe) -> None:
    with pytest.raises(ConfigError, match="allowed is what divides its bars of 3600000 ms"):
        Venue(four_hours, VenueSettings(step_ms=7_000))


def passed(kind: FaultKind) -> list[list[str]]:
    """Return what is sent at each of five moments, ten seconds apart, with a fault at the second."""
    settings = VenueSettings(silence_ms=20_000, late_ms=20_000)
    wire = FaultyWire(FaultDesk(FaultPlan((Fault(20_000, kind),)), 0), settings)
    return [wire.passed(Frame(10_000 * step, str(step))) for step in range(1, 6)]


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (FaultKind.DUPLICATE, [["1"], ["2", "2"], ["3"], ["4"], ["5"]]),
        (FaultKind.LATE, [["1"], [], ["3"], ["2", "4"], ["5"]]),
        (FaultKind.REORDERED, [["1"], [], ["3", "2"], ["4"], ["5"]]),
        (FaultKind.SILENCE, [["1"], [], [], ["4"], ["5"]]),
        (FaultKind.DISCONNECT, [["1"], [], [], [], []]),
    ],
)
def test_a_fault_spoils_what_is_sent(kind: FaultKind, sent: list[list[str]]) -> None:
    assert passed(kind) == sent


def test_silence_swallows_replies_too() -> None:
    wire = FaultyWire(FaultDesk(FaultPlan((Fault(0, FaultKind.SILENCE),)), 0), VenueSettings(silence_ms=1_000))
    assert wire.passed(Frame(500, "frame")) == []
    assert wire.reply("pong", 1_499) == []
    assert wire.reply("pong", 1_500) == ["pong"]
