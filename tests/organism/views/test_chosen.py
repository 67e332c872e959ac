"""Which history a person means, and what is said when there is none."""

from __future__ import annotations

import pytest

from data.errors import ConfigError, DataError, FoundryError
from data.lake_entries import LakeEntry
from data.lake_layout import BARS
from organism.views.chosen import chosen

ENTRIES = [
    LakeEntry(BARS, venue, coin, interval, 9, 0, 1)
    for venue, coin, interval in (
        ("binance", "BTC", "1h"),
        ("binance", "BTC", "30m"),
        ("binance", "BTC", None),
        ("binance", "DOGE", "1h"),
        ("okx", "BTC", "1h"),
        ("okx", "kPEPE", None),
    )
]


@pytest.mark.parametrize(
    ("wanted", "venue"), [(("BTC", "30m"), "binance"), (("BTC", "1h", "okx"), "okx"), (("DOGE", "1h"), "binance")]
)
def test_a_venue_may_be_left_out_where_there_is_only_one(wanted: tuple[str, ...], venue: str) -> None:
    entry = chosen(ENTRIES, *wanted)
    assert (entry.venue, entry.coin, entry.interval) == (venue, *wanted[:2])


@pytest.mark.parametrize(("against", "meant"), [("okx", "binance"), ("binance", "okx")])
def test_the_venue_that_is_compared_with_is_not_the_one_that_is_looked_at(against: str, meant: str) -> None:
    assert chosen(ENTRIES, "BTC", "1h", against=against).venue == meant


@pytest.mark.parametrize(
    ("coin", "venue", "against", "message"),
    [
        ("DOGE", None, "binance", "DOGE 1h is in the lake from binance alone: there is nothing to compare it with"),
        ("BTC", "okx", "okx", "BTC 1h of okx would be compared with itself: name another venue"),
    ],
)
def test_nothing_is_compared_with_itself(coin: str, venue: str | None, against: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        chosen(ENTRIES, coin, "1h", venue, against=against)


def test_a_venue_that_is_not_there_is_refused_also_where_the_other_is_the_only_one() -> None:
    with pytest.raises(DataError, match="venue 'okx' is not in the lake for DOGE 1h: there is binance"):
        chosen(ENTRIES, "DOGE", "1h", "okx", against="binance")


def test_of_three_venues_the_one_to_look_at_has_to_be_named() -> None:
    third = LakeEntry(BARS, "hyperliquid", "BTC", "1h", 9, 0, 1)
    with pytest.raises(ConfigError, match=r"from binance, hyperliquid: say which with --venue"):
        chosen([*ENTRIES, third], "BTC", "1h", against="okx")
    assert chosen([*ENTRIES, third], "BTC", "1h", "hyperliquid", against="okx").venue == "hyperliquid"


@pytest.mark.parametrize(
    ("wanted", "error", "message"),
    [
        (("BTC", "1h"), ConfigError, r"BTC 1h is in the lake from binance, okx: say which with --venue"),
        (("BTC", "7m"), ConfigError, r"interval '7m' is unknown: choose one of 1m, 5m"),
        (("btc", "1h"), DataError, r"coin 'btc' is not in the lake: near are BTC; organism data list"),
        (("DOG", "1h"), DataError, r"coin 'DOG' is not in the lake: near are DOGE;"),
        (("XRP", "1h"), DataError, r"coin 'XRP' is not in the lake: there are BTC, DOGE;"),
        (("kPEPE", "1h"), DataError, r"coin 'kPEPE' is not in the lake"),
        (("BTC", "5m"), DataError, r"interval '5m' is not in the lake for BTC: near are 30m;"),
        (("DOGE", "5m"), DataError, r"interval '5m' is not in the lake for DOGE: there is 1h;"),
        (("BTC", "1h", "okex"), DataError, r"venue 'okex' is not in the lake for BTC 1h: near are okx;"),
        (("\x1b[2J", "1h"), DataError, r"coin '\\x1b\[2J' is not in the lake"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is_near(
    wanted: tuple[str, ...], error: type[FoundryError], message: str
) -> None:
    with pytest.raises(error, match=message):
        chosen(ENTRIES, *wanted)


def test_an_empty_lake_says_what_to_do() -> None:
    with pytest.raises(DataError, match="the lake has no bars yet: bring some with organism data fetch"):
        chosen([], "BTC", "1h")
