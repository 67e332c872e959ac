"""SIGKILL in the middle of imports: what was said to be kept is kept, nothing is there twice, the rest comes later."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pa_parquet
import pytest

from data.bars import Bars
from data.intervals import HOUR_MS
from data.lake import Lake
from tests.data.lake_batches import BATCH_HOURS, N_BATCHES, batch, whole

ROOT = Path(__file__).parents[2]
LONGEST_LIFE_S = 0.6

WRITER = """
import sys
from pathlib import Path
from data.lake import Lake
from tests.data.lake_batches import N_BATCHES, batch
root, way = Path(sys.argv[1]), sys.argv[2]
Lake(root.with_name("other")).import_bars("v", "C", "1h", batch(0, way), source="what has to be loaded first")
print("ready", flush=True)
for number in range(N_BATCHES):
    Lake(root).import_bars("v", "C", "1h", batch(number, way), source=way, on_conflict=way)
    print(number, flush=True)
"""


def write_until_killed(root: Path, way: str, life_s: float) -> tuple[bool, int]:
    """Run a writer and kill it that long after it has begun; return whether it came to its end, and what it said last.

    What it said last is the number of a batch, -1 for none.
    """
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), way], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        timer = threading.Timer(life_s, writer.kill)
        timer.start()
        said = [int(line) for line in writer.stdout if line.endswith("\n")]
        timer.cancel()
    assert writer.returncode in (0, -9)
    return writer.returncode == 0, said[-1] if said else -1


def assert_kept(lake: Lake, way: str, last_batch: int) -> None:
    """What was acknowledged is there, and all that is there is of this import or of the one before."""
    if last_batch < 0:
        return
    read, old, new = lake.read_bars("v", "C", "1h"), whole("refuse"), whole(way)
    rows = (read.time_ms - old.time_ms[0]) // HOUR_MS
    assert rows.tolist() == list(range(len(read)))
    assert ((read.close == old.close[rows]) | (read.close == new.close[rows])).all()
    n_acknowledged = (last_batch + 1) * BATCH_HOURS
    assert read.close[:n_acknowledged].tolist() == new.close[:n_acknowledged].tolist()


@pytest.mark.parametrize("way", ["refuse", "correct"])
def test_a_lake_whose_writers_are_killed_is_that_of_an_unbroken_import(tmp_path: Path, way: str) -> None:
    lake = Lake(tmp_path / "lake")
    rng = np.random.default_rng(7)
    ways: Sequence[str] = ("refuse",) if way == "refuse" else ("refuse", "correct")
    for number in range(N_BATCHES * (way == "correct")):
        lake.import_bars("v", "C", "1h", batch(number, "refuse"), source="refuse")
    n_killed = 0
    for life_s in rng.uniform(0, LONGEST_LIFE_S, 3).tolist():
        is_finished, last_batch = write_until_killed(lake.root, way, life_s)
        n_killed += not is_finished
        assert_kept(lake, way, last_batch)
    assert n_killed >= 1
    is_finished, _ = write_until_killed(lake.root, way, 60.0)
    assert is_finished

    read, expected = lake.read_bars("v", "C", "1h"), whole(way)
    for name in Bars.__dataclass_fields__:
        assert getattr(read, name).tolist() == getattr(expected, name).tolist()
    n_corrected = int((whole("correct").close != whole("refuse").close).sum()) if "correct" in ways else 0
    n_written = sum(pa_parquet.read_metadata(path).num_rows for path in lake.root.rglob("*.parquet"))
    assert n_written == len(expected) + n_corrected
    assert [(entry.n_rows, entry.n_corrections) for entry in lake.list()] == [(len(expected), n_corrected)]
