"""One search of permuted history: the same settings, seed and budget, in a place where nothing counts it."""

from __future__ import annotations

import shutil
import time

from data.code_version import code_version
from data.snapshot import Snapshot, SnapshotStore
from evolution.agreement import ReferenceCheck
from evolution.backends import SerialBackend
from evolution.run.layout import RunFolder
from evolution.run.loop import search
from evolution.run.origin import Origin
from evolution.run.state import SearchState
from organism.home import Home
from organism.permutations.plan import PermutationPlan
from organism.permutations.result import PermutedSearch, best_sharpe
from organism.run_manifest import run_settings
from organism.settings import FoundrySettings
from organism.surrogates import save_surrogate


def search_permuted(plan: PermutationPlan, home: Home, number: int) -> PermutedSearch:
    """Permute the in-sample bars and search them as the run did; what is written meanwhile is removed.

    Only the in-sample part of the run's history is read. Its trials are written outside the home's runs, so that
    nobody counts them: a genotype scored on bars that never were is no trial of history.

    Raises
    ------
    ConfigError
        If code or configuration are no longer those of the run.
    SimulationError
        If the simulators disagree on three genomes.
    """
    settings = run_settings(plan.run)
    place = home.permuted / f"{plan.run.name}-{plan.block_bars}-{number:05d}"
    shutil.rmtree(place, ignore_errors=True)
    started = time.process_time()
    history = permuted_history(plan, home, number, SnapshotStore(place / "snapshots"))
    state = _searched(settings, history, RunFolder(place / "run"))
    seconds = round(time.process_time() - started, 2)
    shutil.rmtree(place, ignore_errors=True)
    return PermutedSearch(number, plan.seed_of(number), best_sharpe(state), state.n_trials, seconds)


def permuted_history(plan: PermutationPlan, home: Home, number: int, store: SnapshotStore) -> Snapshot:
    """Return the run's in-sample bars in another order, saved in `store`."""
    in_sample = SnapshotStore(home.snapshots).open(plan.origin.snapshot)
    return save_surrogate(store, in_sample, plan.surrogate, plan.seed_of(number))


def _searched(settings: FoundrySettings, history: Snapshot, folder: RunFolder) -> SearchState:
    folder.path.mkdir(parents=True)
    backend = SerialBackend(history.path, minimum_trades=settings.search.minimum_trades)
    universe = history.load()
    try:
        *_, last = search(
            settings.search,
            settings.seed,
            backend,
            folder,
            priors=settings.search.priors(len(universe.coins)),
            check=ReferenceCheck(universe),
            origin=Origin(settings.identity(), history.id, code_version()),
            universe=universe,
        )
    finally:
        backend.close()
    return last.state
