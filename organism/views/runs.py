"""Runs as plain values: for the terminal, `--json` and reports alike."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.errors import DataError, GenomeError
from data.shown import inert_line
from evolution.genome.codec import from_json
from evolution.genome.render import render
from evolution.run.checkpoint_file import checkpoint_name, checkpoint_paths, read_checkpoint_file
from evolution.run.layout import RunFolder, list_runs, read_json, read_outcome
from evolution.run.metrics import read_last_generation
from organism.views.progress import count, progress_of, statistic
from organism.views.random_search import RandomSearch, random_search_of
from organism.views.run_state import state_word

BEST_SHOWN = 5


def run_rows(runs: Path) -> list[dict[str, Any]]:
    """Return one row a run: name, state, last generation, distinct genotypes."""
    return [_row(folder, read_last_generation(folder.generations)) for folder in list_runs(runs)]


def run_view(folder: RunFolder) -> dict[str, Any]:
    """Return a run's row, its configuration, some of its generations, their sums, and its best rules.

    Of many generations at most `POINTS` and the last one, evenly spread; all are in `generations.jsonl`.
    """
    manifest = read_json(folder.manifest, "snapshot_id", "seed", "settings")
    progress = progress_of(folder.generations)
    return {
        **_row(folder, progress.last),
        "snapshot_id": manifest["snapshot_id"],
        "seed": manifest["seed"],
        "settings": manifest["settings"],
        "generations": progress.points,
        "highest_sharpe": progress.best,
        "n_repeated": progress.n_repeated,
        "random_baseline": _baseline(random_search_of(folder, progress)),
        "operators": {name: {"made": n_made, "kept": n_kept} for name, n_made, n_kept in progress.operators},
        "rejections": dict(progress.reasons),
        "best": _best(folder),
    }


def _baseline(found: RandomSearch) -> dict[str, Any]:
    return {"n_drawn": found.n_drawn, "best": found.best, "is_beside": found.is_beside}


def _best(folder: RunFolder) -> list[dict[str, Any]]:
    """Return the best rules of the hall of fame: at the end, or as the newest whole checkpoint of the run has it."""
    if folder.is_finished:
        return _shown(read_outcome(folder, "hall_of_fame"), str(folder.outcome), folder.outcome_again)
    for path in checkpoint_paths(folder.checkpoints):
        try:
            return _shown(read_checkpoint_file(path)[1]["state"], checkpoint_name(path), "resume the run")
        except DataError:
            # What is damaged is told to whoever goes on with the run; this only shows.
            continue
    return []


def _shown(state: Mapping[str, Any], what: str, remedy: str) -> list[dict[str, Any]]:
    try:
        best = [
            {**item["score"], "rendered": render(from_json(item["genome"]))}
            for item in state["hall_of_fame"][:BEST_SHOWN]
        ]
        if all(type(row["sharpe"]) is float and {"n_trades", "size"} <= set(row) for row in best):
            return best
        reason = "an individual has no score"
    except (KeyError, TypeError, GenomeError) as error:
        reason = inert_line(f"{type(error).__name__} {error}", 160)
    raise DataError(f"{what} is damaged ({reason}); {remedy}")


def _row(folder: RunFolder, last: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "run": folder.name,
        "state": state_word(folder),
        "generation": last.get("generation"),
        "n_trials": count(last.get("n_trials")),
        "best_sharpe": statistic(last, "best"),
    }
