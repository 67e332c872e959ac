"""What to do next in a home in which there is nothing to judge."""

from __future__ import annotations

from evolution.run.layout import list_runs
from organism.home import Home
from organism.views.answers import Question

FIRST = "organism evolve start configs/demo.toml"


def next_step(home: Home, question: Question) -> str:
    """Say why nobody was judged, and which command changes that."""
    runs = [run for run in list_runs(home.runs) if question.run_id in (None, run.name)]
    if not runs:
        return f"nothing to judge, there is no run yet: {FIRST}"
    unfinished = [run.name for run in runs if not run.is_finished]
    if unfinished:
        others = f" (and {len(unfinished) - 1} more)" if len(unfinished) > 1 else ""
        return f"nothing to judge, this run is unfinished: organism evolve resume {unfinished[0]}{others}"
    return "nothing is left to judge under these rules; what is known of each strategy: organism registry list"
