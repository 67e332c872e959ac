"""Messages of a WebSocket's client, and the four market-data feeds that the simulated venue has."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter

from organism.venue_sim.requests import Coin, IntervalName


class CandleFeed(BaseModel):
    type: Literal["candle"]
    coin: Coin
    interval: IntervalName


class ContextFeed(BaseModel):
    type: Literal["activeAssetCtx"]
    coin: Coin


class BestFeed(BaseModel):
    type: Literal["bbo"]
    coin: Coin


class MidsFeed(BaseModel):
    """The ack tells the group of perpetuals even where the client did not."""

    type: Literal["allMids"]
    dex: Literal[""] | None = None


Feed = CandleFeed | ContextFeed | BestFeed | MidsFeed

FEED: TypeAdapter[Feed] = TypeAdapter(Annotated[Feed, Field(discriminator="type")])


class Ping(BaseModel):
    method: Literal["ping"]


class Change(BaseModel):
    """Begin or end a feed; which one is judged apart, as the venue has its own words for a bad one."""

    method: Literal["subscribe", "unsubscribe"]
    subscription: dict[str, Any]


MESSAGE: TypeAdapter[Ping | Change] = TypeAdapter(Annotated[Ping | Change, Field(discriminator="method")])


def compact(value: Any) -> str:
    """Return JSON without spaces, as the venue writes it."""
    return json.dumps(value, separators=(",", ":"))
