"""Child processes that end with their parent, from their first moment on.

A spawned child imports for seconds before it comes to its own work; a parent that is killed meanwhile must not
leave it behind. So the leash travels as the first argument: unpickling it puts it on, before what follows is
imported. This module therefore imports nothing that takes time.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def end_with_parent(parent_pid: int | None) -> None:
    """Let Linux kill this process when the thread that made it ends.

    Parameters
    ----------
    parent_pid
        Who must still be the parent: one that was gone before this call would never be missed, so this process
        ends at once. None where another process than the parent made it, such as a fork server.
    """
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent_pid is not None and os.getppid() != parent_pid:
        os._exit(1)


class Leash:
    """What a parent gives a child as first argument; it is on as soon as the child has read it.

    Parameters
    ----------
    parent_pid
        See `end_with_parent`.
    """

    def __init__(self, parent_pid: int | None) -> None:
        self.parent_pid = parent_pid

    def __reduce__(self) -> tuple[Callable[[int | None], None], tuple[int | None]]:
        """Pickle as the call that puts it on."""
        return end_with_parent, (self.parent_pid,)


def run_leashed(leash: Leash | None, work: Callable[..., None], *args: object) -> None:
    """Be the target of a process: put the leash on where nothing was unpickled, as in a fork, and work.

    Parameters
    ----------
    leash
        None in a child that has unpickled it.
    work
        Called with the other arguments.
    """
    if leash is not None:
        end_with_parent(leash.parent_pid)
    work(*args)
