"""A search on a terminal: its progress, how it is stopped, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from organism.cli.common import compile_once, note, now_utc, print_json, say
from organism.cli.interrupt import INTERRUPTED, stop_on_interrupt
from organism.cli.limits import Limits

if TYPE_CHECKING:
    from evolution.run.layout import RunFolder
    from organism.foundry import RunOutcome
    from organism.home import Home
    from organism.settings import FoundrySettings


def search(
    folder: RunFolder, home: Home, settings: FoundrySettings, workers: int | None, limits: Limits, as_json: bool
) -> None:
    """Begin a run or go on with it, until it ends or is stopped; say what came of it."""
    from organism.cli.progress import evolution_progress
    from organism.foundry import evolve

    compile_once()
    workers = workers or settings.workers
    with stop_on_interrupt() as wanted, evolution_progress(folder.name, settings.search.generations) as watch:
        outcome = evolve(
            folder,
            home,
            workers=workers,
            watch=watch,
            should_stop=lambda: bool(wanted) or limits.is_reached(note),
            clock=now_utc,
            warn=note,
        )
    if outcome.is_finished:
        _tell(outcome, folder, home, as_json)
        return
    note(f"stopped after generation {outcome.state.generation}; go on with: organism evolve resume {folder.name}")
    if as_json:
        print_json({"run": folder.name, "is_finished": False, "generation": outcome.state.generation})
    raise typer.Exit(INTERRUPTED)


def again(folder: RunFolder, home: Home, as_json: bool) -> None:
    """Hand over a finished run again if the registry has forgotten some of it; refuse it if not.

    Raises
    ------
    ConfigError
        If the registry knows all of its strategies.
    """
    from data.errors import ConfigError
    from organism.handed_over import forgotten_of, hand_over_again
    from organism.registry.store import Registry

    with Registry.read(home.registry_path) as registry:
        forgotten = forgotten_of(folder, {one.genotype_hash for one in registry.find()})
    if forgotten is None:
        raise ConfigError(f"run {folder.name} is finished; judge it with: organism validate")
    note(f"{forgotten}; handing them over again")
    compile_once()
    _tell(hand_over_again(forgotten, folder, home, now_utc(), note), folder, home, as_json)


def _tell(outcome: RunOutcome, folder: RunFolder, home: Home, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "run": folder.name,
                "is_finished": True,
                "snapshot_id": outcome.snapshot.id,
                "population_hash": outcome.state.population_hash(),
                "n_trials": outcome.state.n_trials,
                "registered": list(outcome.registered),
            }
        )
        return
    say(f"{folder.name}: {outcome.state.n_trials} genotypes scored, {len(outcome.registered)} handed to the gauntlet")
    if outcome.registered:
        _tell_known(home, folder.name, outcome.registered)
        say("judge them with: organism validate")
    else:
        say(f"there is nothing to judge; what had no fitness, and why: organism evolve show {folder.name}")


def _tell_known(home: Home, run: str, registered: tuple[str, ...]) -> None:
    """Say who of the best will not be judged on this history, and why."""
    from collections import Counter

    from organism.registry.states import LifecycleState
    from organism.registry.store import Registry

    with Registry.open(home.registry_path) as registry:
        ours = {one.id for one in registry.submitted(run_id=run)}
        states = Counter(registry.get(name).state for name in registered)
        elsewhere = [name for name in registered if registry.get(name).state is LifecycleState.TESTING]
    n_elsewhere = len(set(elsewhere) - ours)
    del states[LifecycleState.TESTING]
    if states:
        told = ", ".join(f"{count} {state.value}" for state, count in sorted(states.items()))
        say(f"not in testing any more, and not judged again: {told}")
    if n_elsewhere:
        say(f"{n_elsewhere} found before on another market, or on this history, and judged there alone")
