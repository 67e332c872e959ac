"""A universe of coins that come and go: with the bars and the facts of their time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.errors import DataError
from data.facts.observation import CoinFacts, Observation
from data.facts.store import keep_observation
from data.intervals import DAY_MS, HOUR_MS
from data.lake import Lake
from data.market import Universe
from data.snapshot import SnapshotStore

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
Make = Callable[..., Any]


def at(hour: int) -> int:
    return MIDNIGHT_MS + HOUR_MS * hour


@pytest.fixture
def lake(tmp_path: Path, make_bars: Make) -> Lake:
    """Return a lake of three coins: one of four days, one from the second day on, one for two days."""
    lake = Lake(tmp_path / "lake")
    for coin, hours in (("LONG", range(96)), ("LATE", range(24, 96)), ("GONE", range(48))):
        lake.import_bars("v", coin, "1h", make_bars(hours), source="a")
    return lake


def say(lake: Lake, venue: str, source: str, seen_ms: int, **facts: Any) -> None:
    said = CoinFacts(coin="GONE", from_ms=seen_ms, **facts)
    keep_observation(lake.root, Observation(venue=venue, source=source, seen_ms=seen_ms, coins=(said,)))


def build(lake: Lake, **choices: Any) -> Universe:
    store = SnapshotStore(lake.root.parent / "snapshots")
    return store.build(lake, venue="v", coins=["LONG", "LATE", "GONE"], interval="1h", **choices).load()


def test_coins_that_come_late_or_go_are_part_of_the_universe_with_the_bars_they_have(lake: Lake) -> None:
    universe = build(lake)
    assert {market.coin: int(market.is_available.sum()) for market in universe} == {"GONE": 48, "LATE": 72, "LONG": 96}
    gone, late, long = universe
    assert (gone.instrument.listed_ms, gone.instrument.delisted_ms) == (at(0), at(48))
    assert (late.instrument.listed_ms, late.instrument.delisted_ms) == (at(24), None)
    assert (long.instrument.listed_ms, long.instrument.delisted_ms) == (at(0), None)


def test_before_it_happened_nobody_knew_of_a_delisting(lake: Lake) -> None:
    store = SnapshotStore(lake.root.parent / "snapshots")
    whole = store.build(lake, venue="v", coins=["LONG", "GONE"], interval="1h")
    (gone, _) = whole.prefix(at(48)).load()
    assert gone.instrument.delisted_ms is None
    (later, _) = whole.prefix(at(49)).load()
    assert later.instrument.delisted_ms == at(48)


def test_bars_outside_the_listing_that_a_file_names_are_no_markets(lake: Lake) -> None:
    say(lake, "v", "mine.csv", 0, listed_ms=at(10), delisted_ms=at(40))
    gone = build(lake)["GONE"]
    assert np.flatnonzero(gone.is_available).tolist() == list(range(10, 40))
    assert (gone.instrument.listed_ms, gone.instrument.delisted_ms) == (at(10), at(40))


def test_a_listing_without_a_bar_is_refused(lake: Lake) -> None:
    say(lake, "v", "mine.csv", 0, listed_ms=at(60), delisted_ms=at(70))
    with pytest.raises(DataError, match=r"no bar of GONE lies between its listing \(2024-01-03 12:00\) and its delist"):
        build(lake)


def test_lot_and_leverage_are_those_of_the_venue_where_it_is_to_be_traded(lake: Lake) -> None:
    say(lake, "v", "meta", at(0), size_decimals=1, max_leverage=7)
    assert (build(lake)["GONE"].instrument.lot_size, build(lake)["GONE"].instrument.max_leverage) == (1.0, 3)
    say(lake, "hyperliquid", "meta", at(0), size_decimals=2, max_leverage=10)
    found = build(lake)["GONE"].instrument
    assert (found.lot_size, found.tick_size, found.max_leverage) == (0.01, 0.0001, 10)


def test_facts_are_those_of_the_end_of_the_history(lake: Lake) -> None:
    say(lake, "hyperliquid", "meta", at(0), max_leverage=10)
    say(lake, "hyperliquid", "meta", at(0) + 3 * DAY_MS, max_leverage=5)
    assert build(lake)["GONE"].instrument.max_leverage == 5
    assert build(lake, end_ms=at(60))["GONE"].instrument.max_leverage == 10
