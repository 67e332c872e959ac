"""A set of 64-bit keys that can only grow: open addressing in one array."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.jit import jit

Keys = NDArray[np.uint64]


@jit
def _place(slots: Keys, key: np.uint64) -> int:
    """Return where a key is, or the room where it belongs."""
    mask = np.uint64(len(slots) - 1)
    place = key & mask
    while slots[place] != np.uint64(0) and slots[place] != key:
        place = (place + np.uint64(1)) & mask
    return int(place)


@jit
def add_keys(slots: Keys, keys: Keys, is_new: NDArray[np.bool_]) -> int:
    """Put keys into the slots, write for each whether it was not there, and return how many were not.

    Parameters
    ----------
    slots
        A power of two of them, 0 where there is room; there is room for every key.
    keys
        None is 0.
    is_new
        Shape of `keys`.
    """
    n_new = 0
    for number in range(len(keys)):
        place = _place(slots, keys[number])
        is_new[number] = slots[place] == np.uint64(0)
        if is_new[number]:
            slots[place] = keys[number]
            n_new += 1
    return n_new
