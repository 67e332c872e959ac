"""Answers of the venue's `/info`: candles, funding, coins and their contexts.

Every parser takes what `json.loads` made of an answer. Keys that are not named here are ignored, since the venue adds
some from time to time; whatever is named here has to be possible, or the whole answer is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, AliasPath, BeforeValidator, Field, TypeAdapter

from data.errors import DataError
from data.hyperliquid.fields import (
    ADVICE,
    Coin,
    Count,
    Flag,
    Leverage,
    Premium,
    Price,
    Quantity,
    Rate,
    Rows,
    SizeDecimals,
    TimeMs,
    check_times,
    checked,
    one_of,
)
from data.intervals import DAY_MS, HOUR_MS, INTERVALS_MS, MINUTE_MS

CANDLE_MS = {**INTERVALS_MS, "3m": 3 * MINUTE_MS, "12h": 12 * HOUR_MS, "3d": 3 * DAY_MS, "1w": 7 * DAY_MS}
"""Length of the venue's candles; a month ("1M") has none of its own."""
MONTH = "1M"
ISOLATED_MODES = ("strictIsolated", "noCross")


@dataclass(frozen=True, slots=True)
class Candle:
    """One bar of one coin; the newest one of an answer may still be in progress."""

    open_ms: Annotated[TimeMs, Field(validation_alias="t")]
    close_ms: Annotated[TimeMs, Field(validation_alias="T")]
    """Last millisecond of the bar: that before the next one opens."""
    coin: Annotated[Coin, Field(validation_alias="s")]
    interval: Annotated[str, Field(validation_alias="i"), one_of((*CANDLE_MS, MONTH))]
    open: Annotated[Price, Field(validation_alias="o")]
    high: Annotated[Price, Field(validation_alias="h")]
    low: Annotated[Price, Field(validation_alias="l")]
    close: Annotated[Price, Field(validation_alias="c")]
    volume: Annotated[Quantity, Field(validation_alias="v")]
    """In coins."""
    n_trades: Annotated[Count, Field(validation_alias="n")]

    @property
    def is_backfilled(self) -> bool:
        """Whether nobody traded in it: the venue filled it in, before 2023 from an index."""
        return self.n_trades == 0


@dataclass(frozen=True, slots=True)
class FundingSettlement:
    """What longs paid to shorts at one time, as a fraction of the position at the oracle's price."""

    coin: Coin
    time_ms: Annotated[TimeMs, Field(validation_alias="time")]
    """Of the block: up to a second after the hour, and once 23 minutes."""
    rate: Annotated[Rate, Field(validation_alias="fundingRate")]
    premium: Premium | None = None


@dataclass(frozen=True, slots=True)
class AssetMeta:
    """What the venue says about one coin; its place in the list is its id there."""

    name: Coin
    size_decimals: Annotated[SizeDecimals, Field(validation_alias="szDecimals")]
    max_leverage: Annotated[Leverage, Field(validation_alias="maxLeverage")]
    is_delisted: Annotated[Flag, Field(validation_alias="isDelisted")] = False
    only_isolated: Annotated[Flag, Field(validation_alias="onlyIsolated")] = False


@dataclass(frozen=True, slots=True)
class AssetContext:
    """A coin's prices, funding and open interest now. The venue does not say when that was."""

    coin: Coin
    funding: Rate
    """Rate of the current hour so far."""
    open_interest: Annotated[Quantity, Field(validation_alias="openInterest")]
    """In coins."""
    mark_price: Annotated[Price, Field(validation_alias="markPx")]
    mid_price: Annotated[Price | None, Field(validation_alias="midPx")]
    """None, as is the premium, where the book is empty."""
    oracle_price: Annotated[Price, Field(validation_alias="oraclePx")]
    premium: Premium | None
    day_notional_volume: Annotated[Quantity, Field(validation_alias="dayNtlVlm")]
    """Dollars traded in 24 hours."""


@dataclass(frozen=True, slots=True)
class Level:
    """One price of the book."""

    price: Annotated[Price, Field(validation_alias="px")]
    size: Annotated[Quantity, Field(validation_alias="sz")]
    """In coins."""


