"""Arrays that several processes compute once: each writes into memory of its own, and the others map it.

A log that all append to says what lies where; nobody writes where another has written, so readers need no lock. All of
it is anonymous memory (memfd) that processes open through /proc: whatever dies, and however, nothing is left behind.
"""

from __future__ import annotations

import mmap
import os
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.market import FloatArray
from data.shelf_log import KEY_BYTES, MOST_BYTES, Log, Place, link_of

ITEM_BYTES = 8
SEGMENTS = 8
"""Parts of a budget; the oldest is given up as a whole when all are full."""
TOKEN_BYTES = 7


class Segment(NamedTuple):
    """Memory that this process writes to."""

    descriptor: int
    token: int
    items: FloatArray
    keys: list[bytes]


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
    most_log_bytes
        See `Log`.

    Raises
    ------
    OSError
        If there is no such log.
    """

    def __init__(self, log: str, budget_bytes: int, most_log_bytes: int = MOST_BYTES) -> None:
        self._log = Log(log, most_log_bytes)
        self._segment_items = budget_bytes // SEGMENTS // ITEM_BYTES
        self._segments: OrderedDict[int, Segment] = OrderedDict()
        self._used_items = 0
        self._kept: list[Segment] = []
        self._own: dict[bytes, FloatArray] = {}
        self._places: dict[bytes, Place] = {}
        self._mapped: dict[int, FloatArray] = {}

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
        with self._log.alone():
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
        self._log.close()
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
        self._log.append(key, Place(os.getpid(), segment.descriptor, segment.token, first, values.size))
        return shared

    def _make_segment(self, n_items: int) -> Segment:
        # A process may get the number of one that has ended, whose arrays others still remember.
        token = int.from_bytes(os.urandom(TOKEN_BYTES), "little")
        descriptor = os.memfd_create(_segment_name(token))
        os.ftruncate(descriptor, max(n_items, 1) * ITEM_BYTES)
        return Segment(descriptor, token, np.frombuffer(mmap.mmap(descriptor, 0), dtype=np.float64), [])

    def _give_up_oldest(self) -> None:
        token, oldest = self._segments.popitem(last=False)
        self._log.append(bytes(KEY_BYTES), Place(os.getpid(), oldest.descriptor, token, 0, 0))
        for key in oldest.keys:
            del self._own[key]
        os.close(oldest.descriptor)
        self._log.shorten_if_long()

    def _read_log(self) -> None:
        if not self._log.has_changed():
            return
        if self._log.begins_anew():
            self._places.clear()
            self._mapped.clear()
        for key, place in self._log.unread():
            self._note(key, place)

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


def _key(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=KEY_BYTES).digest()


def _segment_name(token: int) -> str:
    return f"organism-{token:x}"


def _map(place: Place) -> NDArray[np.float64] | None:
    """Return another process's segment, read-only; None if it is gone, or its descriptor is something else by now."""
    try:
        descriptor = os.open(f"/proc/{place.process}/fd/{place.descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if os.readlink(f"/proc/self/fd/{descriptor}") != link_of(_segment_name(place.token)):
            return None
        return np.frombuffer(mmap.mmap(descriptor, 0, prot=mmap.PROT_READ), dtype=np.float64)
    finally:
        os.close(descriptor)
