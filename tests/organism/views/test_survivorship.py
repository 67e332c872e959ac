"""What a universe hides, in sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data.bars import Bars
from data.facts.observation import CoinFacts, Observation
from data.facts.store import keep_observation
from data.intervals import HOUR_MS
from data.lake import Lake
from data.snapshot import SnapshotStore
from data.splice.build import splice
from data.splice.keeping import keep
from data.splice.recipe import Recipe
from data.worlds import make_world
from organism.views.survivorship import Survivorship, sentences, survivorship_of
from tests.data.splice.venues import hourly

MIDNIGHT_MS = 1_704_067_200_000


def facts(coin: str, *, gone: bool = False, delisted: int | None = None) -> CoinFacts:
    return CoinFacts(coin=coin, from_ms=MIDNIGHT_MS, is_delisted=gone, delisted_ms=delisted)


@pytest.fixture
def lake(tmp_path: Path, make_bars: Callable[..., Bars]) -> Lake:
    lake = Lake(tmp_path / "lake")
    for coin, hours in (("BTC", range(96)), ("ETH", range(96)), ("RDNT", range(48))):
        lake.import_bars("v", coin, "1h", make_bars(hours), source="a")
    return lake


def look(lake: Lake, source: str, *coins: CoinFacts) -> None:
    keep_observation(lake.root, Observation(venue="v", source=source, seen_ms=MIDNIGHT_MS, coins=coins))


def survived(lake: Lake, *coins: str, listed_on: str | None = None) -> Survivorship:
    store = SnapshotStore(lake.root.parent / "snapshots")
    snapshot = store.build(lake, venue="v", coins=coins, interval="1h", listed_on=listed_on)
    found = survivorship_of(snapshot.manifest, lake)
    assert found is not None
    return found


def test_coins_that_live_are_flattered_by_those_that_are_gone(lake: Lake) -> None:
    look(
        lake,
        "meta",
        *(facts(coin) for coin in ("BTC", "ETH", "SOL")),
        facts("LUNA", gone=True),
        facts("RDNT", gone=True),
    )
    found = survived(lake, "BTC", "ETH")
    assert (found.gone, found.others, found.missing, found.asked) == ((), 3, ("LUNA", "RDNT"), "2024-01-01")
    assert list(sentences(found)) == [
        "The universe is chosen with the knowledge of today: 2 of 5 coins of v known to have traded meanwhile, and 2 "
        "of these 2 still are.",
        "Coins that were delisted are missing, 2 that are known (LUNA, RDNT), so results are flattered.",
    ]
    assert found.to_plain()["said"] == list(sentences(found))


def test_a_universe_of_a_day_holds_whoever_was_there(lake: Lake) -> None:
    look(lake, "meta", facts("BTC"), facts("ETH"), facts("RDNT", gone=True))
    assert list(sentences(survived(lake, "BTC", "ETH", "RDNT", listed_on="2024-01-02"))) == [
        "The universe is of coins that were traded on 2024-01-02: 3 of 3 coins of v known to have traded meanwhile, "
        "and 2 of these 3 still are; no longer traded: RDNT.",
    ]


def test_a_venue_that_was_never_asked_may_have_had_any_coins(lake: Lake) -> None:
    found = survived(lake, "BTC", "ETH")
    assert (found.others, found.missing, found.asked) == (1, ("RDNT",), None)
    first, second, third = sentences(found)
    assert "2 of 3 coins of v known to have traded" in first
    assert "1 that are known (RDNT), so results are flattered" in second
    assert third.startswith("Which coins v has listed and delisted was never asked: there may be more")


def test_a_coin_that_was_gone_before_the_history_began_is_none_of_it(lake: Lake) -> None:
    look(lake, "old.csv", facts("OLD", delisted=MIDNIGHT_MS), facts("NEAR", delisted=MIDNIGHT_MS + HOUR_MS))
    assert survived(lake, "BTC", "ETH").missing == ("NEAR", "RDNT")


def test_a_made_market_has_no_survivors(tmp_path: Path, lake: Lake) -> None:
    world = make_world("planted", 1, years=0.6)
    snapshot = SnapshotStore(tmp_path / "snapshots").save(world.markets, world.origin)
    assert survivorship_of(snapshot.manifest, lake) is None


def test_a_coin_alone_is_said_to_be_alone(lake: Lake) -> None:
    first, *_ = sentences(survived(lake, "BTC"))
    assert first == (
        "The universe is chosen with the knowledge of today: 1 of 3 coins of v known to have traded meanwhile, alone."
    )


def test_a_spliced_coin_is_the_same_one_under_its_name_at_the_venue(lake: Lake, make_bars: Callable[..., Bars]) -> None:
    """A recipe's kPEPE that ends as the venue's 1000PEPE does not lack 1000PEPE."""
    lake.import_bars("old", "kPEPE", "1h", hourly(0, 72), source="a")
    lake.import_bars("v", "1000PEPE", "1h", hourly(0, 96), source="a")
    parts = [{"venue": "old"}, {"venue": "v", "coin": "1000PEPE", "start": "2024-01-03"}]
    recipe = Recipe.model_validate({"name": "two", "coin": "kPEPE", "part": parts, "limits": {"least_bars": 24}})
    keep(lake, splice(recipe, lake))
    look(lake, "meta", *(facts(coin) for coin in ("BTC", "ETH")), facts("1000PEPE", gone=True))
    store = SnapshotStore(lake.root.parent / "snapshots")
    snapshot = store.build(lake, venue="splice-two", coins=("kPEPE",), interval="1h")
    found = survivorship_of(snapshot.manifest, lake)
    assert found is not None
    # BTC, ETH and RDNT are the others, and of them RDNT is gone.
    assert (found.venue, found.gone, found.others, found.missing) == ("v", ("kPEPE",), 3, ("RDNT",))
