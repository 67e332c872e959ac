"""A configuration that asks for the coins of a day gets those that were traded on it, whatever became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.bars import Bars
from data.errors import ConfigError, DataError
from data.lake import Lake
from data.settings import parse_settings
from organism.history import obtain_snapshot
from organism.home import Home
from organism.settings import HistorySettings

MIDNIGHT_MS, HOUR_MS = 1_704_067_200_000, 3_600_000  # 2024-01-01 00:00 UTC


def hours(first: int, stop: int) -> Bars:
    price = np.full(stop - first, 100.0)
    times = MIDNIGHT_MS + HOUR_MS * np.arange(first, stop, dtype=np.int64)
    return Bars(times, price, price + 1, price - 1, price.copy(), price.copy())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home with a coin of four days, one from the third day on, and one of the first two days."""
    home = Home.create(tmp_path / "home")
    for coin, first, stop in (("LONG", 0, 96), ("LATE", 48, 96), ("GONE", 0, 48)):
        Lake(home.lake).import_bars("v", coin, "1h", hours(first, stop), source="a")
    return home


def history(**keys: Any) -> HistorySettings:
    return parse_settings(HistorySettings, {"venue": "v", **keys}, source="history")


@pytest.mark.parametrize(
    ("day", "coins"),
    [("2024-01-01", ("GONE", "LONG")), ("2024-01-02", ("GONE", "LONG")), ("2024-01-03", ("LATE", "LONG"))],
)
def test_the_coins_are_those_of_the_day(day: str, coins: tuple[str, ...], home: Home) -> None:
    snapshot = obtain_snapshot(history(listed_on=day), home)
    assert snapshot.manifest.coins == coins
    assert snapshot.manifest.origin == {"source": "lake", "venue": "v", "listed_on": day}
    # The whole calendar, with whatever bars each coin has.
    assert snapshot.manifest.n_bars == 96


def test_a_day_without_a_coin_is_refused_with_what_there_is(home: Home) -> None:
    with pytest.raises(
        DataError, match=r"no coin of v 1h in the lake was traded on 2023-12-31; it has GONE from 2024-01"
    ):
        obtain_snapshot(history(listed_on="2023-12-31"), home)


@pytest.mark.parametrize(
    "keys",
    [{"coins": ["BTC"]}, {"folder": "somewhere"}, {"world": "planted"}],
)
def test_coins_are_named_or_those_of_a_day_and_not_both(keys: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="listed_on"):
        history(listed_on="2024-01-01", **keys)


def test_nothing_chosen_says_what_can_be() -> None:
    with pytest.raises(ConfigError, match=r"coins = \[...\] or listed_on = 2024-10-01"):
        history()
