"""The whole chain as one story: history in, search, judge, keep."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from backtest.splits import split_60_20_20
from data.canonical import canonical_json
from data.code_version import code_version
from data.errors import ConfigError, DataError
from data.market import Universe
from data.settings import parse_settings
from data.snapshot import Snapshot, SnapshotStore
from evolution.backends import make_backend
from evolution.genome.codec import to_json
from evolution.genome.hashing import behaviour_hash
from evolution.genome.render import render
from evolution.run.checkpoint import load_checkpoint
from evolution.run.layout import RunFolder, read_json, write_json
from evolution.run.loop import Generation, generation_line, search
from evolution.run.state import SearchState, state_to_plain
from evolution.search.individual import Individual
from evolution.trials import read_segments
from organism.gauntlet.case import Case
from organism.gauntlet.examination import whole_slice
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.subject import GenomeSubject
from organism.history import obtain_snapshot
from organism.home import Home
from organism.registry.rows import LineageRecord, NewStrategy
from organism.registry.store import Registry
from organism.settings import FoundrySettings

MANIFEST_KEYS = ("run", "settings", "seed", "snapshot_id", "in_sample_snapshot_id", "code_version")

LOGGER = logging.getLogger(__name__)
Watcher = Callable[[Generation], None]
Stopper = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What an evolution run left behind."""

    folder: RunFolder
    snapshot: Snapshot
    state: SearchState
    is_finished: bool
    """False when it was stopped on request and can be resumed."""
    registered: tuple[str, ...]
    """Strategy ids handed to the gauntlet; empty until the run is finished."""


def start_run(settings: FoundrySettings, home: Home) -> RunFolder:
    """Fix everything a run depends on and write its manifest.

    Raises
    ------
    ConfigError
        If the same run exists already.
    """
    snapshot = obtain_snapshot(settings.history, home)
    folder = RunFolder(home.runs / f"{settings.name}-{settings.seed}-{settings.identity()[:8]}")
    if folder.manifest.exists():
        if folder.is_finished:
            remedy = "is finished; judge it with `organism validate`, or change its name or seed to run again"
        else:
            remedy = f"exists; go on with: organism evolve resume {folder.name}"
        raise ConfigError(f"run {folder.name} {remedy}")
    shutil.rmtree(folder.path, ignore_errors=True)
    border = in_sample_end_ms(snapshot.load())
    write_json(
        folder.manifest,
        {
            "schema": 1,
            "run": folder.name,
            "settings": settings.model_dump(mode="json"),
            "seed": settings.seed,
            "snapshot_id": snapshot.id,
            "in_sample_snapshot_id": snapshot.prefix(border).id,
            "code_version": code_version(),
        },
    )
    return folder


def in_sample_end_ms(universe: Universe) -> int:
    """Return the border (UTC ms) after which search sees nothing."""
    return split_60_20_20(universe.time_ms, universe.interval_ms, 0).in_sample.end_ms


def evolve(
    folder: RunFolder,
    home: Home,
    *,
    workers: int,
    watch: Watcher,
    should_stop: Stopper,
    now: datetime,
    warn: Callable[[str], None] = LOGGER.warning,
) -> RunOutcome:
    """Run or resume a search to its end, then register its best and hand them to the gauntlet.

    Raises
    ------
    ConfigError
        If code, configuration or snapshot are no longer those the run was started with.
    """
    settings = run_settings(folder)
    manifest = read_json(folder.manifest, *MANIFEST_KEYS)
    store = SnapshotStore(home.snapshots)
    snapshot, in_sample = store.open(manifest["snapshot_id"]), store.open(manifest["in_sample_snapshot_id"])
    state, damaged = load_checkpoint(folder.checkpoints)
    for message in damaged:
        warn(f"{message}; going on from the one before")
    backend = make_backend(in_sample.path, minimum_trades=settings.search.minimum_trades, workers=workers)
    try:
        for generation in search(
            settings.search, settings.seed, backend, folder, priors=settings.search.priors(), resumed=state
        ):
            state = generation.state
            _append_line(folder.generations, generation)
            watch(generation)
            if should_stop() and state.generation < settings.search.generations:
                return RunOutcome(folder, snapshot, state, False, ())
    finally:
        backend.close()
    assert state is not None
    registered = _register(folder, settings, snapshot, in_sample, state, home, now)
    write_json(
        folder.outcome,
        {
            "population_hash": state.population_hash(),
            "n_trials": state.n_trials,
            "registered": list(registered),
            **state_to_plain(state),
        },
    )
    return RunOutcome(folder, snapshot, state, True, registered)


