"""The venue without its network: what it knows at a moment, from any market of ours."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from data.errors import ConfigError, DataError
from data.market import Market, Universe
from organism.venue_sim.candles import CandleBook
from organism.venue_sim.funding import FundingHistory
from organism.venue_sim.lifetime import Lifetime, lifetime
from organism.venue_sim.quotes import Quotes
from organism.venue_sim.settings import VenueSettings


class Listing(NamedTuple):
    """One coin and everything that can be asked about it."""

    market: Market
    alive: Lifetime
    size_decimals: int
    candles: CandleBook
    funding: FundingHistory
    quotes: Quotes

    def is_delisted(self, now_ms: int) -> bool:
        return self.alive.is_ended and now_ms >= self.alive.until_ms

    def meta(self, now_ms: int) -> dict[str, Any]:
        """Return the entry in the venue's universe; optional keys only when set."""
        facts = self.market.instrument
        entry: dict[str, Any] = {
            "name": facts.coin,
            "szDecimals": self.size_decimals,
            "maxLeverage": facts.max_leverage,
            "marginTableId": facts.max_leverage,
        }
        return {**entry, "isDelisted": True} if self.is_delisted(now_ms) else entry


class Venue:
    """Answers as functions of the simulated moment; nothing that lies after it is told.

    Coins stand in the order of their listing, as at the venue, so that the place of a coin never changes.
    """

    def __init__(self, universe: Universe, settings: VenueSettings | None = None) -> None:
        self.settings = settings or VenueSettings()
        if universe.interval_ms % self.settings.step_ms:
            raise ConfigError(
                f"step_ms of the simulated venue is {self.settings.step_ms}: allowed is what divides its bars "
                f"of {universe.interval_ms} ms, so that a stream sees each of them end"
            )
        found = [one for market in universe if (one := _listing(market, self.settings)) is not None]
        if not found:
            raise DataError("the simulated venue has no bar of any coin: give a market with some")
        self._listings = {
            one.market.coin: one for one in sorted(found, key=lambda one: (one.alive.from_ms, one.market.coin))
        }

    def listings(self, now_ms: int) -> list[Listing]:
        """Return the coins listed by now, delisted ones with them."""
        return [one for one in self._listings.values() if one.alive.from_ms <= now_ms]

    def listing(self, coin: str, now_ms: int) -> Listing | None:
        """Return a coin that is listed by now."""
        found = self._listings.get(coin)
        return found if found is not None and found.alive.from_ms <= now_ms else None

    def meta(self, now_ms: int) -> dict[str, Any]:
        """Return the universe; a margin table below 50 is one tier of that leverage."""
        universe = [one.meta(now_ms) for one in self.listings(now_ms)]
        return {
            "universe": universe,
            "marginTables": [
                [number, {"description": "", "marginTiers": [{"lowerBound": "0.0", "maxLeverage": number}]}]
                for number in sorted({entry["marginTableId"] for entry in universe})
            ],
            "collateralToken": 0,
        }

    def meta_and_contexts(self, now_ms: int) -> list[Any]:
        """Return the universe and, parallel to it, the asset contexts."""
        return [self.meta(now_ms), [one.quotes.context(now_ms) for one in self.listings(now_ms)]]

    def all_mids(self, now_ms: int) -> dict[str, str]:
        """Return the middle of each book, the last price where nobody quotes; no delisted coins."""
        live = (one for one in self.listings(now_ms) if not one.is_delisted(now_ms))
        return {one.market.coin: one.quotes.mid(now_ms) for one in live}

    def l2_book(self, coin: str, now_ms: int) -> dict[str, Any] | None:
        """Return twenty levels a side, None of a coin that is not listed."""
        found = self.listing(coin, now_ms)
        return None if found is None else {"coin": coin, "time": now_ms, "levels": found.quotes.levels(now_ms)}


def spot_meta() -> dict[str, Any]:
    """Return one spot pair: what the venue's own library needs to begin."""
    shared = {"isCanonical": True, "evmContract": None, "fullName": None, "deployerTradingFeeShare": "0.0"}
    tokens = [
        {"name": "USDC", "szDecimals": 8, "weiDecimals": 8, "index": 0, "tokenId": f"0x{0:032x}", **shared},
        {"name": "PURR", "szDecimals": 0, "weiDecimals": 5, "index": 1, "tokenId": f"0x{1:032x}", **shared},
    ]
    return {"universe": [{"tokens": [1, 0], "name": "PURR/USDC", "index": 0, "isCanonical": True}], "tokens": tokens}


def _listing(market: Market, settings: VenueSettings) -> Listing | None:
    alive = lifetime(market)
    if alive is None:
        return None
    size_decimals = max(0, -round(math.log10(market.instrument.lot_size)))
    book = CandleBook(market, settings.seed, settings.backfilled_until_ms)
    funding = FundingHistory(market, alive, settings.seed, settings.hourly_funding_from_ms)
    quotes = Quotes(alive, book, funding, size_decimals)
    return Listing(market, alive, size_decimals, book, funding, quotes)
