"""Memory of a process and all its children: the proportional set size, in which shared pages count once."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

PAUSE_S = 0.1


def peak_pss_bytes(command: list[str]) -> tuple[list[int], str]:
    """Run a command and return what each process of its tree held when their sum was largest, and its output.

    The first is the command itself.

    Raises
    ------
    RuntimeError
        If the command fails.
    """
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        peak = [0]
        while child.poll() is None:
            peak = max(peak, [_pss_bytes(pid) for pid in _tree(child.pid)], key=sum)
            time.sleep(PAUSE_S)
        assert child.stdout is not None
        printed = child.stdout.read()
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}")
    return peak, printed


def pss_by_number(command: list[str]) -> list[tuple[int, int]]:
    """Run a command that prints a number a line; return each with the bytes its processes held when it came.

    Raises
    ------
    RuntimeError
        If the command fails.
    """
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        held = [(int(line), pss_bytes_of_tree(child.pid)) for line in child.stdout]
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}")
    return held


def pss_bytes_of_tree(root: int) -> int:
    """Return what a process and its descendants hold now."""
    return sum(_pss_bytes(pid) for pid in _tree(root))


def _tree(root: int) -> list[int]:
    """Return a process and its descendants."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            waiting += map(int, _text(task).split())
    return found


def _pss_bytes(pid: int) -> int:
    """Return what one process holds; 0 if it has just ended."""
    for line in _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
