"""What is written down of a stream, one line each: whole bars, asset contexts, best bids and offers.

A line is the checksum of its text, a space, the text, a newline. The text is a JSON list whose first item names the
kind.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any, TypeAlias

from data.errors import DataError
from data.hyperliquid.wire import AssetContext, BestBidOffer, Candle, Level

MAX_LINE_BYTES = 1_000
"""Three times the longest line that can be ours."""
CHECKSUM_DIGITS = 8

Told: TypeAlias = Candle | AssetContext | BestBidOffer


@dataclass(frozen=True, slots=True)
class Record:
    """Something that the venue told, and when it came."""

    received_ms: int
    """UTC milliseconds, by the venue's clock as far as it is known here."""
    told: Told


def encode(record: Record) -> bytes:
    """Return the line of a record."""
    told = record.told
    match told:
        case Candle():
            values: tuple[Any, ...] = ("bar", record.received_ms, *astuple(told))
        case AssetContext():
            values = ("context", record.received_ms, *astuple(told))
        case BestBidOffer():
            values = ("quote", record.received_ms, told.coin, told.time_ms, *_side(told.bid), *_side(told.ask))
    text = json.dumps(values, separators=(",", ":"), allow_nan=False).encode()
    return b"%08x %b\n" % (zlib.crc32(text), text)


def decode(line: bytes) -> Record:
    """Return the record of a line.

    Raises
    ------
    DataError
        If the line is cut, changed, or none of ours.
    """
    text = line[CHECKSUM_DIGITS + 1 : -1]
    if len(line) > MAX_LINE_BYTES or not line.endswith(b"\n") or line[: CHECKSUM_DIGITS + 1] != _checksum(text):
        raise DataError("a line of the journal is cut or changed: its checksum is not that of its text")
    # What has the right checksum is what `encode` made, of this version or another.
    kind, received_ms, *values = json.loads(text)
    try:
        return Record(received_ms, _READERS[kind](*values))
    except (KeyError, TypeError, ValueError):
        raise DataError("a line of the journal was written by another version: compact it with that") from None


def _checksum(text: bytes) -> bytes:
    return b"%08x " % zlib.crc32(text)


def _side(level: Level | None) -> tuple[float | None, float | None]:
    return (None, None) if level is None else (level.price, level.size)


def _quote(coin: str, time_ms: int, *sides: float | None) -> BestBidOffer:
    bid_price, bid_size, ask_price, ask_size = sides
    return BestBidOffer(coin, time_ms, _level(bid_price, bid_size), _level(ask_price, ask_size))


def _level(price: float | None, size: float | None) -> Level | None:
    return None if price is None or size is None else Level(price, size)


_READERS: dict[str, Callable[..., Told]] = {"bar": Candle, "context": AssetContext, "quote": _quote}
