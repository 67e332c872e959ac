"""What /proc says about the processes of a job, from its parent to the last worker."""

from __future__ import annotations

import os
import time
from pathlib import Path

MARK = "TORTURE_MARK"
"""Environment variable that every process of a job inherits; a process that lost its parent still has it."""
DEAD = "ZX"


def status(pid: int) -> dict[str, str]:
    """Return the fields of /proc/PID/status; none if there is no such process."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def is_alive(pid: int) -> bool:
    """Return whether a process runs; a zombie has ended already, though `kill -0` finds it."""
    return status(pid).get("State", "Z")[0] not in DEAD


def marked(mark: str) -> list[int]:
    """Return the living processes that carry a mark, whoever their parent is now."""
    wanted = f"{MARK}={mark}".encode()
    return [pid for pid in _all() if wanted in _read(pid, "environ").split(b"\0") and is_alive(pid)]


def workers_of(parent: int) -> list[int]:
    """Return the living workers of a process; its resource tracker is none."""
    children = [pid for pid in _all() if status(pid).get("PPid") == str(parent) and is_alive(pid)]
    return [pid for pid in children if b"spawn_main" in _read(pid, "cmdline")]


def survivors(mark: str, *, patience_s: float) -> list[str]:
    """Wait for every process with the mark to end; return the command lines of those that do not."""
    deadline = time.monotonic() + patience_s
    while left := marked(mark):
        if time.monotonic() > deadline:
            return [f"{pid}: {_read(pid, 'cmdline').replace(bytes(1), b' ').decode(errors='replace')}" for pid in left]
        time.sleep(0.02)
    return []


def _all() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
