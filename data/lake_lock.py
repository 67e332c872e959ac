"""Who may read and who may write a history of the lake: many readers, or one writer, and neither waits for ever.

Two files in the folder of a history, made by its first writer::

    .lock       the gate: a writer holds it to itself for as long as it works, a reader for the moment of its entry
    .readers    held together by whoever reads, and by the writer to itself

Through one lock alone, readers of whom another always begins before the last has ended would keep a writer out for
ever. Here a writer closes the gate first: who reads already goes on, who comes later waits, and so it comes in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from data.lock import exclusive, shared

GATE = ".lock"
READERS = ".readers"
WAIT_S = 60.0
"""How long whoever reads or writes waits for others: one import of a few million rows takes seconds."""


@contextmanager
def writing(folder: Path, what: str, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Keep the history in `folder` to oneself; `what` names it in messages.

    Raises
    ------
    ConfigError
        If others do not let go of it within `wait_s`, once for those who write and once for those who read.
    """
    with exclusive(folder / GATE, what, wait_s=wait_s), exclusive(folder / READERS, what, wait_s=wait_s):
        yield


@contextmanager
def reading(folder: Path, what: str, *, wait_s: float = WAIT_S) -> Iterator[bool]:
    """Keep writers out of the history in `folder`, but no readers; yields whether that was possible.

    It is not where no writer has been yet, or where its locks may not be opened: a folder of somebody else's, which
    is read as it is.

    Raises
    ------
    ConfigError
        If a writer does not let go of it within `wait_s`.
    """
    with ExitStack() as gate, ExitStack() as held:
        is_held = gate.enter_context(shared(folder / GATE, what, wait_s=wait_s))
        # Where an older version was the last to write there is no second file, and the gate has to do.
        if held.enter_context(shared(folder / READERS, what, wait_s=wait_s)):
            gate.close()
        yield is_held
