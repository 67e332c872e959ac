"""Messages of Hyperliquid's WebSocket: what each says, and that none breaks the reader."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import DataError
from data.hyperliquid.frames import (
    MAX_FRAME_BYTES,
    Acknowledgement,
    AllMids,
    Complaint,
    Pong,
    Trade,
    Trades,
    Unknown,
    parse_frame,
)
from data.hyperliquid.wire import AssetContext, BestBidOffer, Candle, Level

AT_MS = 1_788_490_020_000
CANDLE: dict[str, Any] = {
    "t": AT_MS,
    "T": AT_MS + 59_999,
    "s": "BTC",
    "i": "1m",
    "o": "80640.0",
    "c": "80640.0",
    "h": "80641.0",
    "l": "80639.0",
    "v": "2.20493",
    "n": 61,
}
CONTEXT: dict[str, Any] = {
    "funding": "0.0000052974",
    "openInterest": "36295.80812",
    "prevDayPx": "77759.0",
    "dayNtlVlm": "4490636699.3287734985",
    "premium": None,
    "oraclePx": "80684.7",
    "markPx": "80640.0",
    "midPx": None,
    "impactPxs": None,
}
BID, ASK = {"px": "80639.0", "sz": "0.00186", "n": 2}, {"px": "80640.0", "sz": "13.74589", "n": 46}
BOOK: dict[str, Any] = {"coin": "BTC", "time": AT_MS, "bbo": [BID, ASK]}
TRADE: dict[str, Any] = {
    "coin": "BTC",
    "side": "A",
    "px": "80639.0",
    "sz": "0.00022",
    "time": AT_MS,
    "hash": "0x00",
    "tid": 1095884267920331,
    "users": ["0xbuyer", "0xseller"],
}
ACKNOWLEDGED = {"method": "subscribe", "subscription": {"type": "candle", "coin": "BTC", "interval": "1m"}}
FRAMES: dict[str, Any] = {
    "subscriptionResponse": ACKNOWLEDGED,
    "error": 'Already subscribed: {"type":"bbo"}',
    "candle": CANDLE,
    "activeAssetCtx": {"coin": "BTC", "ctx": CONTEXT},
    "bbo": BOOK,
    "allMids": {"mids": {"BTC": "80868.5", "@142": "80907.5", "PURR/USDC": "0.067131"}},
    "trades": [TRADE],
}


def frame(channel: str, data: object) -> str:
    return json.dumps({"channel": channel, "data": data})


@pytest.mark.parametrize("encode", [str, str.encode])
def test_every_kind_of_message_says_what_it_says(encode: Any) -> None:
    read = [parse_frame(encode(frame(channel, data))) for channel, data in FRAMES.items()]
    assert read == [
        Acknowledgement("subscribe", {"type": "candle", "coin": "BTC", "interval": "1m"}),
        Complaint('Already subscribed: {"type":"bbo"}'),
        Candle(AT_MS, AT_MS + 59_999, "BTC", "1m", 80640.0, 80641.0, 80639.0, 80640.0, 2.20493, 61),
        AssetContext("BTC", 0.0000052974, 36295.80812, 80640.0, None, 80684.7, None, 4490636699.3287734985),
        BestBidOffer("BTC", AT_MS, Level(80639.0, 0.00186), Level(80640.0, 13.74589)),
        AllMids({"BTC": 80868.5, "@142": 80907.5, "PURR/USDC": 0.067131}),
        Trades([Trade("BTC", AT_MS, 80639.0, 0.00022, False, 1095884267920331)]),
    ]
    assert parse_frame(encode('{"channel":"pong"}')) == Pong()


@pytest.mark.parametrize(
    ("bbo", "bid", "ask"),
    [
        ([None, ASK], None, Level(80640.0, 13.74589)),
        ([BID, None], Level(80639.0, 0.00186), None),
        ([None, None], None, None),
    ],
)
def test_a_side_of_the_book_may_be_empty(bbo: list[Any], bid: Level | None, ask: Level | None) -> None:
    assert parse_frame(frame("bbo", BOOK | {"bbo": bbo})) == BestBidOffer("BTC", AT_MS, bid, ask)


def test_an_acknowledgement_confirms_what_was_asked_whatever_the_venue_adds() -> None:
    found = parse_frame(
        frame(
            "subscriptionResponse",
            {"method": "subscribe", "subscription": {"type": "l2Book", "coin": "BTC", "n": None}},
        )
    )
    assert isinstance(found, Acknowledgement)
    assert found.confirms({"type": "l2Book", "coin": "BTC"})
    assert not found.confirms({"type": "l2Book", "coin": "ETH"})
    assert not found.confirms({"type": "l2Book", "coin": "BTC", "interval": None})
    assert not found.confirms({})


@pytest.mark.parametrize("channel", ["l2Book", "userFills", "post", "notYetInvented", "activeSpotAssetCtx"])
def test_another_channel_is_named_and_not_read(channel: str) -> None:
    assert parse_frame(frame(channel, {"NaN is in here": "NaN"})) == Unknown(channel)


def test_a_channel_of_a_stranger_is_made_harmless() -> None:
    found = parse_frame(frame("\x1b[2J" + "a" * 9_000, 1))
    assert isinstance(found, Unknown)
    assert found.channel.startswith(r"\x1b[2Jaaa")
    assert len(found.channel) < 100


def test_a_complaint_is_made_harmless() -> None:
    assert parse_frame(frame("error", "no\n\u202e\x1b[2J")) == Complaint(r"no\n\u202e\x1b[2J")


def test_the_greeting_is_no_garbage() -> None:
    assert parse_frame("Websocket connection established.") == Unknown("a greeting")
    assert parse_frame(b"Websocket connection established.") == Unknown("a greeting")


@pytest.mark.parametrize(
    ("channel", "data", "reason"),
    [
        ("candle", [CANDLE], "message candle: received a list of 1 items, allowed is an object"),
        ("candle", None, "message candle: received null, allowed is an object"),
        ("candle", CANDLE | {"h": "1.0"}, "message candle: open and close (80640.0, 80640.0) are not between"),
        ("candle", CANDLE | {"c": 80640.0}, "message candle.c: received 80640.0, allowed is a decimal number in text"),
        ("activeAssetCtx", {"coin": "BTC"}, "message activeAssetCtx.ctx: received null, allowed is an object"),
        ("activeAssetCtx", {"ctx": CONTEXT}, "message activeAssetCtx.ctx.coin: received null"),
        ("activeAssetCtx", {"coin": "BTC", "ctx": {}}, "message activeAssetCtx.ctx.funding: is missing"),
        ("bbo", BOOK | {"bbo": [ASK, BID]}, "message bbo: bid 80640.0 is not below ask 80639.0"),
        ("bbo", BOOK | {"bbo": [BID, BID]}, "message bbo: bid 80639.0 is not below ask 80639.0"),
        ("bbo", BOOK | {"bbo": [BID]}, "message bbo.bbo[1]: is missing"),
        ("bbo", BOOK | {"bbo": None}, "message bbo.bbo[0]: is missing"),
        ("bbo", BOOK | {"bbo": [BID | {"sz": "-1"}, ASK]}, "received '-1'"),
        ("allMids", {"BTC": "1.0"}, "message allMids.mids: is missing"),
        ("allMids", {"mids": {"BTC": "NaN"}}, "message allMids.mids.BTC: received 'NaN'"),
        ("allMids", {"mids": {"\x1b": "1.0"}}, r"received '\x1b', allowed is a coin's name"),
        ("trades", TRADE, "message trades: received an object of 8 items, allowed is a list"),
        ("trades", [TRADE | {"side": "buy"}], "message trades[0].side: received 'buy', allowed is"),
        ("error", {"no": "text"}, "message error: received an object of 1 items"),
        ("subscriptionResponse", {"method": "subscribe"}, "message subscriptionResponse.subscription: is missing"),
        ("subscriptionResponse", {"method": "x", "subscription": {}}, "received 'x', allowed is one of subscribe"),
    ],
)
def test_an_impossible_message_is_refused(channel: str, data: object, reason: str) -> None:
    with pytest.raises(DataError, match="message") as caught:
        parse_frame(frame(channel, data))
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "message is damaged"),
        ("<html>502 Bad Gateway</html>", "message is damaged"),
        ('{"channel":"candle","data":{"t":17', "message is damaged"),
        ('{"channel":"pong","channel":"bbo"}', "has a key twice"),
        ('{"channel":"pong","data":NaN}', "allowed are finite numbers"),
        ('{"channel":"pong","data":1e999}', "allowed are finite numbers"),
        ("[" * 200_000, "nest too deep"),
        (b"\xff\xfe\x00", "message is damaged"),
        ('"\ud800"', "message is damaged"),
        ('{"channel":"pong","data":' + "9" * 5_000 + "}", "message is damaged"),
        ("null", "message: received null, allowed is an object with a text 'channel'"),
        ("[]", "message: received a list of 0 items"),
        ("{}", "message: received an object of 0 items"),
        ('{"channel":["pong"]}', "message: received an object of 1 items"),
        ('{"channel":null}', "message: received an object of 1 items"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_garbage_is_refused(text: str | bytes, reason: str) -> None:
    with pytest.raises(DataError, match="message") as caught:
        parse_frame(text)
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_message_has_a_largest_size() -> None:
    text = '{"channel":"new","data":"' + "a" * (MAX_FRAME_BYTES - 27) + '"}'
    assert len(text) == MAX_FRAME_BYTES
    assert parse_frame(text) == Unknown("new")
    with pytest.raises(DataError, match=f"received {MAX_FRAME_BYTES + 1} bytes, allowed are {MAX_FRAME_BYTES}"):
        parse_frame(text + " ")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def answer(text: str | bytes) -> str:
    """Return the name of a frame's class, or that it was refused in words that can be shown."""
    try:
        return type(parse_frame(text)).__name__
    except DataError as error:
        return "refused" if str(error).isprintable() else "refused in dangerous words"


@given(channel=st.sampled_from([*FRAMES, "pong"]), data=JSON)
def test_no_data_breaks_the_reader(channel: str, data: object) -> None:
    assert answer(frame(channel, data)) in {"refused", "Pong", "Complaint", "Trades", "AllMids"}


@given(channel=st.sampled_from(list(FRAMES)), at=st.floats(0, 1), flipped=st.integers(1, 255))
def test_no_changed_byte_breaks_the_reader(channel: str, at: float, flipped: int) -> None:
    content = bytearray(frame(channel, FRAMES[channel]).encode())
    content[min(int(at * len(content)), len(content) - 1)] ^= flipped
    read = {"Acknowledgement", "Complaint", "Candle", "AssetContext", "BestBidOffer", "AllMids", "Trades", "Unknown"}
    assert answer(bytes(content)) in read | {"refused"}


@given(content=st.binary(max_size=200) | st.text(max_size=200))
def test_no_bytes_break_the_reader(content: str | bytes) -> None:
    assert answer(content) in {"refused", "Unknown", "Pong"}
