"""How often a run is searched again, and on which bars; fixed in a file beside the run.

::

    runs/RUN/permutations/blocks-24/plan.json       how many, and what the run was started from
    runs/RUN/permutations/blocks-24/00007.json      one search of permuted history
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from data.errors import DataError
from evolution.run.layout import RunFolder, read_json
from evolution.run.origin import Origin, origin_from_plain
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
    origin, seed = origin_and_seed(run)
    plan = PermutationPlan(run, origin, seed, block_bars, asked)
    if plain != plan_to_plain(plan):
        raise DataError(f"{path} is damaged or of another run; remove its folder and ask again")
    return plan


def origin_and_seed(run: RunFolder) -> tuple[Origin, int]:
    """Return what a run was started from, and its seed.

    Raises
    ------
    DataError
        If its manifest is missing or damaged.
    """
    manifest = read_json(run.manifest, "origin", "seed")
    if type(manifest["seed"]) is not int or manifest["seed"] < 0:
        raise DataError(f"{run.manifest} is damaged, its seed is no whole number; restore it from a backup")
    return origin_from_plain(manifest["origin"], str(run.manifest)), manifest["seed"]


def plan_to_plain(plan: PermutationPlan) -> dict[str, object]:
    """Return what stands in the file of a plan."""
    return {
        "schema": 1,
        "run": plan.run.name,
        "origin": asdict(plan.origin),
        "block_bars": plan.block_bars,
        "permutations": plan.permutations,
    }
