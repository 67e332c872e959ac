"""What /proc says about processes and their children."""

from __future__ import annotations

import os
from pathlib import Path

DEAD = "ZX"


def all_pids() -> list[int]:
    """Return every process of the machine."""
    return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())


def read(pid: int, name: str) -> bytes:
    """Return a file of /proc/PID; nothing if there is no such process."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def status(pid: int) -> dict[str, str]:
    """Return the fields of /proc/PID/status; none if there is no such process."""
    lines = read(pid, "status").decode(errors="replace").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def is_alive(pid: int) -> bool:
    """Return whether a process runs; a zombie has ended already, though `kill -0` finds it."""
    return status(pid).get("State", "Z")[0] not in DEAD


def children_of(parent: int) -> list[int]:
    """Return the living child processes of a process."""
    return [pid for pid in all_pids() if status(pid).get("PPid") == str(parent) and is_alive(pid)]


def descendants_of(ancestor: int) -> list[int]:
    """Return the living children of a process, their children and so on."""
    return [pid for child in children_of(ancestor) for pid in (child, *descendants_of(child))]


def workers_of(parent: int) -> list[int]:
    """Return the living workers that a process has spawned; its resource tracker is none."""
    return [pid for pid in children_of(parent) if b"spawn_main" in read(pid, "cmdline")]


def cpu_ticks(pid: int) -> int:
    """Return the processor time that a living process has used; the name in brackets may hold spaces."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
