"""One writer at a time, or many readers: a lock on a file that a process holds as long as it lives, and no longer."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data.errors import ConfigError
from data.process_identity import identity

LONGEST = 200
"""Bytes of the record of a holder."""
PAUSE_S = 0.02
"""Between two looks at a lock that somebody holds."""


def _silent(_message: str) -> None:
    """Say nothing."""


@contextmanager
def exclusive(path: Path, what: str, *, note: Callable[[str], None] = _silent, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the lock at `path` for as long as the block runs.

    The operating system lets go of the lock when its holder dies, however it dies, so that a dead
    holder never has to be waited for. The file stays: removing it would let two holders in.

    Parameters
    ----------
    path
        File of the lock; made with its folder if it is missing.
    what
        What is locked, in words for the message: `run demo-1-0a1b2c3d`.
    note
        Told when a holder before this one died without finishing.
    wait_s
        Seconds to wait for a living holder before it is an error.

    Raises
    ------
    ConfigError
        If a living process holds it, naming the process.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, fcntl.LOCK_EX, what, wait_s)
        former = _holder(descriptor)
        if former is not None:
            note(f"{what}: {former} died while it held it; taking over")
        _write(descriptor, json.dumps(identity(os.getpid()) or {"pid": os.getpid()}).encode())
        try:
            yield
        except ConfigError:
            # Whoever refuses has come to an end as well.
            _write(descriptor, b"")
            raise
        # Only an end that was reached is written down: whoever finds a process here finds one that died.
        _write(descriptor, b"")
    finally:
        os.close(descriptor)


@contextmanager
def shared(path: Path, what: str, *, wait_s: float = 0.0, make: bool = False) -> Iterator[bool]:
    """Hold the lock at `path` together with others who do the same, for as long as the block runs.

    Yields whether there is a lock to hold: where there is none, or none that this process may open, nothing is held.

    Parameters
    ----------
    path, what, wait_s
        As of `exclusive`.
    make
        Whether to make the file if it is missing. Whoever only reads makes none.

    Raises
    ------
    ConfigError
        If a living process holds it to itself, naming the process.
    """
    descriptor = _opened(path, make=make)
    if descriptor is None:
        yield False
        return
    try:
        _take(descriptor, fcntl.LOCK_SH, what, wait_s)
        yield True
    finally:
        os.close(descriptor)


def living_holder(path: Path) -> int | None:
    """Return the process that holds the lock at `path`, as far as its file tells; None if nobody does.

    For showing only. The lock itself is not touched, since whoever wants it must find it free. A process that died and
    left its number to another is told from that one by when each began.
    """
    descriptor = _opened(path)
    if descriptor is None:
        return None
    try:
        return _living_pid(descriptor)
    finally:
        os.close(descriptor)


def _opened(path: Path, *, make: bool = False) -> int | None:
    try:
        return os.open(path, os.O_RDONLY | (os.O_CREAT if make else 0), 0o600)
    except OSError:
        return None


def _living_pid(descriptor: int) -> int | None:
    """Return the process that the file names if that very process lives."""
    record = _record(descriptor)
    pid = None if record is None else int(record["pid"])
    return pid if pid is not None and record == identity(pid) else None


def _take(descriptor: int, kind: int, what: str, wait_s: float) -> None:
    """Take the lock (`LOCK_EX`, `LOCK_SH`), trying again for as long as there is time."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise _refusal(descriptor, what) from None
            time.sleep(PAUSE_S)
        else:
            return


def _refusal(descriptor: int, what: str) -> ConfigError:
    # Those who share a lock write nothing, and may find the number of somebody who died long ago.
    pid = _living_pid(descriptor)
    who = "another process" if pid is None else f"process {pid}"
    return ConfigError(
        f"{what} is being worked on by {who}: wait for it, or end it and repeat; what it has finished is kept"
    )


def _holder(descriptor: int) -> str | None:
    """Return the process that the file names, in words, or None if the last one has finished."""
    record = _record(descriptor)
    return None if record is None else f"process {record['pid']}"


def _record(descriptor: int) -> dict[str, Any] | None:
    try:
        value = json.loads(os.pread(descriptor, LONGEST, 0))
    except ValueError:
        return None
    pid = value.get("pid") if isinstance(value, dict) else None
    # Zero and what is below it stand for groups of processes.
    return value if type(pid) is int and pid > 0 else None


def _write(descriptor: int, content: bytes) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, content, 0)
