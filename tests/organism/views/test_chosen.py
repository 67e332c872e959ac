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
