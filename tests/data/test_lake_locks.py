"""Whoever reads a history sees all of an import or nothing of it, however many read and write at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from data.bars import Bars
from data.code_version import ROOT
from data.errors import ConfigError
from data.lake import Lake
from data.lake_layout import BARS
from data.lake_lock import GATE, READERS, reading, writing
from data.lake_reader import LakeReader
from data.lock import exclusive

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
DAY_MS = 86_400_000
DAYS = 360  # a file in each of twelve months
WRITER = """
import sys
from pathlib import Path
from data.lake import Lake
from tests.data.test_lake_locks import bars_at
lake = Lake(Path(sys.argv[1]))
for price in range(101, 105):
    lake.import_bars("venue", "BTC", "1d", bars_at(price), source="corrected", on_conflict="correct")
"""


def bars_at(price: float) -> Bars:
    """Return a year of bars that are all at one price, so that a mixture of two imports shows."""
    flat = np.full(DAYS, float(price))
    return Bars(MIDNIGHT_MS + DAY_MS * np.arange(DAYS), flat, flat, flat, flat, flat)


def test_a_reader_beside_a_process_that_corrects_a_year_sees_whole_corrections_alone(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.import_bars("venue", "BTC", "1d", bars_at(100), source="first")
    seen = []
    with subprocess.Popen([sys.executable, "-c", WRITER, str(lake.root)], cwd=ROOT) as writer:
        while writer.poll() is None:
            seen.append(lake.read_bars("venue", "BTC", "1d").close)
    assert writer.returncode == 0
    assert [np.unique(closes).tolist() for closes in seen if np.unique(closes).size > 1] == []
    assert len({float(closes[0]) for closes in seen}) > 1, "it was read while it was corrected"
    assert lake.read_bars("venue", "BTC", "1d").close.tolist() == [104.0] * DAYS


def test_readers_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with writing(tmp_path, "it"):
        pass
    with reading(tmp_path, "it", wait_s=0) as one, reading(tmp_path, "it", wait_s=0) as other:
        assert (one, other) == (True, True)


def test_a_reader_waits_for_a_writer_and_is_told_who_it_is(tmp_path: Path) -> None:
    with (
        writing(tmp_path, "bars of v BTC 1h"),
        pytest.raises(ConfigError, match=f"bars of v BTC 1h is being worked on by process {os.getpid()}: wait"),
        reading(tmp_path, "bars of v BTC 1h", wait_s=0.1),
    ):
        pass


def test_a_writer_waits_for_readers_and_does_not_blame_one_that_is_dead(tmp_path: Path) -> None:
    with writing(tmp_path, "it"):
        pass
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / READERS).write_text(f'{{"pid": {dead.pid}}}')
    with (
        reading(tmp_path, "it"),
        pytest.raises(ConfigError, match="it is being worked on by another process"),
        writing(tmp_path, "it", wait_s=0.1),
    ):
        pass


def test_readers_that_never_pause_do_not_keep_a_writer_out(tmp_path: Path) -> None:
    """Five read for a tenth of a second each, in turns: at no moment does nobody read."""
    with writing(tmp_path, "it"):
        pass
    written = threading.Event()

    def read_on() -> None:
        while not written.is_set():
            with reading(tmp_path, "it"):
                written.wait(0.1)

    with _all_running(read_on, 5, until=written):
        begun = time.monotonic()
        with writing(tmp_path, "it", wait_s=10):
            waited_s = time.monotonic() - begun
    assert waited_s < 5


def test_writers_that_never_pause_do_not_keep_a_reader_out(tmp_path: Path) -> None:
    with writing(tmp_path, "it"):
        pass
    done = threading.Event()

    def write_on() -> None:
        while not done.is_set():
            with writing(tmp_path, "it"):
                pass

    with _all_running(write_on, 2, until=done), reading(tmp_path, "it", wait_s=20) as is_held:
        pass
    assert is_held


def test_a_folder_without_locks_is_read_as_it_is_and_gets_none(tmp_path: Path) -> None:
    """A copy on a disk that nobody may write to, say: whoever reads makes no file."""
    lake = Lake(tmp_path / "lake")
    lake.import_bars("venue", "BTC", "1d", bars_at(100), source="first")
    for lock in (*lake.root.rglob(GATE), *lake.root.rglob(READERS)):
        lock.unlink()
    before = sorted(lake.root.rglob("*"))
    assert lake.read_bars("venue", "BTC", "1d").close.tolist() == [100.0] * DAYS
    assert sorted(lake.root.rglob("*")) == before
    with reading(tmp_path / "nowhere", "it") as is_held:
        assert not is_held
    assert not (tmp_path / "nowhere").exists()


def test_where_an_older_version_wrote_the_one_lock_that_there_is_is_held(tmp_path: Path) -> None:
    with exclusive(tmp_path / GATE, "it"):
        pass
    with (
        reading(tmp_path, "it") as is_held,
        pytest.raises(ConfigError, match="being worked on"),
        writing(tmp_path, "it", wait_s=0),
    ):
        pass
    assert is_held


def test_whoever_reads_before_the_first_import_has_begun_looks_again_once_it_has(tmp_path: Path) -> None:
    reader = LakeReader(tmp_path / "lake")
    with subprocess.Popen([sys.executable, "-c", WRITER, str(reader.root)], cwd=ROOT) as writer:
        seen = []
        while writer.poll() is None:
            seen.append(reader.read_times(BARS, "venue", "BTC", "1d").size)
    assert writer.returncode == 0
    assert set(seen) == {0, DAYS}


@contextmanager
def _all_running(work: Callable[[], None], count: int, *, until: threading.Event) -> Iterator[None]:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    try:
        yield
    finally:
        until.set()
        for thread in threads:
            thread.join(timeout=60)
