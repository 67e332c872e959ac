"""What is to be whole of a run: how each part of it is looked at, and how it comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from data.errors import DataError
from evolution.run.checkpoint import load_checkpoint
from evolution.run.checkpoint_file import checkpoint_paths, read_checkpoint_file
from evolution.run.layout import MANIFEST_KEYS, RunFolder, read_json, read_outcome
from evolution.run.metrics import lost_generations
from evolution.run.origin import Origin, origin_from_plain
from evolution.run.quarantine import read_quarantined
from evolution.run.state import STATE_KEYS, state_from_plain
from evolution.trials import read_segments
from organism.permutations import records_of
from organism.permutations.plan import origin_and_seed
from organism.views.random_search import beside

Part = tuple[str, Callable[[], object], str]
"""What it is, what raises an error where it is damaged, and what to do then."""
GENERATIONS_NAMED = 5


def run_parts(folder: RunFolder) -> Iterator[Part]:
    """Yield the parts of a run."""
    name = folder.name
    anew = f"move {folder.path} away and start it again: its seed gives the same result"
    yield f"run {name}", partial(_check_run, folder), f"put back a copy, or {anew}"
    lines = f"put back a copy of the file; no result reads it, but what shows the run lacks them. Or {anew}"
    yield f"progress of run {name}", partial(_check_progress, folder), lines
    if folder.is_finished:
        yield f"outcome of run {name}", partial(check_outcome, folder), folder.outcome_again
    if beside(folder).path.exists():
        remedy = f"remove {beside(folder).path}; `organism evolve baseline {name}` draws the same again"
        yield f"random search beside run {name}", partial(_check_drawn, folder), remedy
    if (folder.path / "permutations").exists():
        again = "remove the file it names; `organism validate --permutations` makes that search again"
        yield f"permutations of run {name}", partial(records_of, folder), again


def check_outcome(folder: RunFolder) -> None:
    """Check that the outcome of a run is all there, and what its population hash says.

    Raises
    ------
    DataError
        If it is damaged.
    """
    outcome = read_outcome(folder, "registered", "population_hash", *STATE_KEYS)
    state = state_from_plain({key: outcome[key] for key in STATE_KEYS}, str(folder.outcome))
    if state.population_hash() != outcome["population_hash"]:
        raise DataError(f"{folder.outcome} is damaged: its population is not that of its hash")


def _check_run(folder: RunFolder) -> None:
    """Manifest, checkpoints, quarantine; and that no trial is missing from the count."""
    manifest = read_json(folder.manifest, *MANIFEST_KEYS)
    # Whatever code the run was started with: being of another version is no damage.
    _check_trials(folder, origin_from_plain(manifest["origin"], str(folder.manifest)))
    read_quarantined(folder.quarantine)


def _check_progress(folder: RunFolder) -> None:
    """Every generation up to the newest checkpoint has its line."""
    newest = checkpoint_paths(folder.checkpoints)[:1]
    # Lines are written before it.
    lost_by_file = lost_generations(folder, read_checkpoint_file(newest[0])[0]) if newest else {}
    for path, lost in lost_by_file.items():
        if lost:
            more = f" and {len(lost) - GENERATIONS_NAMED} more" if len(lost) > GENERATIONS_NAMED else ""
            named = ", ".join(map(str, lost[:GENERATIONS_NAMED]))
            raise DataError(f"{path} has no whole line of generation {named}{more}")


def _check_drawn(folder: RunFolder) -> None:
    """Checkpoints and trials of the random search beside a run."""
    origin, _ = origin_and_seed(folder)
    _check_trials(beside(folder), origin)


def _check_trials(folder: RunFolder, origin: Origin) -> None:
    """Check the checkpoints, and that all trials are there that the newest one has counted."""
    state, damaged = load_checkpoint(folder.checkpoints, origin)
    if damaged:
        raise DataError("; ".join(damaged))
    if state is None and folder.is_finished:
        raise DataError(f"{folder.checkpoints} holds no checkpoint, which every finished run has")
    n_trials: int = sum(table.num_rows for table in read_segments(folder.trials))
    # What is scored now has its checkpoint later.
    if state is not None and (n_trials != state.n_trials if folder.is_finished else n_trials < state.n_trials):
        raise DataError(f"{folder.trials} holds {n_trials} trials, the run scored {state.n_trials}")