@dataclass(frozen=True, slots=True)
class BestBidOffer:
    """The best price on either side, None where the side is empty."""

    coin: Coin
    time_ms: Annotated[TimeMs, Field(validation_alias="time")]
    bid: Annotated[Level | None, Field(validation_alias=AliasPath("bbo", 0))]
    ask: Annotated[Level | None, Field(validation_alias=AliasPath("bbo", 1))]


def _possible_candle(candle: Candle) -> Candle:
    length = candle.close_ms + 1 - candle.open_ms
    if candle.interval == MONTH:
        shortest, longest = 28 * DAY_MS, 31 * DAY_MS
    else:
        shortest = longest = CANDLE_MS[candle.interval]
    if not shortest <= length <= longest:
        raise ValueError(f"t {candle.open_ms} to T {candle.close_ms} is not the length of a {candle.interval} candle")
    # Where candles of three days, weeks and months begin is not documented.
    if longest <= DAY_MS and candle.open_ms % longest:
        raise ValueError(f"t {candle.open_ms} is not the begin of a {candle.interval} candle in UTC")
    inside = (candle.open, candle.close)
    if candle.low > min(inside) or candle.high < max(inside):
        raise ValueError(f"open and close {inside} are not between low {candle.low} and high {candle.high}")
    return candle


def _with_margin_mode(row: Any) -> Any:
    # onlyIsolated is deprecated and may go; marginMode says the same and more.
    if isinstance(row, dict) and row.get("marginMode") in ISOLATED_MODES:
        return {**row, "onlyIsolated": True}
    return row


@dataclass(frozen=True, slots=True)
class _Meta:
    universe: Annotated[Rows[Annotated[AssetMeta, BeforeValidator(_with_margin_mode)]], Field(min_length=1)]


PossibleCandle: TypeAlias = Annotated[Candle, AfterValidator(_possible_candle)]
_CANDLES: TypeAdapter[list[Candle]] = TypeAdapter(Rows[PossibleCandle])
_FUNDING: TypeAdapter[list[FundingSettlement]] = TypeAdapter(Rows[FundingSettlement])
_META = TypeAdapter(_Meta)
_PAIR: TypeAdapter[tuple[Any, list[dict[str, Any]]]] = TypeAdapter(tuple[Any, Rows[dict[str, Any]]])
_CONTEXTS: TypeAdapter[list[AssetContext]] = TypeAdapter(Rows[AssetContext])


def parse_candles(payload: object) -> list[Candle]:
    """Return the candles of a `candleSnapshot`, in order of time.

    Raises
    ------
    DataError
        If one of them is impossible, or they are out of order.
    """
    candles = checked(_CANDLES, payload, "candleSnapshot")
    check_times([candle.open_ms for candle in candles], "candleSnapshot")
    return candles


def parse_funding(payload: object) -> list[FundingSettlement]:
    """Return the settlements of a `fundingHistory`, in order of time; see `parse_candles`."""
    settlements = checked(_FUNDING, payload, "fundingHistory")
    check_times([settlement.time_ms for settlement in settlements], "fundingHistory")
    return settlements


def parse_meta(payload: object) -> list[AssetMeta]:
    """Return the coins of a `meta`, each at the place that is its id.

    Raises
    ------
    DataError
        If one of them is impossible, a name is there twice, or there is none.
    """
    return _assets(payload, "meta")


def parse_contexts(payload: object) -> tuple[list[AssetMeta], list[AssetContext]]:
    """Return the coins of a `metaAndAssetCtxs` and, in the same order, the contexts; see `parse_meta`."""
    what = "metaAndAssetCtxs"
    meta, rows = checked(_PAIR, payload, what)
    assets = _assets(meta, f"{what}[0]")
    if len(rows) != len(assets):
        raise DataError(
            f"{what}[1]: received {len(rows)} contexts, allowed is one for each of {len(assets)} coins; {ADVICE}"
        )
    named = [{**row, "coin": asset.name} for asset, row in zip(assets, rows, strict=True)]
    return assets, checked(_CONTEXTS, named, f"{what}[1]")


def _assets(payload: object, what: str) -> list[AssetMeta]:
    assets = checked(_META, payload, what).universe
    first: dict[str, int] = {}
    for index, asset in enumerate(assets):
        if first.setdefault(asset.name, index) != index:
            where = f"{what}.universe[{index}].name"
            raise DataError(f"{where}: received {asset.name!r}, which [{first[asset.name]}] has already; {ADVICE}")
    return assets
