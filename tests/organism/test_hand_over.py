"""What a run hands over: once, with all that it descends from, however often and whenever it is asked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from data.alignment import cut
from data.snapshot import SnapshotStore
from data.worlds import make_world
from evolution.run.checkpoint import load_checkpoint
from evolution.run.generation import Generation
from evolution.run.layout import RunFolder, read_json
from evolution.run.origin import origin_from_plain
from evolution.run.state import SearchState
from evolution.trials import read_segments, segments
from organism.foundry import evolve, start_run
from organism.hand_over import HandOver
from organism.home import Home
from organism.registry.rows import NewStrategy
from organism.registry.states import LifecycleState
from organism.registry.store import Registry
from organism.run_manifest import run_settings
from organism.settings import FoundrySettings

EPOCHS = {"patience": 1, "generations": 12, "population": 16, "offspring": 16}


@pytest.fixture(scope="module")
def epochs_home(
    tiny_settings: Callable[..., FoundrySettings], judged_at: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Home:
    """Return a home with a run of several epochs, at the end of each of which something was handed over."""
    home = Home.create(tmp_path_factory.mktemp("epochs") / "home")
    folder = start_run(tiny_settings(search=EPOCHS), home)
    evolve(folder, home, workers=1, watch=lambda _: None, should_stop=lambda: False, clock=lambda: judged_at)
    return home


def copied(home: Home, tmp_path: Path) -> tuple[Home, RunFolder, SearchState]:
    """Return a copy of a home, its run, and what the run ended with."""
    copy = Home.open(shutil.copytree(home.root, tmp_path / "home"))
    [manifest] = copy.runs.glob("*/manifest.json")
    folder = RunFolder(manifest.parent)
    state, _ = load_checkpoint(folder.checkpoints, origin_from_plain(read_json(manifest)["origin"], "manifest"))
    assert state is not None
    return copy, folder, state


def hand_over_of(home: Home, folder: RunFolder, now: datetime) -> HandOver:
    store, manifest = SnapshotStore(home.snapshots), read_json(folder.manifest)
    snapshot, in_sample = store.open(manifest["snapshot_id"]), store.open(manifest["origin"]["snapshot"])
    return HandOver(folder, run_settings(folder), snapshot, in_sample.load(), home, lambda: now)


def test_what_was_handed_over_epoch_by_epoch_descends_from_the_same_as_at_once(
    epochs_home: Home, tmp_path: Path, judged_at: datetime
) -> None:
    home, folder, state = copied(epochs_home, tmp_path)
    assert state.epoch.number >= 2
    with Registry.open(home.registry_path) as registry:
        expected = {one.id: (one, registry.ancestors(one.genotype_hash)) for one in registry.find()}
    home.registry_path.unlink()
    identifiers = hand_over_of(home, folder, judged_at)(state)
    assert set(identifiers) < set(expected), "epochs before the last have handed over something else, too"
    with Registry.open(home.registry_path) as registry:
        found = {one.id: (one, registry.ancestors(one.genotype_hash)) for one in registry.find()}
    assert found == {name: expected[name] for name in identifiers}
    assert any(ancestors for _, ancestors in found.values())


def test_what_has_been_handed_over_is_not_looked_at_again(
    epochs_home: Home, tmp_path: Path, judged_at: datetime
) -> None:
    """With every segment damaged whoever reads one is refused."""
    home, folder, state = copied(epochs_home, tmp_path)
    for path in segments(folder.trials):
        path.write_bytes(b"")
    with Registry.open(home.registry_path) as registry:
        before = {one.genotype_hash: one for one in registry.find()}
    hand_over = hand_over_of(home, folder, judged_at)
    expected = tuple(before[item.genotype_hash].id for item in state.hall_of_fame[:8])
    assert hand_over(state) == hand_over(state) == expected
    with Registry.open(home.registry_path) as registry:
        assert {one.genotype_hash: one for one in registry.find()} == before


def test_an_epoch_bred_from_the_best_of_all_before_it_does_not_read_back_behind_its_beginning(
    home: Home, tiny_settings: Callable[..., FoundrySettings], judged_at: datetime
) -> None:
    """Whoever reads a segment of an epoch before is refused; everybody that one descends from is known all the same."""
    search = EPOCHS | {"patience": 2, "generations": 24, "registered": 2, "reunion": 2}
    folder = start_run(tiny_settings(search=search), home)
    meeting: set[int] = set()
    kept: dict[Path, bytes] = {}

    def damage(generation: Generation) -> None:
        epoch = generation.state.epoch
        if epoch.began == generation.state.generation > 0:
            # The hand-over of the epoch before is done.
            for path in segments(folder.trials)[: epoch.began]:
                kept.setdefault(path, path.read_bytes())
                path.write_bytes(b"")
            if epoch.is_reunion(2):
                meeting.add(epoch.began)

    evolve(folder, home, workers=0, watch=damage, should_stop=lambda: False, clock=lambda: judged_at)
    for path, content in kept.items():
        path.write_bytes(content)
    made = {row["genotype_hash"]: row for table in read_segments(folder.trials) for row in table.to_pylist()}
    with Registry.open(home.registry_path) as registry:
        ancestors = {one.genotype_hash: set(registry.ancestors(one.genotype_hash)) for one in registry.find()}
    assert ancestors == {one: above(one, made) for one in ancestors}
    crossed = {
        border
        for one, found in ancestors.items()
        for border in meeting
        if any(made[parent]["generation"] < border <= made[one]["generation"] for parent in found)
    }
    assert len(crossed) >= 2, "hardly anybody descends from the best of another epoch"


def above(genotype_hash: str, made: Mapping[str, dict[str, Any]]) -> set[str]:
    """Return everybody that a genotype descends from, by the rows of the trials."""
    found, waiting = set[str](), [genotype_hash]
    while waiting:
        parents = set(made[waiting.pop()]["parents"]) - found
        found |= parents
        waiting += parents
    return found


def test_a_kill_between_birth_and_testing_is_made_good(
    finished_home: Home, tmp_path: Path, judged_at: datetime
) -> None:
    home, folder, state = copied(finished_home, tmp_path)
    with Registry.open(home.registry_path) as registry:
        born, *_ = registry.find()
    home.registry_path.unlink()
    with Registry.open(home.registry_path) as registry:
        registry.add(NewStrategy(**{item.name: getattr(born, item.name) for item in fields(NewStrategy)}), judged_at)
        assert registry.get(born.id).state is LifecycleState.BORN
    assert born.id in hand_over_of(home, folder, judged_at)(state)
    with Registry.open(home.registry_path) as registry:
        assert {one.state for one in registry.find()} == {LifecycleState.TESTING}


def test_what_another_run_has_found_on_the_same_market_is_submitted_on_this_history_while_it_waits(
    tiny_settings: Callable[..., FoundrySettings],
    write_history: Callable[..., Path],
    tmp_path: Path,
    judged_at: datetime,
) -> None:
    """Of four that were known one was rejected since, and one was found where other coins are traded."""
    home = Home.create(tmp_path / "home")
    some = make_world("planted", 4, years=1.0).markets[:2]
    files = write_history(tmp_path / "files", some)
    settings = tiny_settings(history={"venue": "test", "folder": files, "coins": [market.coin for market in some]})
    folder = start_run(settings, home)
    evolve(folder, home, workers=0, watch=lambda _: None, should_stop=lambda: False, clock=lambda: judged_at)
    store = SnapshotStore(home.snapshots)
    whole = store.open(read_json(folder.manifest)["snapshot_id"])
    markets = whole.load().markets
    shorter = store.save(cut(markets, end_ms=int(markets[0].time_ms[-500])), whole.manifest.origin).id
    one_coin = store.save(markets[:1], whole.manifest.origin).id
    with Registry.open(home.registry_path) as registry:
        known = registry.find()[:4]
    home.registry_path.unlink()
    with Registry.open(home.registry_path) as registry:
        for one, where in zip(known, (shorter, shorter, one_coin, "5" * 64), strict=True):
            born = {item.name: getattr(one, item.name) for item in fields(NewStrategy)}
            older = NewStrategy(**born | {"run_id": "earlier", "snapshot_id": where})
            registry.submit(registry.add(older, judged_at), judged_at)
        rejected = registry.get(known[0].id)
        registry.transition(rejected.id, expected=rejected, to=LifecycleState.REJECTED, reason="by hand", now=judged_at)
    state, _ = load_checkpoint(folder.checkpoints, origin_from_plain(read_json(folder.manifest)["origin"], "manifest"))
    assert state is not None
    for _ in range(2):
        identifiers = hand_over_of(home, folder, judged_at)(state)
        with Registry.open(home.registry_path) as registry:
            ours = {one.id for one in registry.submitted(run_id=folder.name)}
            assert ours & {one.id for one in known} == {known[1].id}
            assert ours == {*identifiers} - {one.id for one in known} | {known[1].id}
            assert {one.id for one in registry.find(run_id="earlier")} == {one.id for one in known}
            assert registry.get(rejected.id).state is LifecycleState.REJECTED


def test_strategies_are_born_when_they_are_handed_over_and_a_run_began_once(
    tiny_settings: Callable[..., FoundrySettings], home: Home, judged_at: datetime
) -> None:
    """Every look at the clock is an hour later; the run is stopped after two generations and resumed."""
    hours, seen = count(), []

    def clock() -> datetime:
        return judged_at + timedelta(hours=next(hours))

    def watch(generation: Generation) -> None:
        seen.append(generation.state.generation)

    folder = start_run(tiny_settings(search=EPOCHS), home)
    for enough in (2, 100):
        evolve(folder, home, workers=0, watch=watch, should_stop=lambda most=enough: len(seen) >= most, clock=clock)
    assert folder.is_finished
    assert read_json(folder.manifest)["started_at"] == judged_at.isoformat()
    with Registry.open(home.registry_path) as registry:
        births = [one.born_at for one in registry.find()]
        submitted = [registry.events(one.id)[1].at for one in registry.find()]
    assert births == submitted
    assert min(births) > judged_at
    assert len(set(births)) >= 2
