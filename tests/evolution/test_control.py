"""What a person wants of a run, from the file to the process that reads it."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from data.errors import DataError
from data.lock import exclusive, living_holder
from evolution.run.control import Control, Wish, read_wish, write_wish
from evolution.run.layout import RunFolder

PATIENCE_S = 60.0
"""How long a test waits for what must happen."""


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    (tmp_path / "run-1").mkdir()
    return RunFolder(tmp_path / "run-1")


def never() -> bool:
    return False


def test_without_a_wish_a_run_goes_on(folder: RunFolder) -> None:
    assert read_wish(folder) is Wish.RUN
    assert not Control(folder, pytest.fail).wants_stop(never)


@pytest.mark.parametrize("wish", Wish)
def test_a_wish_is_read_as_it_was_written(wish: Wish, folder: RunFolder) -> None:
    write_wish(folder, wish)
    assert read_wish(folder) is wish


def test_what_was_wanted_of_an_earlier_process_is_forgotten(folder: RunFolder) -> None:
    write_wish(folder, Wish.STOP)
    folder.paused.touch()
    assert not Control(folder, pytest.fail).wants_stop(never)
    assert not folder.paused.exists()


def test_a_stop_is_a_stop(folder: RunFolder) -> None:
    control = Control(folder, pytest.fail)
    write_wish(folder, Wish.STOP)
    assert control.wants_stop(never)
    control.close()
    assert not folder.control.exists()


def test_a_pause_lasts_until_something_else_is_wanted(folder: RunFolder) -> None:
    control, said = Control(folder, pytest.fail), []
    write_wish(folder, Wish.PAUSE)
    waiting = threading.Thread(target=lambda: said.append(control.wants_stop(never)), daemon=True)
    waiting.start()
    deadline = time.monotonic() + PATIENCE_S
    while not folder.paused.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert folder.paused.exists()
    assert waiting.is_alive()
    write_wish(folder, Wish.RUN)
    waiting.join(PATIENCE_S)
    assert (said, folder.paused.exists()) == ([False], False)


def test_whatever_else_ends_a_run_ends_it_in_a_pause_too(folder: RunFolder) -> None:
    control = Control(folder, pytest.fail)
    write_wish(folder, Wish.PAUSE)
    assert control.wants_stop(lambda: True)


@pytest.mark.parametrize(
    "content",
    ["", "nonsense", "[]", "{}", '{"schema": 1, "wish": "explode"}', '{"schema": 2, "wish": "run"}', '{"wish": []}'],
)
def test_a_file_without_a_wish_is_refused_and_removed(content: str, folder: RunFolder) -> None:
    said: list[str] = []
    control = Control(folder, said.append)
    folder.control.write_text(content)
    with pytest.raises(DataError, match=r"control\.json"):
        read_wish(folder)
    assert not control.wants_stop(never)
    assert len(said) == 1
    assert "it is removed, and the run goes on" in said[0]
    assert not folder.control.exists()


def test_the_holder_of_a_lock_is_known_without_taking_it(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert living_holder(lock) is None
    with exclusive(lock, "it"):
        assert living_holder(lock) == os.getpid()
    assert living_holder(lock) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 0}', '{"pid": -1}', '{"pid": true}', '{"pid": 1e300}'])
def test_a_lock_that_names_nobody_has_no_holder(content: str, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text(content)
    assert living_holder(lock) is None
