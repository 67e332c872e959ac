"""Held-out bars of real history: opened under the configured rules, or because somebody insists, as evidence says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from backtest.splits import split_60_20_20
from data.errors import ConfigError
from data.market import Market
from data.snapshot import Snapshot, SnapshotStore
from data.worlds import World, make_world
from evolution.genome.genome import Genome
from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.vault import Access, is_made, refuse_real
from organism.history import obtain_snapshot
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.store import Registry
from organism.settings import HistorySettings
from organism.surrogates import save_surrogate

REAL = {"source": "lake", "venue": "test"}


@pytest.fixture
def real(
    home: Home, two_years: World, rules: dict[str, Genome], submit: Callable[..., None], judged_at: datetime
) -> Snapshot:
    """Return a history that came from files, on which the cause waits to be judged."""
    snapshot = SnapshotStore(home.snapshots).save(two_years.markets, REAL)
    submit(home, {"cause": rules["cause"]}, snapshot.id, judged_at)
    return snapshot


def judged(home: Home, policy: GauntletPolicy, now: datetime, access: Access) -> dict[str, bool]:
    """Judge with `access`; return what each pack says of the vault."""
    with Registry.open(home.registry_path) as registry:
        judge_testing(home, registry, policy, now, lambda _: None, access=access)
        rows = registry.verdicts()
    return {row.strategy_id: read_pack(home.evidence, row.evidence_sha256).document["open_vault"] for row in rows}


def on_record(home: Home) -> tuple[int, int, int]:
    """Return how many verdicts, registrations and openings there are."""
    with Registry.open(home.registry_path) as registry:
        return len(registry.verdicts()), len(registry.registrations()), len(registry.openings(0, 2**62))


def test_whoever_does_not_ask_for_more_may_open_made_histories_alone(
    home: Home,
    real: Snapshot,
    two_years: World,
    rules: dict[str, Genome],
    submit: Callable[..., None],
    loose_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    """A made world that waits beside the real one is not judged either: all or nothing."""
    made = SnapshotStore(home.snapshots).save(two_years.markets, two_years.origin)
    submit(home, {"opposite": rules["opposite"]}, made.id, judged_at, "run-0")
    with (
        Registry.open(home.registry_path) as registry,
        pytest.raises(ConfigError, match=rf"snapshot {real.id[:12]} \(BTC, .*\) is real history.*--open-vault"),
    ):
        judge_testing(home, registry, loose_policy, judged_at, lambda _: None)
    assert on_record(home) == (0, 0, 0)


@pytest.mark.parametrize(("access", "is_stamped"), [(Access.CONFIGURED, False), (Access.OPEN, True)])
def test_evidence_says_when_somebody_insisted(
    access: Access, is_stamped: bool, home: Home, real: Snapshot, loose_policy: GauntletPolicy, judged_at: datetime
) -> None:
    assert list(judged(home, loose_policy, judged_at, access).values()) == [is_stamped]
    assert on_record(home) == (1, 1, 2), "an opening is one, whoever asked for it"


def test_evidence_names_where_rules_are_weaker_than_the_base(
    fresh: Home, loose_policy: GauntletPolicy, judged_at: datetime
) -> None:
    with Registry.open(fresh.registry_path) as registry:
        judge_testing(fresh, registry, loose_policy, judged_at, lambda _: None)
        packs = [read_pack(fresh.evidence, row.evidence_sha256).document for row in registry.verdicts()]
    assert len(packs) == 7
    for document in packs:
        assert document["weaker_than_base"] == [
            "in_sample.minimum_sharpe is -20, below 2",
            "in_sample.maximum_drawdown is 0.5, above 0.1",
            "held_out.minimum_sharpe is -50, below 2",
            "held_out.maximum_drawdown is 0.9, above 0.1",
        ]


def test_on_a_made_world_there_is_nothing_to_insist_on(
    fresh: Home, loose_policy: GauntletPolicy, judged_at: datetime
) -> None:
    assert set(judged(fresh, loose_policy, judged_at, Access.OPEN).values()) == {False}


def test_only_what_says_that_it_is_made_is_made(home: Home, two_years: World) -> None:
    store = SnapshotStore(home.snapshots)
    world = store.save(two_years.markets, two_years.origin)
    for made in (
        world,
        world.prefix(int(two_years.markets[0].time_ms[5_000])),
        save_surrogate(store, world, "permuted-24", 1),
    ):
        assert is_made(made)
        refuse_real(made)
    for origin in (REAL, {}, {"kind": "lake"}, {"kind": None}, {"name": "world"}):
        found = store.save(two_years.markets, origin)
        assert not is_made(found)
        with pytest.raises(ConfigError, match="is real history"):
            refuse_real(found)


def test_work_inside_the_in_sample_part_leaves_the_vault_alone(
    home: Home,
    tmp_path: Path,
    rules: dict[str, Genome],
    submit: Callable[..., None],
    write_history: Callable[[Path, Iterable[Market]], Path],
    loose_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    folder = write_history(tmp_path / "files", make_world("planted", 1, years=2.0).markets)
    settings = HistorySettings(venue="files", folder=folder, coins=("BTC", "DOGE", "ETH", "SOL"))
    whole = obtain_snapshot(settings, home)
    inner_settings = settings.model_copy(update={"in_sample_only": True})
    inner = obtain_snapshot(inner_settings, home)
    assert not is_made(whole)
    assert is_made(inner)
    assert inner.manifest.origin["source"] == whole.id
    assert obtain_snapshot(inner_settings, home).id == inner.id

    calendar, part = whole.load(), inner.load()
    slices = split_60_20_20(calendar.time_ms, calendar.interval_ms, 0)
    np.testing.assert_array_equal(part.time_ms, calendar.time_ms[: slices.in_sample.stop])
    np.testing.assert_array_equal(part["BTC"].close, calendar["BTC"].close[: slices.in_sample.stop])

    submit(home, {"cause": rules["cause"]}, inner.id, judged_at)
    assert list(judged(home, loose_policy, judged_at, Access.MADE).values()) == [False]
    with Registry.open(home.registry_path) as registry:
        inside = registry.openings(0, 2**62)
        assert [opening.slice_name for opening in inside] == ["OOS", "WF"]
        assert registry.openings(slices.out_of_sample.start_ms, slices.walk_forward.end_ms) == []
        assert max(opening.end_ms for opening in inside) <= slices.in_sample.end_ms


def test_a_null_of_the_in_sample_part_holds_no_held_out_bar(home: Home, two_years: World) -> None:
    settings = HistorySettings(world="planted", years=2.0, in_sample_only=True)
    inner = obtain_snapshot(settings, home)
    null = obtain_snapshot(settings.model_copy(update={"surrogate": "permuted-24"}), home)
    assert null.manifest.origin["source"] == inner.id
    assert null.manifest.last_ms == inner.manifest.last_ms < int(two_years.markets[0].time_ms[-1])
