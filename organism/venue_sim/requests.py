"""Bodies of `/info` that the simulated venue understands: market data only."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter

from organism.venue_sim.buckets import INTERVALS

Milliseconds = Annotated[int, Field(strict=True, ge=0, lt=2**64)]
Coin = Annotated[str, Field(strict=True, max_length=64)]
IntervalName = Literal[INTERVALS]  # type: ignore[valid-type]


class Meta(BaseModel):
    """The universe of one group of perpetuals; only the venue's own, named by nothing, is simulated."""

    type: Literal["meta"]
    dex: Literal[""] | None = None


class MetaAndContexts(BaseModel):
    type: Literal["metaAndAssetCtxs"]
    dex: Literal[""] | None = None


class SpotMeta(BaseModel):
    type: Literal["spotMeta"]


class AllMids(BaseModel):
    type: Literal["allMids"]
    dex: Literal[""] | None = None


class Book(BaseModel):
    type: Literal["l2Book"]
    coin: Coin


class Status(BaseModel):
    type: Literal["exchangeStatus"]


class CandleRange(BaseModel):
    coin: Coin
    interval: IntervalName
    start_ms: Milliseconds = Field(alias="startTime")
    end_ms: Milliseconds | None = Field(default=None, alias="endTime")


class Candles(BaseModel):
    type: Literal["candleSnapshot"]
    req: CandleRange


class Funding(BaseModel):
    type: Literal["fundingHistory"]
    coin: Coin
    start_ms: Milliseconds = Field(alias="startTime")
    end_ms: Milliseconds | None = Field(default=None, alias="endTime")


InfoRequest = Meta | MetaAndContexts | SpotMeta | AllMids | Book | Status | Candles | Funding

INFO_REQUEST: TypeAdapter[InfoRequest] = TypeAdapter(Annotated[InfoRequest, Field(discriminator="type")])
