"""A process of a plan: `python -m organism.permutations.worker HOME RUN BLOCK_BARS ...` makes every n-th search."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evolution.run.layout import find_run
from organism.crew import work_share
from organism.home import Home
from organism.permutations.plan import read_plan
from organism.permutations.search import search_permuted


def work(arguments: Sequence[str], share: int, n_shares: int) -> None:
    """Make this share of the searches that are not done, one after the other."""
    root, run, block_bars = arguments
    home = Home.open(Path(root))
    plan = read_plan(find_run(home.runs, run), int(block_bars))
    assert plan is not None, "who starts this process has written the plan"
    for number in plan.missing():
        if number % n_shares == share:
            search_permuted(plan, home, number).save(plan)


if __name__ == "__main__":
    work_share(work)
