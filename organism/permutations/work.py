"""All searches of a plan, by processes that may be stopped at any time and go on where they were."""

from __future__ import annotations

from collections.abc import Callable

from data.lock import exclusive
from organism.crew import work_together
from organism.home import Home
from organism.permutations.plan import PermutationPlan
from organism.permutations.record import PermutationRecord, read_record

Watcher = Callable[[int, int], None]
"""Sees how many searches are done, of how many."""


def run_permutations(plan: PermutationPlan, home: Home, workers: int, watch: Watcher) -> PermutationRecord:
    """Make every search that is not done; Ctrl-C stops each process where it is, and loses the search it was at.

    Raises
    ------
    ConfigError
        If another process works on them.
    DataError
        If a result is damaged.
    SimulationError
        If a process fails; what is done stays.
    """

    def tell() -> None:
        watch(plan.permutations - len(plan.missing()), plan.permutations)

    what = f"permutations of run {plan.run.name}"
    with exclusive(plan.path / ".lock", what):
        arguments = [str(home.root), plan.run.name, str(plan.block_bars)]
        n_shares = min(workers, len(plan.missing()))
        work_together("organism.permutations.worker", arguments, n_shares, tell, what=what)
    tell()
    return read_record(plan)
