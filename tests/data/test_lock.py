"""One holder at a time; a dead one is noticed and never waited for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from data.errors import ConfigError
from data.lock import exclusive, living_holder

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from data.lock import exclusive
with exclusive(Path(sys.argv[1]), "it"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_second_holder_is_refused_and_told_who_has_it(tmp_path):
    path = tmp_path / "folder/lock"
    with (
        exclusive(path, "run x"),
        pytest.raises(ConfigError, match=f"run x is being worked on by process {os.getpid()}: wait for it"),
        exclusive(path, "run x"),
    ):
        pass


def test_a_holder_that_does_not_end_is_waited_for_and_then_named(tmp_path):
    path = tmp_path / "lock"
    with exclusive(path, "it"):
        begun = time.monotonic()
        with pytest.raises(ConfigError, match="it is being worked on"), exclusive(path, "it", wait_s=0.2):
            pass
    assert time.monotonic() - begun >= 0.2


def test_a_holder_that_ends_in_time_is_waited_for(tmp_path):
    path, done = tmp_path / "lock", []

    def hold_second():
        with exclusive(path, "it", wait_s=60):
            done.append("second")

    second = threading.Thread(target=hold_second)
    with exclusive(path, "it"):
        second.start()
        time.sleep(0.1)
        done.append("first")
    second.join(timeout=60)
    assert done == ["first", "second"]


def test_finished_holder_leaves_nothing_to_say(tmp_path):
    said: list[str] = []
    for _ in range(2):
        with exclusive(tmp_path / "lock", "run x", note=said.append):
            pass
    assert said == []


def test_holder_that_refused_has_finished(tmp_path):
    said: list[str] = []
    with pytest.raises(ConfigError, match="no"), exclusive(tmp_path / "lock", "run x"):
        raise ConfigError("no")
    with exclusive(tmp_path / "lock", "run x", note=said.append):
        pass
    assert said == []


def test_holder_that_failed_is_named_to_the_next(tmp_path):
    said: list[str] = []
    with pytest.raises(ZeroDivisionError), exclusive(tmp_path / "lock", "run x"):
        raise ZeroDivisionError
    with exclusive(tmp_path / "lock", "run x", note=said.append):
        pass
    assert said == [f"run x: process {os.getpid()} died while it held it; taking over"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_lock_of_a_killed_process_is_free_at_once(tmp_path, number):
    path, said = tmp_path / "lock", []
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ConfigError, match=f"process {holder.pid}"), exclusive(path, "it"):
            pass
        holder.send_signal(number)
    with exclusive(path, "it", note=said.append):
        assert said == [f"it: process {holder.pid} died while it held it; taking over"]


@pytest.mark.parametrize(
    "other",
    [{"started": 1}, {"boot": "00000000-0000-0000-0000-000000000000"}, {"pid": 1}],
    ids=["start", "boot", "number"],
)
def test_a_number_that_another_process_has_now_holds_nothing(tmp_path, other):
    """As after a reboot, or in a container that was started again, where all numbers are small ones."""
    path = tmp_path / "lock"
    with exclusive(path, "it"):
        assert living_holder(path) == os.getpid()
        path.write_text(json.dumps({**json.loads(path.read_bytes()), **other}))
        assert living_holder(path) is None


def test_a_number_alone_says_nobody(tmp_path):
    path = tmp_path / "lock"
    path.write_text(f'{{"pid": {os.getpid()}}}')
    assert living_holder(path) is None


def test_a_killed_process_that_nobody_has_asked_about_yet_holds_nothing(tmp_path):
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert living_holder(path) == holder.pid
        holder.kill()
        os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)
        os.kill(holder.pid, 0)
        assert living_holder(path) is None


@pytest.mark.parametrize("content", [b"", b"\xff", b"[1]", b'{"pid": "1; rm"}', b"{" * 150])
def test_what_stands_in_the_file_is_never_trusted(tmp_path, content):
    path = tmp_path / "lock"
    path.write_bytes(content)
    said: list[str] = []
    with exclusive(path, "it", note=said.append):
        pass
    assert (said, path.read_bytes()) == ([], b"")
