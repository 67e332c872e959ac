"""What to do next in a home in which there is nothing to judge."""

from __future__ import annotations

from evolution.run.layout import list_runs
from organism.home import Home
from organism.views.answers import Question
from organism.views.run_state import FINISHED, is_worked_on, state_word

FIRST = "organism evolve start configs/demo.toml"
THEN = {
    False: ", this run is unfinished: organism evolve resume",
    True: " yet, this run is still searching: organism dashboard",
}
"""By whether a process works on a run, what to do about it; its name follows."""


def next_step(home: Home, question: Question) -> str:
    """Say why nobody was judged, and which command changes that."""
    runs = [run for run in list_runs(home.runs) if question.run_id in (None, run.name)]
    if not runs:
        return f"nothing to judge, there is no run yet: {FIRST}"
    states = {run.name: state_word(run) for run in runs}
    for is_going, then in THEN.items():
        names = [name for name, word in states.items() if word != FINISHED and is_worked_on(word) is is_going]
        if names:
            others = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
            return f"nothing to judge{then} {names[0]}{others}"
    return "nothing is left to judge under these rules; what is known of each strategy: organism registry list"
