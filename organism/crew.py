"""Processes that share a list of tasks: each makes every n-th that is not done, and all end with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from data.code_version import ROOT
from data.errors import SimulationError
from data.leash import end_with_parent

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 120.0
"""How long a process may take to end after an interruption, before it is killed."""

Work = Callable[[Sequence[str], int, int], None]
"""Makes a share of the tasks, given the arguments, the number of the share and how many there are."""


def work_together(module: str, arguments: Sequence[str], n_shares: int, poll: Callable[[], None], *, what: str) -> None:
    """Let so many processes work until all have ended; Ctrl-C stops each where it is.

    Parameters
    ----------
    module
        Run as `python -m MODULE ARGUMENTS...`; it calls `work_share`.
    poll
        Called twice a second meanwhile.
    what
        What is worked on, in words for the message: `campaign honesty`.

    Raises
    ------
    SimulationError
        If a process fails.
    """
    processes = [_start(module, arguments, share, n_shares) for share in range(n_shares)]
    try:
        while any(process.poll() is None for process in processes):
            poll()
            time.sleep(POLL_SECONDS)
    finally:
        _stop(processes)
    failed = [process.returncode for process in processes if process.returncode]
    if failed:
        raise SimulationError(
            f"a process of {what} ended with {failed[0]}; its words are above. The same command goes on from there"
        )


def work_share(work: Work) -> None:
    """Be one of the processes that `work_together` starts."""
    *arguments, share, n_shares, parent_pid = sys.argv[1:]
    end_with_parent(int(parent_pid))
    # Ctrl-C reaches the whole terminal; the parent says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    work(arguments, int(share), int(n_shares))


def _start(module: str, arguments: Sequence[str], share: int, n_shares: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", module, *arguments, str(share), str(n_shares), str(os.getpid())]
    # A child begins with this mask: Ctrl-C must not reach it before it has said that it ignores it.
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return subprocess.Popen(command, cwd=ROOT)  # noqa: S603 - our own module, on a folder of ours
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