def run_settings(folder: RunFolder) -> FoundrySettings:
    """Return what a run was started with.

    Raises
    ------
    DataError
        If its manifest is damaged.
    ConfigError
        If it was started by another version of the code.
    """
    manifest = read_json(folder.manifest, *MANIFEST_KEYS)
    if manifest["code_version"] != code_version():
        raise ConfigError(
            f"run {folder.name} was started by code {str(manifest['code_version'])[:12]}, "
            f"this is {code_version()[:12]}; "
            "a resumed run would not be the same run: check out that version, or start a new run"
        )
    if not isinstance(manifest["settings"], dict):
        raise DataError(f"{folder.manifest} is damaged, its settings are no object; restore it from a backup")
    return parse_settings(FoundrySettings, manifest["settings"], source=f"manifest of run {folder.name}")


def _append_line(path: Path, generation: Generation) -> None:
    with path.open("a+b") as stream:
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            if stream.read() != b"\n":
                # A kill cut the last line short; it must not swallow this one.
                stream.write(b"\n")
        stream.write(canonical_json(generation_line(generation)) + b"\n")


def _register(
    folder: RunFolder,
    settings: FoundrySettings,
    snapshot: Snapshot,
    in_sample: Snapshot,
    state: SearchState,
    home: Home,
    now: datetime,
) -> tuple[str, ...]:
    """Put the best of the hall of fame into testing, and the whole genealogy beside them."""
    universe = in_sample.load()
    lineage, made_by = _lineage(folder.trials)
    chosen = state.hall_of_fame[: settings.search.registered]
    identifiers: list[str] = []
    with Registry.open(home.registry_path) as registry:
        registry.add_lineage(lineage, folder.name)
        for item in chosen:
            parents, operator = made_by.get(item.genotype_hash, ((), "initial"))
            strategy = _new_strategy(item, parents, operator, folder.name, snapshot, universe, settings)
            identifier = registry.add(strategy, now)
            identifiers.append(identifier)
            if registry.get(identifier).state == "born":
                registry.submit(identifier, now)
    return tuple(identifiers)


def _new_strategy(
    item: Individual,
    parents: tuple[str, ...],
    operator: str,
    run: str,
    snapshot: Snapshot,
    universe: Universe,
    settings: FoundrySettings,
) -> NewStrategy:
    subject = GenomeSubject(item.genome)
    case = Case(subject, universe, whole_slice("IS", universe), subject.risk, GauntletPolicy())
    trades = {trace.result.coin: trace.trades for trace in case.traces()}
    return NewStrategy(
        algorithm_type=settings.search.algorithm,
        generation=item.generation,
        genotype_hash=item.genotype_hash,
        genome_json=to_json(item.genome),
        rendered=render(item.genome),
        behaviour_hash=behaviour_hash(trades),
        run_id=run,
        snapshot_id=snapshot.id,
        parents=parents,
        operator=operator,
        in_sample={name: float(value) for name, value in asdict(item.score).items()},
    )


def _lineage(trials: Path) -> tuple[list[LineageRecord], dict[str, tuple[tuple[str, ...], str]]]:
    """Return every parent-child pair of a run, and how each genotype was made."""
    records: list[LineageRecord] = []
    made_by: dict[str, tuple[tuple[str, ...], str]] = {}
    for table in read_segments(trials):
        for row in _rows(table):
            made_by[row["genotype_hash"]] = (tuple(row["parents"]), row["operator"])
            records.extend(
                LineageRecord(row["genotype_hash"], parent, row["operator"], row["generation"])
                for parent in row["parents"]
            )
    return records, made_by


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.select(["genotype_hash", "generation", "operator", "parents"]).to_pylist()
    return rows
