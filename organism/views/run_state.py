"""What goes on with a run, in one word."""

from __future__ import annotations

from data.errors import DataError
from data.lock import living_holder
from data.process_identity import is_suspended
from evolution.run.control import Wish, read_wish
from evolution.run.layout import RunFolder

FINISHED, UNFINISHED, SUSPENDED, PAUSED = "finished", "unfinished", "suspended", "paused"
WISHED = {Wish.RUN: "running", Wish.PAUSE: "pausing", Wish.STOP: "stopping"}
"""Of a run that a process works on, by what is wanted of it."""


def state_word(folder: RunFolder) -> str:
    """Return what a run is now; see `state_of`."""
    return state_of(folder, living_holder(folder.lock))


def state_of(folder: RunFolder, process: int | None) -> str:
    """Return `finished`, `unfinished` if no process works on it, or what the process that does so is about.

    It may be `running`, `pausing` or `stopping` after this generation, `paused` as it was told to, or `suspended` from
    without, by Ctrl-Z or SIGSTOP.
    """
    if folder.is_finished:
        return FINISHED
    if process is None:
        return UNFINISHED
    if is_suspended(process):
        return SUSPENDED
    if folder.paused.exists():
        return PAUSED
    try:
        return WISHED[read_wish(folder)]
    except DataError:
        # The process says so, and goes on.
        return WISHED[Wish.RUN]


def is_worked_on(state: str) -> bool:
    """Tell whether a process works on a run of this state, or will once it is let go on."""
    return state not in {FINISHED, UNFINISHED}
