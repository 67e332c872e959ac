"""Kill a process at its N-th call of one system call, counted from the beginning of the operation under test.

The process is forked from one that has imported everything, so that the first call counted belongs to the
operation. strace holds the child before that call is carried out and kills it there.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

CALLS = (
    "openat",
    "write",
    "pwrite64",
    "writev",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "ftruncate",
    "fallocate",
    "close",
    "mkdir",
    "mkdirat",
    "rmdir",
    "chmod",
    "fchmod",
)
"""Calls that change files, and those around them: between two of these a disk does not change."""
STRACE = shutil.which("strace")


def is_possible() -> bool:
    """Return whether processes can be traced here."""
    if STRACE is None:
        return False
    probe = subprocess.run([STRACE, "-o", os.devnull, "true"], capture_output=True, check=False)
    return probe.returncode == 0


def killed_at(operation: Callable[[], None], call: str, nth: int) -> bool:
    """Carry the operation out in a child that dies at its `nth` call of `call`; False if it got to its end.

    Raises
    ------
    AssertionError
        If the operation itself failed.
    """
    status = _traced(
        operation, ["-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={nth}"]
    )
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    if status:
        raise AssertionError(f"the operation failed at {call} number {nth}: wait status {status}")
    return False


def count_calls(operation: Callable[[], None], log: Path, calls: Sequence[str] = CALLS) -> dict[str, int]:
    """Carry the operation out unhurt and return how often it made each of `calls`; none given means all there are."""
    status = _traced(operation, ["-o", str(log), *(["-e", f"trace={','.join(calls)}"] if calls else [])])
    if status:
        raise AssertionError(f"the operation failed under strace: wait status {status}")
    found = re.findall(r"^\d+ +([a-z]\w*)\(", log.read_text(errors="replace"), re.MULTILINE)
    # Without this the child would be killed by its own end.
    return dict(sorted(Counter(name for name in found if name != "exit_group").items()))


def _traced(operation: Callable[[], None], options: list[str]) -> int:
    assert STRACE is not None
    behind, gate = os.pipe()
    child = os.fork()
    if child == 0:
        _run(operation, behind)
    os.close(behind)
    tracer = subprocess.Popen([STRACE, "-f", *options, "-p", str(child)], stderr=subprocess.PIPE, text=True)
    try:
        assert tracer.stderr is not None
        line = tracer.stderr.readline()
        if "attached" not in line:
            raise AssertionError(f"strace cannot attach: {line.strip()}")
        os.write(gate, b"go")
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(gate)
        status = os.waitpid(child, 0)[1]
        tracer.communicate()
    return status


def _run(operation: Callable[[], None], behind: int) -> None:
    """Wait for the tracer, do the work, and leave without anything that a parent would do at its end."""
    code = 1
    try:
        os.read(behind, 2)
        operation()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)
