"""Messages of the venue's WebSocket, one `Frame` each: acknowledgements, complaints and what was subscribed to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field, TypeAdapter

from data.errors import DataError
from data.hyperliquid.fields import (
    ADVICE,
    MAX_ROWS,
    Coin,
    Count,
    IsBuy,
    Price,
    Quantity,
    Rows,
    TimeMs,
    checked,
    one_of,
)
from data.hyperliquid.wire import AssetContext, BestBidOffer, Candle, PossibleCandle
from data.plain_json import parse_plain_json
from data.shown import inert_line, shown

MAX_FRAME_BYTES = 4 * 1024 * 1024
"""More than ten times the largest message that was ever recorded."""
GREETING = "Websocket connection established."
"""What the venue's own client expects to be told once, before any message."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The venue has begun, or ended, a subscription."""

    method: Annotated[str, one_of(("subscribe", "unsubscribe"))]
    subscription: dict[str, Any]

    def confirms(self, asked: Mapping[str, Any]) -> bool:
        """Return whether this is the answer to `asked`, to which the venue may have added items."""
        return bool(asked) and all(key in self.subscription and self.subscription[key] == asked[key] for key in asked)


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the venue finds wrong with a message of ours."""

    text: str


@dataclass(frozen=True, slots=True)
class AllMids:
    """The middle of every book, by coin."""

    mids: Annotated[dict[Coin, Price], Field(max_length=MAX_ROWS)]


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade, told once for both sides."""

    coin: Coin
    time_ms: Annotated[TimeMs, Field(validation_alias="time")]
    price: Annotated[Price, Field(validation_alias="px")]
    size: Annotated[Quantity, Field(validation_alias="sz")]
    is_buy: Annotated[IsBuy, Field(validation_alias="side")]
    """Whether the one who came to the book bought."""
    trade_id: Annotated[Count, Field(validation_alias="tid")]


@dataclass(frozen=True, slots=True)
class Trades:
    """Trades of one message."""

    trades: list[Trade]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message of a channel that is not read here; its text is not kept."""

    channel: str
    """Fit for a message of ours."""


Frame: TypeAlias = (
    Acknowledgement | Pong | Complaint | Candle | AssetContext | BestBidOffer | AllMids | Trades | Unknown
)


def _uncrossed(book: BestBidOffer) -> BestBidOffer:
    if book.bid is not None and book.ask is not None and book.bid.price >= book.ask.price:
        raise ValueError(f"bid {book.bid.price} is not below ask {book.ask.price}")
    return book


_CANDLE: TypeAdapter[Candle] = TypeAdapter(PossibleCandle)
_CONTEXT = TypeAdapter(AssetContext)
_CONTEXT_DATA: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
_BOOK: TypeAdapter[BestBidOffer] = TypeAdapter(Annotated[BestBidOffer, AfterValidator(_uncrossed)])
_MIDS = TypeAdapter(AllMids)
_TRADES: TypeAdapter[list[Trade]] = TypeAdapter(Rows[Trade])
_ACKNOWLEDGEMENT = TypeAdapter(Acknowledgement)
_TEXT = TypeAdapter(str)


def _context(data: object, what: str) -> AssetContext:
    outer = checked(_CONTEXT_DATA, data, what)
    inner = checked(_CONTEXT_DATA, outer.get("ctx"), f"{what}.ctx")
    return checked(_CONTEXT, {**inner, "coin": outer.get("coin")}, f"{what}.ctx")


_READERS: dict[str, Callable[[object, str], Frame]] = {
    "subscriptionResponse": lambda data, what: checked(_ACKNOWLEDGEMENT, data, what),
    "pong": lambda _data, _what: Pong(),
    "error": lambda data, what: Complaint(inert_line(checked(_TEXT, data, what), 400)),
    "candle": lambda data, what: checked(_CANDLE, data, what),
    "activeAssetCtx": _context,
    "bbo": lambda data, what: checked(_BOOK, data, what),
    "allMids": lambda data, what: checked(_MIDS, data, what),
    "trades": lambda data, what: Trades(checked(_TRADES, data, what)),
}


def parse_frame(text: str | bytes) -> Frame:
    """Return what one message says.

    Raises
    ------
    DataError
        If it is too large, no JSON, no message of the venue, or says something impossible.
    """
    if len(text) > MAX_FRAME_BYTES:
        raise DataError(f"message: received {len(text)} bytes, allowed are {MAX_FRAME_BYTES}; {ADVICE}")
    if text in (GREETING, GREETING.encode()):
        return Unknown("a greeting")
    # A lone surrogate becomes bytes that are no UTF-8, and is refused as such.
    content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    message = parse_plain_json(content, "message")
    channel = message.get("channel") if isinstance(message, dict) else None
    if not isinstance(channel, str):
        raise DataError(f"message: received {shown(message)}, allowed is an object with a text 'channel'; {ADVICE}")
    reader = _READERS.get(channel)
    if reader is None:
        return Unknown(inert_line(channel, 40))
    return reader(message.get("data"), f"message {channel}")
