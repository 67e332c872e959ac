"""Genotype hashes by row, found again by the whole or by their beginning: 64 bytes each, and no object."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from organism.views.growing import Growing

DIGITS = 64
"""Of a hash, in hexadecimal."""
NAME = f"S{DIGITS}"
ABSENT = -1


class GenotypeIndex:
    """The hashes in the order in which they were added, and the order of the hashes themselves."""

    def __init__(self) -> None:
        self._names = Growing(NAME)
        self._order: NDArray[np.intp] = np.zeros(0, np.intp)

    def __len__(self) -> int:
        return len(self._names)

    def add(self, names: NDArray[np.bytes_]) -> None:
        """Add hashes as the rows that follow; they are found after `sort`."""
        self._names.add(names)

    def sort(self) -> None:
        """Make all hashes findable."""
        self._order = np.argsort(self._names.values, kind="stable")

    def name(self, row: int) -> str:
        """Return the hash of a row."""
        return bytes(self._names.values[row]).decode("ascii")

    def rows_of(self, names: NDArray[np.bytes_]) -> NDArray[np.intp]:
        """Return the row of each hash, `ABSENT` for one that is not there; shape as `names`."""
        if not len(self):
            return np.full(names.shape, ABSENT, np.intp)
        places = np.searchsorted(self._names.values, names, sorter=self._order)
        rows = self._order[np.minimum(places, len(self) - 1)]
        return np.where(self._names.values[rows] == names, rows, ABSENT)

    def beginning_with(self, digits: str) -> NDArray[np.intp]:
        """Return the rows of the hashes that begin so, in order of the hashes."""
        if len(digits) > DIGITS:
            return self._order[:0]
        low = np.searchsorted(self._names.values, np.array(digits, NAME), sorter=self._order)
        # No digit of a hash is as high as this letter.
        end = np.array(digits.ljust(DIGITS, "~"), NAME)
        high = np.searchsorted(self._names.values, end, side="right", sorter=self._order)
        return self._order[low:high]
