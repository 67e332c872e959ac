"""From a `[history]` table to a snapshot: make a world, import files, take what was imported; then alter, if asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from backtest.splits import split_60_20_20
from data.clock import SystemClock
from data.code_version import ROOT
from data.errors import DataError
from data.facts.lifetime import lifetimes
from data.intervals import interval_ms, utc_text
from data.lake import Lake
from data.quality import check_over
from data.snapshot import Snapshot, SnapshotStore
from data.sources.files import read_bars, read_funding
from data.worlds import make_world
from organism.home import Home
from organism.settings import HistorySettings
from organism.surrogates import save_surrogate

SUFFIXES = (".parquet", ".csv", ".feather")


def obtain_snapshot(settings: HistorySettings, home: Home) -> Snapshot:
    """Return the snapshot that the settings describe, made now or found as it was made before.

    Raises
    ------
    DataError
        If a file is missing, damaged, or breaks a rule of quality.
    """
    store = SnapshotStore(home.snapshots)
    plain = _plain_snapshot(settings, home, store)
    if settings.in_sample_only:
        plain = _in_sample_part(plain, store)
    if settings.surrogate is None:
        return plain
    return save_surrogate(store, plain, settings.surrogate, settings.surrogate_seed)


def _in_sample_part(snapshot: Snapshot, store: SnapshotStore) -> Snapshot:
    """Store what search may see of a history as a history of its own, which names where it is from."""
    whole = snapshot.load()
    border_ms = split_60_20_20(whole.time_ms, whole.interval_ms, 0).in_sample.end_ms
    markets = snapshot.prefix(border_ms).load().markets
    return store.save(markets, {"kind": "in-sample part", "source": snapshot.id})


def _plain_snapshot(settings: HistorySettings, home: Home, store: SnapshotStore) -> Snapshot:
    if settings.world is not None:
        world = make_world(
            settings.world, settings.world_seed, years=settings.years, plant_strength=settings.plant_strength
        )
        return store.save(world.markets, world.origin)
    lake = Lake(home.lake)
    if settings.folder is not None:
        folder = settings.folder if settings.folder.is_absolute() else ROOT / settings.folder
        for coin in settings.coins:
            import_coin(lake, folder, settings.venue, coin, settings.interval, SystemClock().now_ms())
    return store.build(
        lake,
        venue=settings.venue,
        coins=settings.coins if settings.listed_on is None else _coins_of(lake, settings, settings.listed_on),
        interval=settings.interval,
        start_ms=_milliseconds(settings.start),
        end_ms=_milliseconds(settings.end),
        listed_on=None if settings.listed_on is None else settings.listed_on.isoformat(),
    )


def _coins_of(lake: Lake, settings: HistorySettings, day: date) -> Sequence[str]:
    """Return the coins of a venue that were traded when a day began and have bars in the lake."""
    entries = lake.list()
    lives = lifetimes(settings.venue, lake.facts(settings.venue), entries)
    there = {entry.coin for entry in entries if (entry.venue, entry.interval) == (settings.venue, settings.interval)}
    moment = _milliseconds(day)
    assert moment is not None
    coins = [coin for coin in sorted(there) if lives[coin].is_traded_at(moment)]
    if not coins:
        spans = [f"{coin} from {utc_text(lives[coin].listed_ms or 0)[:10]}" for coin in sorted(there)[:10]]
        raise DataError(
            f"no coin of {settings.venue} {settings.interval} in the lake was traded on {day}; it has "
            f"{', '.join(spans) or 'none'}: choose another day for listed_on, or import more"
        )
    return coins


def import_coin(lake: Lake, folder: Path, venue: str, coin: str, interval: str, now_ms: int) -> None:
    """Import COIN_INTERVAL and, if there is one, COIN_funding from a folder of files.

    Raises
    ------
    DataError
        If the first is missing, a file is damaged or breaks a rule of quality, or what it says is not over by now.
    """
    if not folder.is_dir():
        raise DataError(
            f"history folder {folder} does not exist: give a folder with {coin}_{interval}.parquet in it, or remove "
            f"`folder` to use what was imported as venue {venue}"
        )
    bars = _find(folder, f"{coin}_{interval}")
    if bars is None:
        raise DataError(
            f"history folder {folder} has no {coin}_{interval} file; allowed endings are {', '.join(SUFFIXES)}"
        )
    received = read_bars(bars)
    check_over(received.time_ms + interval_ms(interval), now_ms, subject=str(bars))
    funding = _find(folder, f"{coin}_funding")
    settled = None if funding is None else read_funding(funding)
    if settled is not None:
        check_over(settled.time_ms, now_ms, subject=str(funding))
    lake.import_bars(venue, coin, interval, received, source=bars.name)
    if settled is not None and funding is not None:
        lake.import_funding(venue, coin, settled, source=funding.name)


def _find(folder: Path, stem: str) -> Path | None:
    return next((folder / (stem + suffix) for suffix in SUFFIXES if (folder / (stem + suffix)).exists()), None)


def _milliseconds(day: date | None) -> int | None:
    if day is None:
        return None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
