"""SIGKILL in the middle of imports: what was said to be kept is kept, nothing is there twice, the rest comes later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pa_parquet
import pytest

from data.bars import Bars
from data.intervals import HOUR_MS
from data.lake import Lake
from tests.data.lake_batches import BATCH_HOURS, N_BATCHES, batch, whole
from tests.data.test_lake_layout import BAR_COLUMNS, write_as_format_1
from tests.support.killed import Life, lived

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


def write_until_killed(root: Path, way: str, life_s: float) -> Life:
    """Run a writer that says the number of each batch, and kill it that long after it has begun."""
    return lived(WRITER, (str(root), way), life_s)


def assert_kept(lake: Lake, way: str, last_batch: int) -> None:
    """What was acknowledged is there, and all that is there is of this import or of the one before."""
    read, old, new = lake.read_bars("v", "C", "1h"), whole("refuse"), whole(way)
    rows = (read.time_ms - old.time_ms[0]) // HOUR_MS
    assert rows.tolist() == list(range(len(read)))
    assert ((read.close == old.close[rows]) | (read.close == new.close[rows])).all()
    n_acknowledged = (last_batch + 1) * BATCH_HOURS
    assert read.close[:n_acknowledged].tolist() == new.close[:n_acknowledged].tolist()


def nothing_yet(root: Path) -> None:
    """A first import finds no lake."""


def imported_before_it_is_corrected(root: Path) -> None:
    """The whole history, as it was first."""
    for number in range(N_BATCHES):
        Lake(root).import_bars("v", "C", "1h", batch(number, "refuse"), source="refuse")


def imported_in_the_first_format(root: Path) -> None:
    """Two thirds of the history in twenty files, which the writer has to move before it adds the rest."""
    bars = whole("refuse")
    for number in range(20):
        rows = slice(number * BATCH_HOURS, (number + 1) * BATCH_HOURS)
        part = Bars(*(getattr(bars, name)[rows] for name in Bars.__dataclass_fields__))
        write_as_format_1(root / "bars/venue=v/coin=C/interval=1h", part, BAR_COLUMNS, f"part {number}")


def unbroken_s(root: Path, way: str, prepare: Callable[[Path], None]) -> float:
    """Return how long a writer takes whom nobody kills."""
    prepare(root)
    is_finished, _, wrote_s = write_until_killed(root, way, 60.0)
    assert is_finished
    return wrote_s


@pytest.mark.parametrize(
    ("way", "prepare", "lives"),
    [
        ("refuse", nothing_yet, (0.15, 0.3, 0.5)),
        ("correct", imported_before_it_is_corrected, (0.15, 0.3, 0.5)),
        # The move is the first that the writer does.
        ("refuse", imported_in_the_first_format, (0.03, 0.08, 0.15)),
    ],
)
def test_a_lake_whose_writers_are_killed_is_that_of_an_unbroken_import(
    tmp_path: Path, way: str, prepare: Callable[[Path], None], lives: tuple[float, ...]
) -> None:
    """Each writer lives for a share of the time that an unbroken one takes on this machine."""
    whole_life_s = unbroken_s(tmp_path / "unbroken", way, prepare)
    lake = Lake(tmp_path / "lake")
    prepare(lake.root)
    n_before = sum(entry.n_rows for entry in lake.list())
    n_killed = 0
    for share in lives:
        is_finished, said, _ = write_until_killed(lake.root, way, share * whole_life_s)
        last_batch = said[-1] if said else -1
        n_killed += not is_finished
        assert sum(entry.n_rows for entry in lake.list()) >= n_before
        if n_before or last_batch >= 0:
            assert_kept(lake, way, last_batch)
    assert n_killed >= 1
    is_finished, _, _ = write_until_killed(lake.root, way, 60.0)
    assert is_finished

    read, expected = lake.read_bars("v", "C", "1h"), whole(way)
    for name in Bars.__dataclass_fields__:
        assert getattr(read, name).tolist() == getattr(expected, name).tolist()
    n_corrected = int((expected.close != whole("refuse").close).sum())
    n_written = sum(pa_parquet.read_metadata(path).num_rows for path in lake.root.rglob("*.parquet"))
    assert n_written == len(expected) + n_corrected
    assert [(entry.n_rows, entry.n_corrections) for entry in lake.list()] == [(len(expected), n_corrected)]
