"""Runs as plain values: for the terminal, `--json` and reports alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data.errors import DataError, GenomeError
from data.shown import inert_line
from evolution.genome.codec import from_json
from evolution.genome.render import render
from evolution.run.checkpoint_file import checkpoint_name, checkpoint_paths, read_checkpoint_file
from evolution.run.layout import RunFolder, list_runs, read_json
from evolution.run.metrics import read_last_generation
from organism.views.newest import state_word
from organism.views.progress import count, items, number
from organism.views.random_search import RandomSearch, generations_of, random_search_of

BEST_SHOWN = 5


def run_rows(runs: Path) -> list[dict[str, Any]]:
    """Return one row a run: name, state, last generation, distinct genotypes."""
    return [_row(folder, read_last_generation(folder.generations)) for folder in list_runs(runs)]


def run_view(folder: RunFolder) -> dict[str, Any]:
    """Return a run's row, its configuration, its generations and its best rules."""
    manifest = read_json(folder.manifest, "snapshot_id", "seed", "settings")
    lines = generations_of(folder)
    return {
        **_row(folder, lines[-1] if lines else {}),
        "snapshot_id": manifest["snapshot_id"],
        "seed": manifest["seed"],
        "settings": manifest["settings"],
        "generations": lines,
        "random_baseline": _baseline(random_search_of(folder, lines)),
        "operators": operator_yields(lines),
        "rejections": rejections(lines),
        "best": _best(folder),
    }


def _baseline(found: RandomSearch) -> dict[str, Any]:
    return {"n_drawn": found.n_drawn, "best": found.best, "is_beside": found.is_beside}


def _best(folder: RunFolder) -> list[dict[str, Any]]:
    """Return the best rules of the hall of fame: at the end, or as the newest whole checkpoint of the run has it."""
    if folder.is_finished:
        return _shown(read_json(folder.outcome, "hall_of_fame"), str(folder.outcome))
    for path in checkpoint_paths(folder.checkpoints):
        try:
            return _shown(read_checkpoint_file(path)[1]["state"], checkpoint_name(path))
        except DataError:
            # What is damaged is told to whoever goes on with the run; this only shows.
            continue
    return []


def _shown(state: Mapping[str, Any], what: str) -> list[dict[str, Any]]:
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
    raise DataError(f"{what} is damaged ({reason}); restore it from a backup")


def _row(folder: RunFolder, last: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "run": folder.name,
        "state": state_word(folder),
        "generation": last.get("generation"),
        "n_trials": count(last.get("n_trials")),
        "best_sharpe": number(last["statistics"].get("best")) if last else None,
    }


def operator_yields(lines: Sequence[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Return by operator how many genotypes it has made, and how many of them were in the population afterwards."""
    totals: dict[str, dict[str, int]] = {}
    for line in lines:
        for name, pair in items(line.get("operators")):
            if isinstance(pair, list) and len(pair) == 2:
                total = totals.setdefault(name, {"made": 0, "kept": 0})
                total["made"] += count(pair[0])
                total["kept"] += count(pair[1])
    return dict(sorted(totals.items()))


def rejections(lines: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Return how many genotypes had no fitness, by reason."""
    totals: Counter[str] = Counter()
    for line in lines:
        totals.update({reason: count(found) for reason, found in items(line.get("rejections"))})
    return dict(totals.most_common())
