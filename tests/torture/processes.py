"""The processes of a job, from its parent to the last worker, known by a mark that they inherit."""

from __future__ import annotations

import time

from tests.support.processes import all_pids, is_alive, read

MARK = "TORTURE_MARK"
"""Environment variable that every process of a job inherits; a process that lost its parent still has it."""


def marked(mark: str) -> list[int]:
    """Return the living processes that carry a mark, whoever their parent is now."""
    wanted = f"{MARK}={mark}".encode()
    return [pid for pid in all_pids() if wanted in read(pid, "environ").split(b"\0") and is_alive(pid)]


def survivors(mark: str, *, patience_s: float) -> list[str]:
    """Wait for every process with the mark to end; return the command lines of those that do not."""
    deadline = time.monotonic() + patience_s
    while left := marked(mark):
        if time.monotonic() > deadline:
            return [f"{pid}: {read(pid, 'cmdline').replace(bytes(1), b' ').decode(errors='replace')}" for pid in left]
        time.sleep(0.02)
    return []
