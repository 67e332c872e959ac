"""What a run need not find out again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evolution.fitness import Rejected
from evolution.run.checkpoint import load_checkpoint
from evolution.run.layout import RunFolder, read_json
from evolution.run.origin import origin_from_plain
from evolution.run.recall import DECIDED
from evolution.run.state import SearchState
from evolution.trials import evaluations_in, read_segments
from organism.home import Home
from organism.recalled import recall_of
from organism.run_manifest import run_settings


def decided(folder: RunFolder) -> list[int]:
    """Return how many of each generation have an answer that lies in the genome."""
    return [
        sum(not isinstance(found, Rejected) or found.reason in DECIDED for _, found in evaluations_in(table))
        for table in read_segments(folder.trials)
    ]


@pytest.mark.parametrize("checkpoint", [None, 1, 2, 3])
def test_of_the_run_itself_only_what_lies_behind_its_checkpoint_is_recalled(
    finished_home: Home, tmp_path: Path, checkpoint: int | None
) -> None:
    home = Home.open(shutil.copytree(finished_home.root, tmp_path / "home"))
    [manifest] = home.runs.glob("*/manifest.json")
    folder = RunFolder(manifest.parent)
    settings, origin = run_settings(folder), origin_from_plain(read_json(manifest)["origin"], "manifest")
    state: SearchState | None = None
    if checkpoint is not None:
        for later in range(checkpoint + 1, 4):
            (folder.checkpoints / f"generation-{later:09d}.json").unlink()
        state, _ = load_checkpoint(folder.checkpoints, origin)
    counts = decided(folder)
    assert len(counts) == 4
    assert all(counts)
    begun = 0 if checkpoint is None else checkpoint + 1
    assert len(recall_of(home, folder, state, origin, settings)) == sum(counts[begun:])
    another = RunFolder(home.runs / "another")
    assert len(recall_of(home, another, None, origin, settings)) == sum(counts)
