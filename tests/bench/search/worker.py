"""A process of a comparison, which takes every n-th pair: `python -m tests.bench.search.worker`.

Its arguments are FOLDER STRENGTHS ARM..., and what `work_together` adds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from organism.crew import work_share
from tests.bench.search.folder import open_comparison
from tests.bench.search.plan import ArmTask, arms_named, pairs_of
from tests.bench.search.task import run_pair


def work(arguments: Sequence[str], share: int, n_shares: int) -> None:
    """Do what is not done of this share of the pairs, one of these arms after the other."""
    home, strengths = map(Path, arguments[:2])
    comparison = open_comparison(home)
    plan = comparison.plan
    wanted = arms_named(plan, arguments[2:])
    for pair in pairs_of(plan)[share::n_shares]:
        arms = [arm for arm in wanted if not comparison.is_done(ArmTask(pair, arm.name))]
        if arms:
            folder = home / "work" / f"{pair.kind}-{pair.seed:04d}"
            for outcome in run_pair(plan, pair, arms, folder, strengths):
                outcome.save(comparison.outcomes_folder)


if __name__ == "__main__":
    work_share(work)
