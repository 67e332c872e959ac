"""What goes on with a run, in one word: wishes that were written down, and processes that are really stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.lock import exclusive
from data.process_identity import identity, is_suspended
from evolution.run.control import Wish, write_wish
from evolution.run.layout import RunFolder, write_json
from organism.views.run_state import is_worked_on, state_word

PATIENCE_S = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    (tmp_path / "run-1").mkdir()
    return RunFolder(tmp_path / "run-1")


@pytest.fixture
def process(folder: RunFolder) -> Iterator[int]:
    """Work on the run in a process of its own, as far as its lock tells."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as sleeper:
        folder.lock.write_text(json.dumps(identity(sleeper.pid)))
        yield sleeper.pid
        sleeper.kill()


def test_a_paused_run_is_not_running(folder: RunFolder) -> None:
    states = [state_word(folder)]
    with exclusive(folder.lock, "run"):
        for wish in Wish:
            write_wish(folder, wish)
            states.append(state_word(folder))
        folder.paused.touch()
        states.append(state_word(folder))
    write_json(folder.outcome, {})
    states.append(state_word(folder))
    assert states == ["unfinished", "running", "pausing", "stopping", "paused", "finished"]
    assert [is_worked_on(state) for state in states] == [False, True, True, True, True, False]


def test_a_process_that_was_stopped_from_without_is_suspended(folder: RunFolder, process: int) -> None:
    assert state_word(folder) == "running"
    signal_to(process, signal.SIGSTOP, is_stopped=True)
    assert state_word(folder) == "suspended"
    assert is_worked_on("suspended")
    signal_to(process, signal.SIGCONT, is_stopped=False)
    assert state_word(folder) == "running"


def signal_to(pid: int, number: signal.Signals, *, is_stopped: bool) -> None:
    """Send a signal and wait until it has reached the process."""
    os.kill(pid, number)
    until = time.monotonic() + PATIENCE_S
    while is_suspended(pid) is not is_stopped:
        assert time.monotonic() < until
        time.sleep(0.01)
