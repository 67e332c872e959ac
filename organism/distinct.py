"""How many of very many numbers are different, in the room that the numbers themselves take."""

from __future__ import annotations

from array import array

import numpy as np

AT_ONCE = 1 << 20
"""Numbers that are compared with their neighbours at the same time."""


def n_distinct(numbers: array[int]) -> int:
    """Return how many different numbers there are among whole numbers of 64 bits; they are sorted where they lie."""
    ordered = np.frombuffer(numbers, np.uint64)
    ordered.sort()
    before, after = ordered[:-1], ordered[1:]
    # In parts, so that what is compared takes no memory to speak of.
    parts = (slice(start, start + AT_ONCE) for start in range(0, len(after), AT_ONCE))
    return len(ordered[:1]) + sum(int(np.count_nonzero(before[part] != after[part])) for part in parts)
