"""What a run that goes on shows of its best rules."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data.errors import DataError
from evolution.run.checkpoint_file import checkpoint_paths, read_checkpoint_file
from evolution.run.layout import RunFolder
from organism.home import Home
from organism.views.runs import run_view


@pytest.fixture
def unfinished(finished_home: Home, tmp_path: Path) -> RunFolder:
    """Return a copy of a run that lacks its end."""
    home = Home.open(shutil.copytree(finished_home.root, tmp_path / "home"))
    [manifest] = home.runs.glob("*/manifest.json")
    folder = RunFolder(manifest.parent)
    folder.outcome.unlink()
    return folder


def best_in(path: Path) -> list[float]:
    """Return the Sharpe ratios of the first of a checkpoint's hall of fame."""
    return [item["score"]["sharpe"] for item in read_checkpoint_file(path)[1]["state"]["hall_of_fame"][:5]]


def test_a_run_that_goes_on_shows_the_best_of_its_newest_whole_checkpoint(unfinished: RunFolder) -> None:
    newest, before, *_ = checkpoint_paths(unfinished.checkpoints)
    best = run_view(unfinished)["best"]
    assert [row["sharpe"] for row in best] == best_in(newest)
    assert all(row["rendered"] and row["n_trades"] > 0 for row in best)
    newest.write_bytes(newest.read_bytes()[:-2])
    assert [row["sharpe"] for row in run_view(unfinished)["best"]] == best_in(before)


def test_without_a_whole_checkpoint_it_shows_none(unfinished: RunFolder) -> None:
    for path in checkpoint_paths(unfinished.checkpoints):
        path.write_bytes(b"")
        with pytest.raises(DataError, match="its sha256 does not match"):
            read_checkpoint_file(path)
    assert run_view(unfinished)["best"] == []
