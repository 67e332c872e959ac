"""Random search beside a run: as many rules as it has tried, drawn afresh, on the bars that it was bred on."""

from __future__ import annotations

import math
from collections.abc import Callable

from data.errors import ConfigError
from data.lock import exclusive
from data.snapshot import SnapshotStore
from evolution.agreement import ReferenceCheck
from evolution.run.avoided import goals_of
from evolution.run.checkpoint import load_checkpoint
from evolution.run.generation import Generation
from evolution.run.layout import ENDLESS, RunFolder
from evolution.run.loop import search
from evolution.run.metrics import read_last_generation
from evolution.run.settings import SearchSettings
from organism.foundry import backend_of
from organism.home import Home
from organism.permutations.plan import origin_and_seed
from organism.settings import FoundrySettings
from organism.views.progress import count
from organism.views.random_search import beside

FRESH_ALONE = {
    "mode": "random",
    "generations": ENDLESS,
    "patience": 0,
    "tuned": 0,
    "simplify": False,
    "warm_start": (),
}
"""What makes random search of a search: no rule but those that are drawn, and an end by their number alone."""


def baseline_settings(settings: SearchSettings, n_rules: int) -> SearchSettings:
    """Return settings that draw so many rules from the same grammar, with the same demands on them."""
    return SearchSettings.model_validate(settings.model_dump() | FRESH_ALONE | {"evaluations": n_rules})


def n_wanted(run: RunFolder, settings: FoundrySettings) -> int:
    """Return how many rules a run has tried.

    Raises
    ------
    ConfigError
        If it has tried none, or is random search itself.
    """
    if settings.search.mode == "random":
        raise ConfigError(f"run {run.name} is random search itself: name a run that evolves")
    n_trials = count(read_last_generation(run.generations).get("n_trials"))
    if not n_trials:
        raise ConfigError(f"run {run.name} has tried nothing yet; go on with: organism evolve resume {run.name}")
    return n_trials


def n_generations(settings: SearchSettings, n_rules: int) -> int:
    """Return after how many generations behind the first so many rules are drawn."""
    return max(0, math.ceil((n_rules - settings.n_initial) / settings.offspring))


def draw_baseline(
    run: RunFolder,
    home: Home,
    settings: FoundrySettings,
    n_rules: int,
    *,
    workers: int,
    watch: Callable[[Generation], None],
    should_stop: Callable[[], bool],
    warn: Callable[[str], None],
) -> bool:
    """Draw the rules that are missing; return whether all are there.

    What was drawn before stays, so that this goes on where it was stopped, and where a run has tried more since. The
    rules are not handed over, and no count of trials sees them: nobody chooses among them.

    Parameters
    ----------
    settings
        Of the run; see `run_settings`.
    n_rules
        How many there are to be; see `n_wanted`.
    workers
        Processes that evaluate; 0: this process does.

    Raises
    ------
    ConfigError
        If another process draws.
    SimulationError
        If the simulators disagree on three genomes.
    """
    folder = beside(run)
    folder.path.mkdir(exist_ok=True)
    with exclusive(folder.lock, f"random search beside run {run.name}", note=warn):
        asked = baseline_settings(settings.search, n_rules)
        origin, seed = origin_and_seed(run)
        in_sample = SnapshotStore(home.snapshots).open(origin.snapshot)
        universe = in_sample.load()
        backend, priors = backend_of(in_sample, settings, workers), asked.priors(len(universe.coins))
        try:
            goals = goals_of(asked.objective, priors, backend)
            state, damaged = load_checkpoint(folder.checkpoints, origin, goals)
            for message in damaged:
                warn(f"{message}; going on from the one before")
            for generation in search(
                asked,
                seed,
                backend,
                folder,
                priors=priors,
                check=ReferenceCheck(universe),
                origin=origin,
                goals=goals,
                universe=universe,
                resumed=state,
            ):
                watch(generation)
                if should_stop() and generation.state.n_trials < n_rules:
                    return False
        finally:
            backend.close()
    return True
