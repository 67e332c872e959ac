"""A process of a comparison: `python -m tests.bench.search.worker FOLDER STRENGTHS ...` takes every n-th pair."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from organism.crew import work_share
from tests.bench.search.folder import open_comparison
from tests.bench.search.plan import ArmTask, pairs_of
from tests.bench.search.task import run_pair


def work(arguments: Sequence[str], share: int, n_shares: int) -> None:
    """Do what is not done of this share of the pairs, one arm after the other."""
    home, strengths = map(Path, arguments)
    comparison = open_comparison(home)
    plan = comparison.plan
    for pair in pairs_of(plan)[share::n_shares]:
        arms = [arm for arm in plan.arms if not comparison.is_done(ArmTask(pair, arm.name))]
        if arms:
            folder = home / "work" / f"{pair.kind}-{pair.seed:04d}"
            for outcome in run_pair(plan, pair, arms, folder, strengths):
                outcome.save(comparison.outcomes_folder)


if __name__ == "__main__":
    work_share(work)
