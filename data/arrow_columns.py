"""Columns of Arrow as arrays of numpy, straight from their memory.

Arrow's own `to_numpy`, and each of its functions that is given a Python number, load pandas: half a second and 33 MiB
of a process that may have no other use for it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

NUMBERS: dict[pa.DataType, type[np.number[Any]]] = {
    pa.int16(): np.int16,
    pa.int32(): np.int32,
    pa.int64(): np.int64,
    pa.float32(): np.float32,
    pa.float64(): np.float64,
}


def is_missing(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Return which values of a column are null."""
    return np.concatenate([np.zeros(0, bool), *(_is_missing(chunk) for chunk in column.chunks)])


def numbers(column: pa.ChunkedArray, instead: float = 0) -> NDArray[Any]:
    """Return the values of a column of numbers, with another number instead of each null.

    Raises
    ------
    TypeError
        If the column is of another type than those in `NUMBERS`.
    """
    if column.type not in NUMBERS:
        raise TypeError(f"a column of {column.type} has no numbers; allowed are {', '.join(map(str, NUMBERS))}")
    kind = np.dtype(NUMBERS[column.type])
    return np.concatenate([np.zeros(0, kind), *(_numbers(chunk, kind, instead) for chunk in column.chunks)])


def _numbers(array: pa.Array, kind: np.dtype[Any], instead: float) -> NDArray[Any]:
    if not len(array):
        return np.zeros(0, kind)
    values: NDArray[Any] = np.frombuffer(array.buffers()[1], kind, len(array), array.offset * kind.itemsize)
    return np.where(_is_missing(array), kind.type(instead), values)


def _is_missing(array: pa.Array) -> NDArray[np.bool_]:
    bitmap = array.buffers()[0] if array.null_count else None
    if bitmap is None:
        return np.zeros(len(array), bool)
    bits = np.unpackbits(np.frombuffer(bitmap, np.uint8), bitorder="little")
    missing: NDArray[np.bool_] = bits[array.offset : array.offset + len(array)] == 0
    return missing
