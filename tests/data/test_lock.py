"""One holder at a time; a dead one is noticed and never waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import ConfigError
from data.lock import exclusive

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


def test_finished_holder_leaves_nothing_to_say(tmp_path):
    said: list[str] = []
    for _ in range(2):
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


@pytest.mark.parametrize("content", [b"", b"\xff", b"[1]", b'{"pid": "1; rm"}', b"{" * 150])
def test_what_stands_in_the_file_is_never_trusted(tmp_path, content):
    path = tmp_path / "lock"
    path.write_bytes(content)
    said: list[str] = []
    with exclusive(path, "it", note=said.append):
        pass
    assert (said, path.read_bytes()) == ([], b"")
