"""Which run a person means who names none, and what to do first where there is none."""

from __future__ import annotations

from evolution.run.layout import RunFolder, list_runs
from organism.home import Home
from organism.views.run_state import is_worked_on, state_word


def newest_run(home: Home) -> RunFolder | None:
    """Return the run that is worked on, else the one that was last; None if there is none."""
    runs = list_runs(home.runs)
    return max(runs, key=lambda folder: (is_worked_on(state_word(folder)), _last_change(folder)), default=None)


def first_step(home: Home) -> str:
    """Return what to do in a home without runs."""
    inside = [path.parent for path in sorted(home.root.glob("*/*/runs"))]
    lines = ["Start one:  organism evolve start configs/demo.toml"]
    for path in inside[:3]:
        name = next((run.name for run in list_runs(path / "runs")), None)
        lines += [] if name is None else [f"or look at one that is there:  organism dashboard {name} --home {path}"]
    return "\n".join(lines)


def _last_change(folder: RunFolder) -> float:
    for path in (folder.generations, folder.manifest):
        try:
            return path.stat().st_mtime
        except OSError:
            continue
    return 0.0
