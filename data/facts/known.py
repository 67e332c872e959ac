"""What is known of coins, as a snapshot of them needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from data.bars import PRICES, Bars
from data.errors import DataError
from data.facts.history import FactsHistory
from data.facts.lifetime import KnownBy, said_delisted, said_listed
from data.instruments import KNOWN_COINS, UNKNOWN_COIN, CoinKnowledge, InstrumentFacts
from data.intervals import utc_text

TRADED_AT = "hyperliquid"
"""The venue whose lots and leverage count, wherever the bars are from: strategies are meant to trade there."""


def known_of(
    coins: Sequence[str], said: FactsHistory, traded_at: FactsHistory, time_ms: int
) -> Mapping[str, CoinKnowledge]:
    """Return what is known of coins at a moment, by coin.

    Parameters
    ----------
    said
        About the venue of the bars: listing and delisting.
    traded_at
        About the venue where they are to be traded: lot and leverage, as of the moment or, where nothing was known
        by then, as they were first seen after it.
    """
    found = {}
    for coin in coins:
        holds, usual = traded_at.at(coin, time_ms), KNOWN_COINS.get(coin, UNKNOWN_COIN)
        facts = InstrumentFacts(
            usual.size_decimals if holds.size_decimals is None else holds.size_decimals,
            usual.max_leverage if holds.max_leverage is None else holds.max_leverage,
        )
        found[coin] = CoinKnowledge(facts, said_listed(coin, said), said_delisted(coin, said))
    return found


def while_listed(bars: Bars, interval_ms: int, coin: str, said: FactsHistory) -> Bars:
    """Leave out the bars before the listing and after the delisting that a file names: they are no market's.

    Raises
    ------
    DataError
        If none remain.
    """
    listed_ms, delisted_ms = said_listed(coin, said), said_delisted(coin, said)
    kept = np.ones(len(bars), dtype=np.bool_)
    if listed_ms is not None:
        kept &= bars.time_ms >= listed_ms
    if delisted_ms is not None:
        kept &= bars.time_ms + interval_ms <= delisted_ms
    if kept.all():
        return bars
    if not kept.any():
        raise DataError(
            f"no bar of {coin} lies between its listing ({_day(listed_ms)}) and its delisting ({_day(delisted_ms)}), "
            "which a file says (organism data facts): leave the coin out, or correct the file"
        )
    return Bars(*(getattr(bars, name)[kept] for name in ("time_ms", *PRICES, "volume")))


def _day(time_ms: int | None) -> str:
    return KnownBy.NOTHING.value if time_ms is None else utc_text(time_ms)
