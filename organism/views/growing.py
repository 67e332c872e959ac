"""An array that grows at its end: little by little, without a list of its parts and without their leavings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

LEAST_ROWS = 1024


class Growing:
    """Rows of numbers or hashes, to which more are added.

    Parameters
    ----------
    kind
        Of each number.
    width
        Numbers in a row; 0 for rows that are numbers.
    """

    def __init__(self, kind: DTypeLike, width: int = 0) -> None:
        self._shape = (width,) if width else ()
        # Room that is not used yet is not resident memory.
        self._room: NDArray[Any] = np.empty((LEAST_ROWS, *self._shape), kind)
        self._n = 0

    def __len__(self) -> int:
        return self._n

    @property
    def values(self) -> NDArray[Any]:
        """All rows so far, as a view."""
        return self._room[: self._n]

    def add(self, values: NDArray[Any]) -> None:
        """Put rows at the end."""
        wanted = self._n + len(values)
        if wanted > len(self._room):
            room = np.empty((max(wanted, 2 * len(self._room)), *self._shape), self._room.dtype)
            room[: self._n] = self.values
            self._room = room
        self._room[self._n : wanted] = values
        self._n = wanted
