"""Numbers that look drawn and depend on a seed, a name and a moment alone: the order of requests never matters."""

from __future__ import annotations

import hashlib
from typing import cast

import numpy as np
from numpy.typing import NDArray

from data.market import IntArray


def drawn(seed: int, name: str, whole: IntArray) -> NDArray[np.uint64]:
    """Return 64 bits for each of `whole`: the finaliser of splitmix64 over a key made of seed and name."""
    key = int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "little")
    state = np.atleast_1d(whole).astype(np.uint64) + np.full(1, key, np.uint64)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return cast(NDArray[np.uint64], state ^ (state >> np.uint64(31)))


def drawn_below(limit: int, seed: int, name: str, whole: IntArray) -> IntArray:
    """Return whole numbers from 0 to `limit` - 1, one for each of `whole`."""
    return (drawn(seed, name, whole) % np.uint64(limit)).astype(np.int64)
