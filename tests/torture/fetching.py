"""Fetches from archive, Binance and OKX that are killed and begun again, compared with one that nothing disturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from data.lake import Lake
from data.lake_layout import all_series
from tests.support.archive_bucket import CREDENTIALS, served_bucket
from tests.support.asset_ctxs import made_up_day
from tests.support.killed import Life, lived
from tests.support.perpetual_venues import PerpetualVenue

VENUES = ("hyperliquid-archive", "binance", "okx")
COINS = {"hyperliquid-archive": "COIN0,COIN1,COIN2", "binance": "BTC,ETH", "okx": "BTC,ETH"}
FIRST_DAY, N_DAYS = date(2024, 4, 28), 6

FETCH = """
import sys
from pathlib import Path
from data.lake import Lake
from organism.fetching import Wanted, fetch_all
from organism.venues import open_sources
venue, url, coins, home = sys.argv[1:]
sources = open_sources(venue, url, Path(home) / "archive")
kept = {}
def watch(fetched):
    kept[fetched.venue, fetched.span.words] = fetched.n_added
    print(sum(kept.values()), flush=True)
print("ready", flush=True)
for _ in fetch_all(Lake(Path(home) / "lake"), sources, Wanted(tuple(coins.split(",")), "1h", True), watch):
    pass
"""


def live(venue: str, url: str, home: Path, life_s: float) -> Life:
    """Fetch in a process of its own that says how many rows are kept, and kill it so long after it has begun."""
    return lived(FETCH, (venue, url, COINS[venue], str(home)), life_s, CREDENTIALS)


def contents(home: Path) -> dict[str, object]:
    """Return everything that the lake holds, and of how many corrections; each history with every byte checked."""
    lake = Lake(home / "lake")
    found: dict[str, object] = {}
    for series in all_series(lake.root):
        lake.verify(series)
        times = lake.read_times(series.kind, series.venue, series.coin, series.interval)
        assert (times[1:] > times[:-1]).all(), f"{series}: rows twice"
        found[str(series)] = [times.tolist(), *lake_rows(lake, series.venue, series.coin, series.interval)]
    assert all(entry.n_corrections == 0 for entry in lake.list()), "a source that did not change was corrected"
    return found


def lake_rows(lake: Lake, venue: str, coin: str, interval: str | None) -> list[object]:
    if interval is not None:
        return [lake.read_bars(venue, coin, interval).close.tolist()]
    funding, contexts = lake.read_funding(venue, coin), lake.read_contexts(venue, coin)
    return [
        None if funding is None else funding.rate.tolist(),
        None if contexts is None else contexts.mark_price.tolist(),
    ]


def n_rows(home: Path) -> int:
    return sum(entry.n_rows for entry in Lake(home / "lake").list())


@contextmanager
def served(venue: str) -> Iterator[str]:
    """Serve some history as a venue does, and yield where."""
    with SERVERS[venue](venue) as url:
        yield url


@contextmanager
def _archive(_: str) -> Iterator[str]:
    with served_bucket() as bucket:
        for number in range(N_DAYS):
            day = FIRST_DAY + timedelta(days=number)
            bucket.put(day, made_up_day(day, 12, number))
        yield bucket.url


@contextmanager
def _perpetuals(venue: str) -> Iterator[str]:
    with PerpetualVenue(venue) as server:
        yield server.url


SERVERS: dict[str, Callable[[str], object]] = {
    "hyperliquid-archive": _archive,
    "binance": _perpetuals,
    "okx": _perpetuals,
}
