"""Arrays that several processes compute once: each writes into memory of its own, and the others map it.

A log that all append to says what lies where; nobody writes where another has written, so readers need no lock. All of
it is anonymous memory (memfd) that processes open through /proc: whatever dies, and however, nothing is left behind.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.market import FloatArray

LOG_NAME = "organism-log"
KEY_BYTES = 16
ITEM_BYTES = 8
SEGMENTS = 8
"""Parts of a budget; the oldest is given up as a whole when all are full."""
READ_BYTES = 1 << 16
RECORD = struct.Struct(f"<{KEY_BYTES}s5q")
"""Key, process, descriptor, token of the segment, first item, number of items; no items: the segment is given up."""


class Place(NamedTuple):
    """Where another process has put an array."""

    process: int
    descriptor: int
    token: int
    first: int
    n_items: int


class Segment(NamedTuple):
    """Memory that this process writes to."""

    descriptor: int
    token: int
    items: FloatArray
    keys: list[bytes]


def make_log() -> int | None:
    """Return the descriptor of an empty log, open as long as this process keeps it; None where there is no memfd."""
    return os.memfd_create(LOG_NAME) if hasattr(os, "memfd_create") else None


def log_path(descriptor: int) -> str:
    """Return where other processes find a log of this one."""
    return f"/proc/{os.getpid()}/fd/{descriptor}"


class Shelf:
    """Read-only arrays of floats by name, shared with every process that has opened the same log.

    A name must mean the same array everywhere: it may be computed by several at the same time, and then the first
    that is found is used. Use it from one thread.

    Parameters
    ----------
    log
        See `log_path`.
    budget_bytes
        Memory that this process gives to `put`.

    Raises
    ------
    OSError
        If there is no such log.
    """

    def __init__(self, log: str, budget_bytes: int) -> None:
        self._log = os.open(log, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        if os.readlink(f"/proc/self/fd/{self._log}") != _link(LOG_NAME):
            # The number of a descriptor that was closed is soon another file's.
            os.close(self._log)
            raise FileNotFoundError(f"{log} is no log of a shelf any more; its process has closed it")
        self._read_bytes = 0
        self._segment_items = budget_bytes // SEGMENTS // ITEM_BYTES
        self._segments: OrderedDict[int, Segment] = OrderedDict()
        self._used_items = 0
        self._kept: list[Segment] = []
        self._own: dict[bytes, FloatArray] = {}
        self._places: dict[bytes, Place] = {}
        self._mapped: dict[int, FloatArray] = {}
        self._n_made = 0

    def get(self, name: str) -> FloatArray | None:
        """Return the array of a name, shape (n_items,), or None if nobody has put it yet."""
        key = _key(name)
        own = self._own.get(key)
        if own is not None:
            return own
        if key not in self._places:
            self._read_log()
        place = self._places.get(key)
        return None if place is None else self._find(key, place)

    def put(self, name: str, values: FloatArray) -> FloatArray | None:
        """Share an array, shape (n_items,); return it as it is shared, or None if it is larger than there is room for.

        One that this process shares already stays where it is. For more room the oldest arrays that this process has
        put are given up; whoever uses them may go on.
        """
        key = _key(name)
        if key in self._own:
            return self._own[key]
        if values.size > self._segment_items:
            return None
        segment = next(reversed(self._segments.values()), None)
        if segment is None or self._used_items + values.size > segment.items.size:
            if len(self._segments) == SEGMENTS:
                self._give_up_oldest()
            segment = self._make_segment(self._segment_items)
            self._segments[segment.token] = segment
            self._used_items = 0
        first, self._used_items = self._used_items, self._used_items + values.size
        return self._write(key, segment, first, values)

    def keep(self, name: str, make: Callable[[], FloatArray]) -> FloatArray:
        """Return the array of a name, made by the first process that asks while the others wait; never given up."""
        with self._alone():
            shared = self.get(name)
            if shared is not None:
                return shared
            values = make()
            self._kept.append(self._make_segment(values.size))
            return self._write(_key(name), self._kept[-1], 0, values.reshape(-1))

    def close(self) -> None:
        """Let go of everything; what others use stays with them."""
        for segment in (*self._segments.values(), *self._kept):
            os.close(segment.descriptor)
        os.close(self._log)
        # A mapping goes with the last array that is in it.
        for held in (self._segments, self._kept, self._own, self._places, self._mapped):
            held.clear()

    def _write(self, key: bytes, segment: Segment, first: int, values: FloatArray) -> FloatArray:
        shared = segment.items[first : first + values.size]
        shared[:] = values
        shared.setflags(write=False)
        segment.keys.append(key)
        self._own[key] = shared
        # Only what is written whole is ever named.
        os.write(self._log, RECORD.pack(key, os.getpid(), segment.descriptor, segment.token, first, values.size))
        return shared

    def _make_segment(self, n_items: int) -> Segment:
        self._n_made += 1
        token = os.getpid() << 32 | self._n_made
        descriptor = os.memfd_create(_segment_name(token))
        os.ftruncate(descriptor, max(n_items, 1) * ITEM_BYTES)
        return Segment(descriptor, token, np.frombuffer(mmap.mmap(descriptor, 0), dtype=np.float64), [])

    def _give_up_oldest(self) -> None:
        token, oldest = self._segments.popitem(last=False)
        os.write(self._log, RECORD.pack(bytes(KEY_BYTES), os.getpid(), oldest.descriptor, token, 0, 0))
        for key in oldest.keys:
            del self._own[key]
        os.close(oldest.descriptor)

    def _read_log(self) -> None:
        while True:
            read = os.pread(self._log, READ_BYTES, self._read_bytes)
            whole = len(read) - len(read) % RECORD.size
            for record in RECORD.iter_unpack(read[:whole]):
                self._note(record[0], Place(*record[1:]))
            self._read_bytes += whole
            if whole == 0:
                return

    def _note(self, key: bytes, place: Place) -> None:
        if place.process == os.getpid():
            return
        if place.n_items:
            self._places.setdefault(key, place)
            return
        self._mapped.pop(place.token, None)
        self._places = {key: kept for key, kept in self._places.items() if kept.token != place.token}

    def _find(self, key: bytes, place: Place) -> FloatArray | None:
        if place.token not in self._mapped:
            items = _map(place)
            if items is None:
                # Its process has ended before this one came to it.
                del self._places[key]
                return None
            self._mapped[place.token] = items
        return self._mapped[place.token][place.first : place.first + place.n_items]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        fcntl.flock(self._log, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._log, fcntl.LOCK_UN)


def _key(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=KEY_BYTES).digest()


def _segment_name(token: int) -> str:
    return f"organism-{token:x}"


def _link(name: str) -> str:
    """Return what Linux says a descriptor of anonymous memory is."""
    return f"/memfd:{name} (deleted)"


def _map(place: Place) -> NDArray[np.float64] | None:
    """Return another process's segment, read-only; None if it is gone, or its descriptor is something else by now."""
    try:
        descriptor = os.open(f"/proc/{place.process}/fd/{place.descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if os.readlink(f"/proc/self/fd/{descriptor}") != _link(_segment_name(place.token)):
            return None
        return np.frombuffer(mmap.mmap(descriptor, 0, prot=mmap.PROT_READ), dtype=np.float64)
    finally:
        os.close(descriptor)
