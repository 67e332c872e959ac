"""`organism data fetch` against the simulated venue, as a stranger types it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from data.market import Universe
from data.worlds import make_world
from organism.venue_sim import VenueClock, VenueSettings, VenueSimulator

Organism = Callable[..., Any]
N_BARS = 2_880


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve 120 days of two coins; time stands still, and with it the minute in which weight is counted."""
    universe = Universe("half a year", make_world("planted", 1, years=0.5).markets[:2])
    settings = VenueSettings(weight_a_minute=10**6, hourly_funding_from_ms=0)
    with VenueSimulator(universe, VenueClock(int(universe.time_ms[N_BARS]), 0.0), settings) as simulator:
        yield simulator.url


def test_bars_and_funding_are_fetched_once(organism: Organism, url: str) -> None:
    ask = ("data", "fetch", "--coins", "BTC, DOGE", "--interval", "1h", "--venue-url", url)
    done = organism(*ask)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        f"{series} of hyperliquid" for series in ("BTC 1h", "BTC funding", "DOGE 1h", "DOGE funding")
    ]
    assert f"{N_BARS:,} rows added" in lines[0]
    assert lines[1].startswith("BTC funding of hyperliquid: all until "), "nobody says when it begins"
    again = organism(*ask, "--json").json
    assert [(item["coin"], item["series"], item["added"]) for item in again] == [
        ("BTC", "1h", 0),
        ("BTC", "funding", 0),
        ("DOGE", "1h", 0),
        ("DOGE", "funding", 0),
    ]
    listed = organism("data", "list", "--json").json["lake"]
    assert {(item["coin"], item["series"]) for item in listed if item["rows"] >= N_BARS} >= {
        ("BTC", "1h"),
        ("DOGE", "1h"),
    }
    assert organism("data", "check", "BTC", "1h", "--venue", "hyperliquid").code == 0
    coins = organism("data", "facts", "--json").json
    assert coins["asked"] is not None
    # What the venue said of both coins was the same the second time.
    assert [(coin["coin"], coin["margin"], len(coin["said"])) for coin in coins["coins"]] == [
        ("BTC", "cross", 1),
        ("DOGE", "cross", 1),
    ]


def test_a_dry_run_says_what_it_takes_and_fetches_nothing(organism: Organism, url: str) -> None:
    ask = ("data", "fetch", "--coins", "BTC", "--no-funding", "--venue-url", url, "--dry-run")
    said = organism(*ask)
    assert said.code == 0, said.err
    assert "the newest 5,000 bars of each interval" in said.out
    [bars] = organism(*ask, "--json").json
    # 4,999 bars may be there, in pages of 2,000, each of 20 and a weight more for every 60 bars.
    assert (bars["series"], bars["requests"], bars["dollars"]) == ("1h", 3, 0.0)
    assert bars["minutes"] == pytest.approx(3 * (20 + 34) / 1_200, abs=0.01)
    assert organism("data", "list").code == 2, "no home was made"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--coins", "BTX"], "has no coin 'BTX'; did you mean BTC"),
        (["--coins", ""], "name each once"),
        (["--coins", "BTC", "--interval", "7m"], "7m"),
        (["--coins", "BTC", "--venue", "nowhere"], "known are hyperliquid"),
        (["--coins", "BTC", "--start", "2025-01-02", "--end", "2025-01-01"], "ends before it begins"),
    ],
)
def test_what_cannot_be_fetched_is_refused(
    organism: Organism, url: str, tmp_path: Path, arguments: list[str], message: str
) -> None:
    assert organism("data", "fetch", *arguments, "--venue-url", url).refuses(message)
    assert not list(tmp_path.rglob("*.parquet")), "nothing is kept"


def test_nobody_at_that_address_is_refused(organism: Organism, tmp_path: Path) -> None:
    assert organism("data", "fetch", "--coins", "BTC", "--venue-url", "no address").refuses("give an http")
    assert not list(tmp_path.rglob("*.parquet")), "nothing is kept"
