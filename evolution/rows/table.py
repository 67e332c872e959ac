"""A set of keys in four bytes each: of a key its bucket says the first bits, and what is kept there the next.

Two keys are the same if those bits are, wherever they lie and in whatever order they came: what a set says does not
depend on how it was put together. Within a bucket it is open addressing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.jit import jit

Keys = NDArray[np.uint64]
Slots = NDArray[np.uint32]
"""Bucket behind bucket, all of one capacity; 0 where there is room."""
Counts = NDArray[np.int64]
"""Shape (N_BUCKETS,): slots taken."""

BUCKET_BITS, REMAINDER_BITS = 14, 32
N_BUCKETS = 1 << BUCKET_BITS
MOST_TAKEN = 15 / 16
"""Share of the slots of a bucket."""
KEPT_BITS = BUCKET_BITS + REMAINDER_BITS
_BUCKET_SHIFT, _REMAINDER_SHIFT = np.uint64(64 - BUCKET_BITS), np.uint64(64 - KEPT_BITS)
_REMAINDER_MASK = np.uint64((1 << REMAINDER_BITS) - 1)


@jit
def _remainder(key: np.uint64) -> np.uint32:
    """Return what a bucket keeps of a key; that of zeros, which looks like room, is the one next to it."""
    return np.uint32(max(np.uint64(1), (key >> _REMAINDER_SHIFT) & _REMAINDER_MASK))


@jit
def _place(slots: Slots, bucket: np.int64, capacity: int, remainder: np.uint32) -> np.int64:
    """Return where a remainder is in its bucket, or the room where it belongs."""
    first = bucket * capacity
    place = np.int64((np.uint64(remainder) * np.uint64(capacity)) >> np.uint64(REMAINDER_BITS))
    while slots[first + place] != np.uint32(0) and slots[first + place] != remainder:
        place = place + 1 if place + 1 < capacity else np.int64(0)
    return first + place


@jit
def add_keys(slots: Slots, counts: Counts, keys: Keys, is_new: NDArray[np.bool_]) -> int:
    """Put keys into their buckets, write for each whether it was not there, and return how many were looked at.

    Fewer than all of them, if a bucket is as full as it may be: that is where to go on once there is more room.

    Parameters
    ----------
    is_new
        Shape of `keys`.
    """
    capacity = len(slots) // N_BUCKETS
    most = min(capacity - 1, int(MOST_TAKEN * capacity))
    for number in range(len(keys)):
        bucket, remainder = np.int64(keys[number] >> _BUCKET_SHIFT), _remainder(keys[number])
        place = _place(slots, bucket, capacity, remainder)
        is_new[number] = slots[place] == np.uint32(0)
        if is_new[number]:
            if counts[bucket] == most:
                return number
            slots[place] = remainder
            counts[bucket] += 1
    return len(keys)


@jit
def _fill(slots: Slots, bucket: np.int64, capacity: int, remainders: Slots) -> None:
    """Make a bucket anew of what it is to hold; 0 stands for nothing."""
    slots[bucket * capacity : (bucket + 1) * capacity] = np.uint32(0)
    for remainder in remainders:
        if remainder != np.uint32(0):
            slots[_place(slots, bucket, capacity, remainder)] = remainder


@jit
def spread(slots: Slots, former: int) -> None:
    """Give every bucket its share of slots that were made longer, behind those of buckets of the former capacity."""
    capacity = len(slots) // N_BUCKETS
    # The last one first: what a bucket moves to was left by those behind it.
    for number in range(N_BUCKETS - 1, -1, -1):
        held = slots[number * former : (number + 1) * former].copy()
        _fill(slots, np.int64(number), capacity, held)


@jit
def remove_keys(slots: Slots, counts: Counts, keys: Keys) -> None:
    """Take keys out again; those that are not there cost nothing."""
    capacity = len(slots) // N_BUCKETS
    for key in keys:
        bucket, remainder = np.int64(key >> _BUCKET_SHIFT), _remainder(key)
        place = _place(slots, bucket, capacity, remainder)
        if slots[place] == remainder:
            slots[place] = np.uint32(0)
            counts[bucket] -= 1
            # Others may have gone on over the place that is free now.
            _fill(slots, bucket, capacity, slots[bucket * capacity : (bucket + 1) * capacity].copy())
