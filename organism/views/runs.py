"""Runs as plain values: for the terminal, `--json` and reports alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from data.errors import DataError, GenomeError
from data.shown import inert_line
from evolution.genome.codec import from_json
from evolution.genome.render import render
from evolution.run.layout import RunFolder, list_runs, read_json

BEST_SHOWN = 5


def run_rows(runs: Path) -> list[dict[str, Any]]:
    """Return one row a run: name, state, last generation, distinct genotypes."""
    return [_row(folder) for folder in list_runs(runs)]


def run_view(folder: RunFolder) -> dict[str, Any]:
    """Return a run's row, its configuration, its generations and its best rules (the last when finished)."""
    manifest = read_json(folder.manifest, "snapshot_id", "seed", "settings")
    return {
        **_row(folder),
        "snapshot_id": manifest["snapshot_id"],
        "seed": manifest["seed"],
        "settings": manifest["settings"],
        "generations": _lines(folder),
        "best": _best(folder) if folder.is_finished else [],
    }


def _best(folder: RunFolder) -> list[dict[str, Any]]:
    outcome = read_json(folder.outcome, "hall_of_fame")
    try:
        best = [
            {**item["score"], "rendered": render(from_json(item["genome"]))}
            for item in outcome["hall_of_fame"][:BEST_SHOWN]
        ]
        if all(type(row["sharpe"]) is float and {"n_trades", "size"} <= set(row) for row in best):
            return best
        reason = "an individual has no score"
    except (KeyError, TypeError, GenomeError) as error:
        reason = inert_line(f"{type(error).__name__} {error}", 160)
    raise DataError(f"{folder.outcome} is damaged ({reason}); restore it from a backup")


def _row(folder: RunFolder) -> dict[str, Any]:
    lines = _lines(folder)
    last = lines[-1] if lines else {"generation": None, "n_trials": 0, "statistics": {}}
    return {
        "run": folder.name,
        "state": "finished" if folder.is_finished else "unfinished",
        "generation": last["generation"],
        "n_trials": last.get("n_trials", 0),
        "best_sharpe": last["statistics"].get("best"),
    }


def _lines(folder: RunFolder) -> list[dict[str, Any]]:
    """Return the finished generations; a line that a kill cut short is left out, a repeated one counts once."""
    if not folder.generations.exists():
        return []
    lines: dict[int, dict[str, Any]] = {}
    for text in folder.generations.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict) and type(line.get("generation")) is int and isinstance(line.get("statistics"), dict):
            lines[line["generation"]] = line
    return [lines[number] for number in sorted(lines)]
