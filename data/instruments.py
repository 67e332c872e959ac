"""What the venue says about the coins we know, and what is assumed of the others."""

from __future__ import annotations

from typing import NamedTuple

from data.market import Instrument

PRICE_DECIMALS = 6
"""A price on Hyperliquid has at most this many decimals less those of the size."""


class InstrumentFacts(NamedTuple):
    """Facts of one perpetual on Hyperliquid."""

    size_decimals: int
    """Decimals of an order's size (szDecimals): the lot is 10 to the minus this, in coins."""
    max_leverage: int
    """Highest whole leverage of the smallest margin tier."""


KNOWN_COINS = {
    "BTC": InstrumentFacts(5, 40),
    "ETH": InstrumentFacts(4, 25),
    "SOL": InstrumentFacts(2, 20),
    "DOGE": InstrumentFacts(0, 10),
    "ADA": InstrumentFacts(0, 10),
}

UNKNOWN_COIN = InstrumentFacts(0, 3)
"""Assumed of every other coin: the coarsest lot and the lowest leverage that the venue gives anything.

Both err on the side of caution: rounding down to whole coins trades less, and a low maximum of leverage means a
high maintenance margin, so that liquidation comes sooner. A coin too dear for whole lots shows as skipped orders.
"""


class CoinKnowledge(NamedTuple):
    """What is known of a coin beyond its bars."""

    facts: InstrumentFacts
    listed_ms: int | None = None
    """First moment of trading, UTC; None for that of the first bar."""
    delisted_ms: int | None = None
    """Last moment of trading, UTC; None while it is traded, or where nobody said so."""


def instrument(
    coin: str,
    venue: str,
    *,
    known: CoinKnowledge | None = None,
    funding_period_ms: int | None = None,
    listed_ms: int | None = None,
    delisted_ms: int | None = None,
) -> Instrument:
    """Return the facts of `coin`, whose bars come from `venue`.

    Lots and leverage are always those of Hyperliquid, where strategies are meant to trade, whatever venue the
    history is from.

    Parameters
    ----------
    coin
        Name as the venue spells it; one that is not in `KNOWN_COINS` gets `UNKNOWN_COIN`.
    venue
        Name of the venue of the bars.
    known
        What is known of it; None leaves `KNOWN_COINS`, or caution.
    funding_period_ms
        Time between settlements in the history; None, when there is none, leaves Hyperliquid's hour.
    listed_ms, delisted_ms
        First bar's open and last bar's close, UTC milliseconds, where nothing else is known; None when unknown, or
        while it is traded.
    """
    known = known or CoinKnowledge(KNOWN_COINS.get(coin, UNKNOWN_COIN))
    facts = known.facts
    return Instrument(
        coin=coin,
        venue=venue,
        lot_size=_power_of_ten(facts.size_decimals),
        tick_size=_power_of_ten(max(0, PRICE_DECIMALS - facts.size_decimals)),
        max_leverage=facts.max_leverage,
        listed_ms=listed_ms if known.listed_ms is None else known.listed_ms,
        delisted_ms=delisted_ms if known.delisted_ms is None else known.delisted_ms,
        **({} if funding_period_ms is None else {"funding_period_ms": funding_period_ms}),
    )


def _power_of_ten(decimals: int) -> float:
    """Return 10^-decimals as the float nearest to it, which 10.0 ** -decimals is not always."""
    return float(f"1e-{decimals}")
