"""History made into a null by name: the same sizes and facts, no order or no direction, and a name of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from data.bars import Bars
from data.errors import ConfigError, DataError
from data.market import Market
from data.quality import check_bars
from data.settings import parse_settings
from data.snapshot import Snapshot, SnapshotStore
from data.worlds import make_world
from organism.foundry import evolve, start_run
from organism.history import obtain_snapshot
from organism.home import Home
from organism.settings import FoundrySettings, HistorySettings
from organism.surrogates import SurrogateName, save_surrogate

NAMES: tuple[SurrogateName, ...] = ("permuted-24", "permuted-168", "random-signs")
N_BARS, HOLE, KNOWN_FROM = 4_000, range(900, 907), 1_500


@pytest.fixture
def markets(make_market: Callable[..., Market]) -> tuple[Market, ...]:
    """Two coins: the second has a hole, and its funding is unknown for the first 1,500 bars."""
    rng = np.random.default_rng(5)
    made = []
    for coin, leverage in (("BTC", 40), ("ETH", 25)):
        body = np.exp(0.01 * rng.standard_normal(N_BARS))
        opens = 100.0 * np.concatenate(([1.0], np.cumprod(body)[:-1]))
        rate = np.where(np.arange(N_BARS) % 8 == 0, 1e-4 * rng.standard_normal(N_BARS), 0.0)
        made.append(
            make_market(
                opens,
                opens * np.maximum(body, 1.0) * 1.002,
                opens * np.minimum(body, 1.0) * 0.997,
                opens * body,
                volume=1.0 + np.arange(N_BARS),
                funding_rate=np.where((np.arange(N_BARS) < KNOWN_FROM) & (coin == "ETH"), np.nan, rate),
                available=[coin == "BTC" or bar not in HOLE for bar in range(N_BARS)],
                coin=coin,
                max_leverage=leverage,
                lot_size=1e-4,
                listed_ms=1_500_000_000_000,
            )
        )
    return tuple(made)


@pytest.fixture
def source(home: Home, markets: tuple[Market, ...]) -> Snapshot:
    return SnapshotStore(home.snapshots).save(markets, {"source": "lake", "venue": "test"})


def altered(home: Home, source: Snapshot, name: SurrogateName, seed: int = 1) -> Snapshot:
    return save_surrogate(SnapshotStore(home.snapshots), source, name, seed)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_is_the_same_snapshot_and_another_seed_another(
    home: Home, source: Snapshot, name: SurrogateName
) -> None:
    first = altered(home, source, name)
    assert altered(home, source, name).id == first.id != source.id
    other = altered(home, source, name, seed=2)
    assert other.id != first.id
    assert not np.array_equal(other.load()["BTC"].close, first.load()["BTC"].close)
    assert first.manifest.origin == {
        "kind": "surrogate",
        "name": name,
        "seed": 1,
        "version": 1 if name == "random-signs" else 2,
        "source": source.id,
    }


@pytest.mark.parametrize("name", NAMES)
def test_what_comes_out_are_bars_that_every_rule_of_quality_accepts(
    home: Home, source: Snapshot, name: SurrogateName
) -> None:
    for market in altered(home, source, name).load():
        here = market.is_available
        series = (getattr(market, field)[here] for field in ("open", "high", "low", "close", "volume"))
        assert check_bars(Bars(market.time_ms[here], *series), market.interval_ms).n_rows == here.sum()


@pytest.mark.parametrize("name", ["permuted-24", "permuted-168"])
def test_permuted_bars_keep_every_return_the_holes_and_the_listing(
    home: Home, source: Snapshot, name: SurrogateName
) -> None:
    for before, after in zip(source.load(), altered(home, source, name).load(), strict=True):
        assert after.instrument == before.instrument
        np.testing.assert_array_equal(after.time_ms, before.time_ms)
        np.testing.assert_array_equal(after.is_available, before.is_available)
        np.testing.assert_array_equal(np.isnan(after.funding_rate), np.isnan(before.funding_rate))
        for field in ("high", "low", "close"):
            parts = [np.sort((getattr(one, field) / one.open)[one.is_available]) for one in (before, after)]
            np.testing.assert_allclose(parts[1], parts[0], rtol=1e-12)
        assert not np.allclose(after.close, before.close, equal_nan=True)


@pytest.mark.parametrize(("name", "block_bars"), [("permuted-24", 24), ("permuted-168", 168)])
def test_permuted_bars_keep_their_hour(home: Home, source: Snapshot, name: SurrogateName, block_bars: int) -> None:
    """Volumes are 1 + the number of the bar; before, two bars of three landed on another hour."""
    for market in altered(home, source, name).load():
        here = np.flatnonzero(market.is_available)
        assert np.all((market.volume[here] - 1 - here) % block_bars == 0)


def test_a_history_of_which_nothing_can_change_place_is_refused(home: Home, make_market: Callable[..., Market]) -> None:
    """Two days: the first has nothing before it, so the second has no partner."""
    days = SnapshotStore(home.snapshots).save([make_market(np.arange(1.0, 49.0))], {"source": "lake", "venue": "test"})
    with pytest.raises(DataError, match="no block of 24 bars can change place: received 2 complete ones"):
        altered(home, days, "permuted-24")


def test_random_signs_keep_every_size_and_leave_out_what_not_all_traded(home: Home, source: Snapshot) -> None:
    before, after = source.load(), altered(home, source, "random-signs").load()
    together = before["ETH"].is_available
    for one, other in zip(before, after, strict=True):
        assert other.n_bars == N_BARS - len(HOLE) == together.sum()
        assert other.instrument == replace(one.instrument, venue="synthetic", listed_ms=int(one.time_ms[0]))
        np.testing.assert_array_equal(np.isnan(other.funding_rate), np.isnan(one.funding_rate)[together])
        sizes = [np.abs(np.log(market.close / market.open)) for market in (one, other)]
        # Turned moves are made fair games: they differ by about half the square of a move of a hundredth.
        np.testing.assert_allclose(sizes[1], sizes[0][together], atol=2e-3)
    signs = [np.sign(np.log(market.close / market.open)) for market in (before["BTC"], after["BTC"])]
    assert 0.4 < (signs[0][together] == signs[1]).mean() < 0.6


def test_a_run_is_searched_on_the_surrogate_of_its_settings(
    tmp_path: Path,
    tiny_settings: Callable[..., FoundrySettings],
    write_history: Callable[[Path, Iterable[Market]], Path],
    judged_at: datetime,
) -> None:
    home = Home.create(tmp_path / "home")
    folder = write_history(tmp_path / "files", make_world("planted", 1, years=1.0).markets)
    real = {"venue": "files", "folder": str(folder), "coins": ["BTC", "DOGE", "ETH", "SOL"]}
    plain = tiny_settings(history=real)
    settings = tiny_settings(history={**real, "surrogate": "permuted-24", "surrogate_seed": 7})
    assert settings.identity() != plain.identity()
    run = start_run(settings, home)
    outcome = evolve(run, home, workers=0, watch=lambda _: None, should_stop=lambda: False, clock=lambda: judged_at)
    assert outcome.snapshot.manifest.origin["name"] == "permuted-24"
    assert outcome.snapshot.manifest.origin["seed"] == 7
    assert outcome.snapshot.manifest.origin["source"] == obtain_snapshot(plain.history, home).id
    assert outcome.is_finished


def test_made_worlds_can_be_permuted_too(home: Home) -> None:
    settings = HistorySettings(world="planted", years=1.0, surrogate="permuted-168")
    found = obtain_snapshot(settings, home)
    assert found.manifest.origin["source"] == obtain_snapshot(HistorySettings(world="planted", years=1.0), home).id


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"surrogate": "shuffled"}, "'permuted-24', 'permuted-168' or 'random-signs'.*received 'shuffled'"),
        ({"surrogate": "permuted-24", "surrogate_seed": -1}, "surrogate_seed: .*greater than or equal to 0"),
        ({"surrogate": "permuted-24", "surrogate_seed": 2**63}, "surrogate_seed: .*less than"),
    ],
)
def test_a_surrogate_that_does_not_exist_is_refused_with_what_is_allowed(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_settings(HistorySettings, {"world": "planted", **changes}, source="file.toml")
