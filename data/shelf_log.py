"""Where arrays lie that processes share: a log in anonymous memory that all of them append to and read.

Records are appended whole, so readers need no lock. Whoever finds the log long drops what was given up: it begins anew
then, with another first record, by which the others know that they have to read it again.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

LOG_NAME = "organism-log"
KEY_BYTES = 16
MOST_BYTES = 4 << 20
"""Of a log before it is shortened: 75,000 records, which take a tenth of a second to read."""
READ_BYTES = 1 << 16
RECORD = struct.Struct(f"<{KEY_BYTES}s5q")
"""Key, process, descriptor, token of the segment, first item, number of items; no items: the segment is given up."""


class Place(NamedTuple):
    """Where a process has put an array."""

    process: int
    descriptor: int
    token: int
    first: int
    n_items: int
    """0: of the segment of this token nothing is there any more."""


RECORDS = np.dtype([("key", f"V{KEY_BYTES}"), *((name, "<i8") for name in Place._fields)])
"""The same, of many."""


def make_log() -> int | None:
    """Return the descriptor of an empty log, open as long as this process keeps it; None where there is no memfd."""
    return os.memfd_create(LOG_NAME) if hasattr(os, "memfd_create") else None


def log_path(descriptor: int) -> str:
    """Return where other processes find a log of this one."""
    return f"/proc/{os.getpid()}/fd/{descriptor}"


def link_of(name: str) -> str:
    """Return what Linux says a descriptor of anonymous memory is."""
    return f"/memfd:{name} (deleted)"


class Log:
    """What this process has read of a log.

    Parameters
    ----------
    path
        See `log_path`.
    most_bytes
        Beyond which it is shortened, unless half of it is in use.

    Raises
    ------
    OSError
        If there is no such log.
    """

    def __init__(self, path: str, most_bytes: int = MOST_BYTES) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        if os.readlink(f"/proc/self/fd/{self._descriptor}") != link_of(LOG_NAME):
            # The number of a descriptor that was closed is soon another file's.
            os.close(self._descriptor)
            raise FileNotFoundError(f"{path} is no log of a shelf any more; its process has closed it")
        self._least_bytes = self._most_bytes = most_bytes
        self._first, self._read_bytes = b"", 0

    def append(self, key: bytes, place: Place) -> None:
        """Tell the others."""
        os.write(self._descriptor, RECORD.pack(key, *place))

    def has_changed(self) -> bool:
        """Tell, in a third of a microsecond, whether there is something to read, or to read again."""
        return self._n_bytes() != self._read_bytes

    def begins_anew(self) -> bool:
        """Tell whether what was read no longer counts, because the log was shortened; it is read again then."""
        first = os.pread(self._descriptor, RECORD.size, 0)
        if first == self._first or len(first) < RECORD.size:
            return False
        self._first = first
        was_read, self._read_bytes = self._read_bytes > 0, 0
        return was_read

    def unread(self) -> Iterator[tuple[bytes, Place]]:
        """Yield what was appended since the last time, by whomever."""
        while True:
            read = os.pread(self._descriptor, READ_BYTES, self._read_bytes)
            whole = len(read) - len(read) % RECORD.size
            for key, *place in RECORD.iter_unpack(read[:whole]):
                yield key, Place(*place)
            self._read_bytes += whole
            if whole == 0:
                return

    def shorten_if_long(self) -> None:
        """Drop what was given up, and what processes have put that have ended.

        What another process appends at the same moment may be lost; it is only computed once more then.
        """
        if self._n_bytes() <= self._most_bytes:
            return
        with self.alone():
            # Another process may have been faster.
            if self._n_bytes() > self._most_bytes:
                # Nothing has this key, and there is no segment 0.
                mark = RECORD.pack(os.urandom(KEY_BYTES), os.getpid(), 0, 0, 0, 0)
                kept = mark + _living(os.pread(self._descriptor, self._n_bytes(), 0))
                os.ftruncate(self._descriptor, 0)
                os.write(self._descriptor, kept)
                self._most_bytes = max(self._least_bytes, 2 * len(kept))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until no other process is alone with the log."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of it; for others it stays as it is."""
        os.close(self._descriptor)

    def _n_bytes(self) -> int:
        return os.lseek(self._descriptor, 0, os.SEEK_END)


def _living(read: bytes) -> bytes:
    """Return the records of arrays that are there."""
    records = np.frombuffer(read, dtype=RECORDS, count=len(read) // RECORD.size)
    given_up = records["token"][records["n_items"] == 0]
    ended = [process for process in np.unique(records["process"]) if not os.path.exists(f"/proc/{process}")]
    is_gone = np.isin(records["token"], given_up) | np.isin(records["process"], ended)
    return records[~is_gone].tobytes()
