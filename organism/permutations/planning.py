"""How often a run is searched again, decided before anything is looked at."""

from __future__ import annotations

from backtest.inference import exchangeable_share
from data.errors import ConfigError
from data.snapshot import SnapshotStore
from evolution.run.layout import RunFolder, write_json
from organism.home import Home
from organism.permutations.plan import BLOCKS, MAXIMUM, PermutationPlan, origin_and_seed, plan_to_plain, read_plan
from organism.run_manifest import run_settings


def plan_permutations(run: RunFolder, home: Home, permutations: int, block_bars: int) -> PermutationPlan:
    """Fix how often a run is searched again. A plan can grow; asking for fewer than planned is refused.

    Whoever could stop early would stop when the answer pleases.

    Raises
    ------
    ConfigError
        If a number is not allowed, the run is not finished, or code or configuration are no longer its own.
    DataError
        If a file of the run or of the plan is damaged, or no block of its in-sample bars can change place.
    """
    if block_bars not in BLOCKS:
        allowed = ", ".join(map(str, BLOCKS))
        raise ConfigError(f"blocks of {block_bars} bars cannot be permuted: choose one of {allowed}")
    if not 1 <= permutations <= MAXIMUM:
        raise ConfigError(
            f"permutations: received {permutations}; allowed are 1 to {MAXIMUM:,}, and 19 or more can say"
        )
    if not run.is_finished:
        raise ConfigError(f"run {run.name} is not finished; go on with: organism evolve resume {run.name}")
    run_settings(run)
    planned = read_plan(run, block_bars)
    if planned is not None and planned.permutations > permutations:
        raise ConfigError(
            f"{planned.permutations} permutations of run {run.name} were planned before anything was looked at: "
            f"received {permutations}; ask for {planned.permutations} or more"
        )
    origin, seed = origin_and_seed(run)
    plan = PermutationPlan(run, origin, seed, block_bars, permutations)
    share_moving(plan, home)
    write_json(plan.path / "plan.json", plan_to_plain(plan))
    return plan


def share_moving(plan: PermutationPlan, home: Home) -> float:
    """Return the share of the run's in-sample bars that a permutation may put elsewhere; the rest stays in place.

    Raises
    ------
    DataError
        If it is none.
    """
    in_sample = SnapshotStore(home.snapshots).open(plan.origin.snapshot).load()
    return exchangeable_share(in_sample.markets, block_bars=plan.block_bars)
