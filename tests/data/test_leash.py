"""A child that belongs to its parent, whatever it is doing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import pytest

from data.leash import Leash

ROOT = Path(__file__).parents[2]
GONE_S = 5.0

# The child is still unpickling its arguments when the parent dies, as one that imports for seconds is.
PARENT = """
import multiprocessing, os, sys, time
from data.leash import Leash, run_leashed

class Slow:
    def __reduce__(self):
        return time.sleep, (600.0,)

if __name__ == "__main__":
    method = sys.argv[1]
    context = multiprocessing.get_context(method)
    busy = (time.sleep, 600.0) if method == "fork" else (print, Slow())
    child = context.Process(target=run_leashed, args=(Leash(os.getpid()), *busy), daemon=True)
    child.start()
    print(child.pid, flush=True)
    time.sleep(600.0)
"""


def is_running(pid: int) -> bool:
    """Return whether a process runs; a zombie has ended already."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_child_ends_with_its_parent(tmp_path, method):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen(
        [sys.executable, str(script), method],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        # Time to come to the sleep among its arguments.
        time.sleep(1.0)
        was_running = is_running(child)
        parent.kill()
    deadline = time.monotonic() + GONE_S
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    outlived = is_running(child)
    if outlived:
        os.kill(child, signal.SIGKILL)
    assert was_running
    assert not outlived


def test_child_of_a_parent_that_is_gone_already_ends_at_once():
    """Its parent is another process by then; here it is this one, and the leash names process 1."""
    ended = subprocess.run(
        [sys.executable, "-c", "from data.leash import end_with_parent; end_with_parent(1); print('went on')"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")


def test_reading_a_leash_puts_it_on_and_leaves_nothing():
    program = (
        "import ctypes, sys\n"
        "from multiprocessing.reduction import ForkingPickler\n"
        "leash = ForkingPickler.loads(bytes.fromhex(sys.argv[1]))\n"
        "number = ctypes.c_int()\n"
        "ctypes.CDLL(None).prctl(2, ctypes.byref(number))\n"
        "print(leash, number.value)\n"
    )
    sent = ForkingPickler.dumps(Leash(os.getpid())).hex()
    ended = subprocess.run([sys.executable, "-c", program, sent], capture_output=True, text=True, cwd=ROOT, check=True)
    assert ended.stdout == f"None {int(signal.SIGKILL)}\n"
