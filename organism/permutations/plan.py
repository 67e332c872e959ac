"""How often a run is searched again, and on which bars; fixed in a file beside the run.

::

    runs/RUN/permutations/blocks-24/plan.json       how many, and what the run was started from
    runs/RUN/permutations/blocks-24/00007.json      one search of permuted history
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from data.errors import ConfigError, DataError
from evolution.run.layout import RunFolder, read_json, write_json
from evolution.run.origin import Origin, origin_from_plain
from organism.foundry import MANIFEST_KEYS, run_settings
from organism.surrogates import BLOCK_BARS, SurrogateName

BLOCKS: dict[int, SurrogateName] = {bars: name for name, bars in BLOCK_BARS.items()}
"""Surrogate of each length of blocks, in bars."""
MAXIMUM = 9_999


@dataclass(frozen=True, slots=True)
class PermutationPlan:
    """Searches of permuted history that belong to one finished run."""

    run: RunFolder
    origin: Origin
    """What the run was started from; its snapshot is the in-sample history."""
    seed: int
    """Of the run."""
    block_bars: int
    """Length of the blocks that are exchanged."""
    permutations: int

    @property
    def path(self) -> Path:
        return folder_of(self.run, self.block_bars)

    @property
    def surrogate(self) -> SurrogateName:
        return BLOCKS[self.block_bars]

    def file(self, number: int) -> Path:
        """Return where the result of a search is kept."""
        return self.path / f"{number:05d}.json"

    def seed_of(self, number: int) -> int:
        """Return the seed of a permutation of the bars; no search draws from it."""
        key = np.random.SeedSequence(self.seed, spawn_key=(self.block_bars, number))
        return int(key.generate_state(1, np.uint32)[0])

    def missing(self) -> list[int]:
        """Return the numbers of the searches that are not done, from 0."""
        return [number for number in range(self.permutations) if not self.file(number).exists()]


def folder_of(run: RunFolder, block_bars: int) -> Path:
    """Return the folder beside a run that holds its searches of permuted history."""
    return run.path / "permutations" / f"blocks-{block_bars}"


def plan_permutations(run: RunFolder, permutations: int, block_bars: int) -> PermutationPlan:
    """Fix how often a run is searched again. A plan can grow; asking for fewer than planned is refused.

    Whoever could stop early would stop when the answer pleases.

    Raises
    ------
    ConfigError
        If a number is not allowed, the run is not finished, or code or configuration are no longer its own.
    DataError
        If a file of the run or of the plan is damaged.
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
    origin, seed = _of_manifest(run)
    plan = PermutationPlan(run, origin, seed, block_bars, permutations)
    write_json(plan.path / "plan.json", _plain(plan))
    return plan


def read_plan(run: RunFolder, block_bars: int) -> PermutationPlan | None:
    """Return what was planned, None if nothing was.

    Raises
    ------
    DataError
        If the plan is damaged, or not that of this run.
    """
    path = folder_of(run, block_bars) / "plan.json"
    if not path.exists():
        return None
    plain = read_json(path, "permutations")
    asked = plain["permutations"]
    if type(asked) is not int or not 1 <= asked <= MAXIMUM:
        raise DataError(f"{path} is damaged, its number of permutations is not one; remove its folder and ask again")
    origin, seed = _of_manifest(run)
    plan = PermutationPlan(run, origin, seed, block_bars, asked)
    if plain != _plain(plan):
        raise DataError(f"{path} is damaged or of another run; remove its folder and ask again")
    return plan


def _of_manifest(run: RunFolder) -> tuple[Origin, int]:
    manifest = read_json(run.manifest, *MANIFEST_KEYS)
    if type(manifest["seed"]) is not int or manifest["seed"] < 0:
        raise DataError(f"{run.manifest} is damaged, its seed is no whole number; restore it from a backup")
    return origin_from_plain(manifest["origin"], str(run.manifest)), manifest["seed"]


def _plain(plan: PermutationPlan) -> dict[str, object]:
    return {
        "schema": 1,
        "run": plan.run.name,
        "origin": asdict(plan.origin),
        "block_bars": plan.block_bars,
        "permutations": plan.permutations,
    }
