"""Whose bars a strategy was judged on, slice by slice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from data.bars import Bars
from data.intervals import HOUR_MS
from data.lake import Lake
from data.snapshot import Snapshot, SnapshotStore
from data.splice.build import splice
from data.splice.keeping import keep
from data.splice.recipe import Recipe
from data.worlds import make_world
from organism.home import Home
from organism.surrogates import save_surrogate
from organism.views.provenance import SliceSpan, history_lines

MIDNIGHT_MS = 1_704_067_200_000
RECIPE = {
    "name": "two",
    "coin": "BTC",
    "part": [{"venue": "old"}, {"venue": "new", "start": "2024-01-03"}],
    "limits": {"least_bars": 24},
}


def span(name: str, first: int, stop: int) -> SliceSpan:
    return SliceSpan(name, MIDNIGHT_MS + HOUR_MS * first, MIDNIGHT_MS + HOUR_MS * stop)


SLICES = (span("IS", 0, 60), span("OOS", 60, 80), span("WF", 80, 120))


@pytest.fixture
def spliced(home: Home, make_bars: Callable[..., Bars]) -> Snapshot:
    """Return a snapshot of two days of `old` and three of `new`, of which the hours 50 and 51 are missing."""
    lake = Lake(home.lake)
    lake.import_bars("old", "BTC", "1h", make_bars(range(96), [100.0, 102.0] * 48), source="a")
    hours = [hour for hour in range(24, 120) if hour not in {50, 51}]
    lake.import_bars("new", "BTC", "1h", make_bars(hours, [100.0, 102.0] * 47), source="b")
    keep(lake, splice(Recipe.model_validate(RECIPE), lake))
    return SnapshotStore(home.snapshots).build(lake, venue="splice-two", coins=["BTC"], interval="1h")


def test_each_slice_says_which_venues_its_bars_are_from(home: Home, spliced: Snapshot) -> None:
    # In sample 48 bars of the old venue, and of the hours 48 to 59 all but two.
    assert history_lines(home, spliced.id, SLICES)[:4] == (
        "Bars of several venues, put end to end by a recipe (splice-two): BTC.",
        "IS, BTC: 82.8 % old, 17.2 % new.",
        "OOS, BTC: 100.0 % new.",
        "WF, BTC: 100.0 % new.",
    )


def test_a_null_of_it_says_what_it_is_and_no_shares(home: Home, spliced: Snapshot) -> None:
    null = save_surrogate(SnapshotStore(home.snapshots), spliced, "permuted-24", 1)
    assert history_lines(home, null.id, SLICES)[:2] == (
        f"It is a surrogate of {spliced.id[:16]}.",
        "Bars of several venues, put end to end by a recipe (splice-two): BTC.",
    )
    assert not any(line.startswith("IS") for line in history_lines(home, null.id, SLICES))


def test_a_made_market_says_so_and_an_absent_one_nothing(home: Home) -> None:
    world = make_world("planted", 1, years=0.6)
    snapshot = SnapshotStore(home.snapshots).save(world.markets, world.origin)
    assert history_lines(home, snapshot.id, ()) == ("It is a made market: nobody traded it.",)
    assert history_lines(home, "0" * 64, ()) == ()
