"""The part of `organism validate` that searches a run again on permuted bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organism.cli.common import compile_once, note

if TYPE_CHECKING:
    from organism.home import Home
    from organism.permutations import PermutationPlan

DEFAULT_BLOCKS = 24


def plan_of(home: Home, run: str | None, permutations: int | None, blocks: int | None) -> PermutationPlan | None:
    """Fix what is asked for, or refuse it; None if nothing is."""
    from data.errors import ConfigError
    from evolution.run.layout import find_run, list_runs
    from organism.permutations import read_record
    from organism.permutations.planning import plan_permutations

    if permutations is None:
        if blocks is not None:
            raise ConfigError("--permutation-blocks says how to permute: give --permutations 99 too")
        return None
    names = [run] if run is not None else [folder.name for folder in list_runs(home.runs)]
    if len(names) != 1:
        known = (
            f"there are {', '.join(names)}: name one, as in organism validate {names[0]} --permutations {permutations}"
            if names
            else "there is none: organism evolve start configs/demo.toml begins one"
        )
        raise ConfigError(f"--permutations needs one run; {known}")
    found = find_run(home.runs, names[0])
    plan = plan_permutations(found, home, permutations, DEFAULT_BLOCKS if blocks is None else blocks)
    # What is damaged is found before hours are spent.
    read_record(plan)
    return plan


def permute(plan: PermutationPlan, home: Home, workers: int | None) -> None:
    """Make the searches that are missing, with a bar on stderr, and say how much of the history changes place."""
    from organism.cli.progress import campaign_progress
    from organism.permutations.planning import share_moving
    from organism.permutations.work import run_permutations
    from organism.run_manifest import run_settings
    from organism.views.permutations import moving_line

    note(moving_line(plan.block_bars, share_moving(plan, home)))
    compile_once()
    with campaign_progress(f"{plan.run.name} permuted", "searches") as watch:
        run_permutations(plan, home, workers or run_settings(plan.run).workers, watch)
