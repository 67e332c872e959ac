"""The whole chain as one story: history in, search, judge, keep."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from backtest.splits import split_60_20_20
from data.code_version import code_version
from data.errors import ConfigError, DataError
from data.lock import exclusive
from data.market import Universe
from data.settings import parse_settings
from data.snapshot import Snapshot, SnapshotStore
from evolution.agreement import Check, ReferenceCheck
from evolution.backends import Backend, ProcessBackend, SerialBackend
from evolution.run.avoided import goals_of
from evolution.run.checkpoint import load_checkpoint
from evolution.run.control import Control
from evolution.run.finish import ends_epoch
from evolution.run.generation import Generation
from evolution.run.layout import RunFolder, write_json
from evolution.run.loop import search
from evolution.run.metrics import MetricsTable
from evolution.run.origin import Origin
from evolution.run.reasons import in_words
from evolution.run.state import SearchState, state_to_plain
from organism.gauntlet.scale import too_many_coins
from organism.hand_over import HandOver, resumable
from organism.history import obtain_snapshot
from organism.home import Home
from organism.known_funding import require_funding
from organism.recalled import recall_of
from organism.registry.store import Registry
from organism.run_manifest import begun, own_manifest, write_manifest
from organism.settings import FoundrySettings

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


def start_run(settings: FoundrySettings, home: Home, *, warn: Callable[[str], None] = LOGGER.warning) -> RunFolder:
    """Fix everything a run depends on and write its manifest; `warn` is told what it will suffer from.

    Raises
    ------
    DataError
        If the registry cannot take in what the run will find, or the same run has lost its manifest or it is damaged.
    ConfigError
        If the same run exists already, naming what can be done with it, rules may be about funding that is unknown,
        none can be built on one coin, or the settings are such that the manifest could not be read back. Then no run is
        left behind.
    """
    settings = parse_settings(FoundrySettings, settings.model_dump(mode="json"), source=f"run {settings.name}")
    _require_registry(home)
    snapshot = obtain_snapshot(settings.history, home)
    folder = RunFolder(home.runs / f"{settings.name}-{settings.seed}-{settings.identity()[:8]}")
    whole = snapshot.load()
    border = in_sample_end_ms(whole)
    require_funding(settings.search.priors(len(whole.coins)), snapshot.prefix(border).load())
    trouble = too_many_coins(len(whole.coins))
    if trouble is not None:
        warn(trouble)
    with exclusive(folder.lock, f"run {folder.name}"):
        if folder.manifest.exists():
            _refuse_existing(folder)
        _refuse_without_manifest(folder)
        shutil.rmtree(folder.path, ignore_errors=True)
        origin = Origin(settings.identity(), snapshot.prefix(border).id, code_version())
        write_manifest(folder, settings, snapshot.id, origin)
    return folder


def _refuse_existing(folder: RunFolder) -> NoReturn:
    """Refuse to begin a run that is there already, and say what can be done with it."""
    if folder.is_finished:
        raise ConfigError(
            f"run {folder.name} is finished; judge it with `organism validate`, or change its name or seed to run again"
        )
    # If another version of the program began it, this one would not resume it either, and says what helps.
    own_manifest(folder)
    raise ConfigError(f"run {folder.name} exists; go on with: organism evolve resume {folder.name}")


def _require_registry(home: Home) -> None:
    """Refuse a registry that is damaged, lost or of a newer program before anything is spent on a search."""
    Registry.read(home.registry_path).close()


def _refuse_without_manifest(folder: RunFolder) -> None:
    """Refuse a folder in which somebody has searched: its manifest was there before anything else, so it was lost."""
    kept = [path.name for path in (folder.trials, folder.checkpoints, folder.generations) if path.exists()]
    if kept:
        raise DataError(
            f"run {folder.name} has lost its {folder.manifest.name}, and {folder.path} holds {', '.join(kept)}: put "
            "the manifest back from a backup, or move the folder away to begin anew; the home then no longer counts "
            "what it has tried"
        )


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
    clock: Callable[[], datetime],
    warn: Callable[[str], None] = LOGGER.warning,
    check: Callable[[Universe], Check] = ReferenceCheck,
) -> RunOutcome:
    """Run or resume a search to its end, then register its best and hand them to the gauntlet.

    Parameters
    ----------
    workers
        Processes that evaluate; 0: this process does, without the limits that workers have.
    clock
        Says the time (UTC): when the run was first worked on, and when its strategies are born.
    check
        Makes of the in-sample history what is asked about the best of each generation.

    Raises
    ------
    ConfigError
        If code, configuration or snapshot are no longer those the run was started with, or another
        process works on the run.
    DataError
        If the registry cannot take in what the run will find.
    SimulationError
        If the simulators disagree on three genomes.
    """
    with exclusive(folder.lock, f"run {folder.name}", note=warn):
        manifest, settings = own_manifest(folder)
        _require_registry(home)
        manifest = begun(folder, manifest, clock)
        control = Control(folder, warn)
        store = SnapshotStore(home.snapshots)
        snapshot, in_sample = store.open(manifest["snapshot_id"]), store.open(manifest["origin"]["snapshot"])
        origin = Origin(settings.identity(), in_sample.id, code_version())
        universe, backend = in_sample.load(), backend_of(in_sample, settings, workers)
        hand_over, metrics = HandOver(folder, settings, snapshot, universe, home, clock), MetricsTable(folder)
        priors = settings.search.priors(len(universe.coins))
        state: SearchState | None = None
        try:
            goals = goals_of(settings.search.objective, priors, backend)
            state, damaged = load_checkpoint(folder.checkpoints, origin, goals)
            for message in damaged:
                warn(f"{message}; going on from the one before")
            if state is not None and ends_epoch(state, settings.search):
                # A kill may have come between the end of an epoch and this.
                hand_over(state)
            for generation in search(
                settings.search,
                settings.seed,
                backend,
                folder,
                priors=priors,
                check=check(universe),
                origin=origin,
                goals=goals,
                universe=universe,
                resumed=state,
                recall=recall_of(home, folder, state, origin, settings),
            ):
                state = generation.state
                watch(generation)
                if state.generation == 0 and not state.population:
                    warn(_nobody_left(generation))
                if ends_epoch(state, settings.search):
                    # What it has found can be judged while the next one is bred.
                    hand_over(state)
                    metrics.write_if_rested()
                if control.wants_stop(should_stop) and not generation.is_last:
                    return RunOutcome(folder, snapshot, state, False, ())
        finally:
            with ExitStack() as closing:
                # Whatever one of them runs into, the others are closed; the worker processes first.
                closing.callback(metrics.write)
                closing.callback(control.close)
                closing.callback(backend.close)
        assert state is not None
        registered = hand_over(state)
        with resumable(folder):
            return _finished(folder, manifest, snapshot, state, registered)


def _finished(
    folder: RunFolder, manifest: dict[str, Any], snapshot: Snapshot, state: SearchState, registered: tuple[str, ...]
) -> RunOutcome:
    """Write down what a run has come to; from then on it is finished."""
    write_json(folder.manifest, {**manifest, "population_hash": state.population_hash()})
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


def _nobody_left(generation: Generation) -> str:
    """Return why the first generation has nobody to breed from."""
    reasons = ", ".join(f"{count} {in_words(reason)}" for reason, count in generation.rejections.items())
    return (
        f"none of the {generation.n_scored} rules of the first generation has fitness ({reasons}); "
        "loosen the limits or minimum_trades of [search], or give more history"
    )


def backend_of(in_sample: Snapshot, settings: FoundrySettings, workers: int) -> Backend:
    """Return what evaluates for a run: so many processes within its limits, or this one (0), without."""
    minimum_trades = settings.search.minimum_trades
    if workers == 0:
        return SerialBackend(in_sample.path, minimum_trades=minimum_trades)
    return ProcessBackend(in_sample.path, minimum_trades=minimum_trades, workers=workers, limits=settings.limits())
