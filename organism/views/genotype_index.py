"""Genotypes by row, found again by the whole hash or by its beginning: 16 bytes each, and no object."""

from __future__ import annotations

import re
from binascii import unhexlify
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from organism.views.growing import Growing

DIGITS, KEY_DIGITS = 64, 16
"""Of a hash in hexadecimal, and of its key: the first 64 bits as a number."""
ABSENT = -1

Keys = NDArray[np.uint64]


def keys_of(hashes: Sequence[str]) -> Keys:
    """Return the keys of whole hashes, shape (n,). In a run no two genotypes share one: `SeenGenotypes`."""
    numbers = np.frombuffer(unhexlify("".join(hashes)), ">u8")
    return numbers[:: DIGITS // KEY_DIGITS].astype(np.uint64)


class GenotypeIndex:
    """The keys in the order in which they were added, and the order of the keys themselves."""

    def __init__(self) -> None:
        self._keys = Growing(np.uint64)
        self._order: NDArray[np.intp] = np.zeros(0, np.intp)

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, keys: Keys) -> None:
        """Add keys as the rows that follow; they are found after `sort`."""
        self._keys.add(keys)

    def sort(self) -> None:
        """Make all keys findable."""
        self._order = np.argsort(self._keys.values, kind="stable")

    def rows_of(self, keys: Keys) -> NDArray[np.intp]:
        """Return the row of each key, `ABSENT` for one that is not there; shape as `keys`."""
        if not len(self):
            return np.full(keys.shape, ABSENT, np.intp)
        places = np.searchsorted(self._keys.values, keys, sorter=self._order)
        rows = self._order[np.minimum(places, len(self) - 1)]
        return np.where(self._keys.values[rows] == keys, rows, ABSENT)

    def beginning_with(self, digits: str) -> NDArray[np.intp]:
        """Return the rows of the keys that begin with hexadecimal digits, in order of the keys."""
        if not re.fullmatch(f"[0-9a-f]{{1,{KEY_DIGITS}}}", digits):
            return self._order[:0]
        least, most = (np.uint64(int(digits.ljust(KEY_DIGITS, end), 16)) for end in "0f")
        low = np.searchsorted(self._keys.values, least, sorter=self._order)
        high = np.searchsorted(self._keys.values, most, side="right", sorter=self._order)
        return self._order[low:high]
