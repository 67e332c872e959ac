"""Arrays as .npy files that can be mapped into memory and in which any changed byte is noticed."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.canonical import hash_array
from data.durable import NEW_FILE, READ_ONLY, naming
from data.errors import DataError

ALIGNMENT = 64


def npy_header(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    """Return the header of a .npy file of version 1.0, in C order.

    numpy's own differs in padding from release to release; with one exact form every byte of a file is checked.
    """
    text = f"{{'descr': {dtype.str!r}, 'fortran_order': False, 'shape': {shape}, }}"
    prefix = b"\x93NUMPY\x01\x00"
    length = -(-(len(prefix) + 2 + len(text) + 1) // ALIGNMENT) * ALIGNMENT - len(prefix) - 2
    return prefix + length.to_bytes(2, "little") + text.ljust(length - 1).encode("latin1") + b"\n"


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write a new, read-only .npy file in little-endian byte order and flush it to disk."""
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    with naming(path), os.fdopen(os.open(path, NEW_FILE, READ_ONLY), "wb") as stream:
        stream.write(npy_header(little.dtype, little.shape))
        stream.write(little.tobytes())
        stream.flush()
        os.fsync(stream.fileno())


def map_array(path: Path, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Map a file read-only, after checking its header and its size but not its contents.

    Raises
    ------
    DataError
        If the file is missing, or is not exactly a header and an array of this type and shape.
    """
    header = npy_header(dtype, shape)
    expected = len(header) + dtype.itemsize * math.prod(shape)
    try:
        with path.open("rb") as stream:
            found, size = stream.read(len(header)), os.fstat(stream.fileno()).st_size
    except OSError as error:
        raise DataError(f"snapshot file {path} cannot be read: {error.strerror}; make the snapshot again") from None
    if found != header or size != expected:
        raise DataError(
            f"snapshot file {path} is damaged: it has {size} bytes, allowed are {expected}, of which the first "
            f"{len(header)} describe {dtype.str} of shape {shape}; delete its folder and make the snapshot again"
        )
    return np.asarray(np.memmap(path, dtype=dtype, mode="r", offset=len(header), shape=shape))


def verify_array(path: Path, array: NDArray[Any], sha256: str) -> None:
    """Refuse contents that are not those of the hash.

    Raises
    ------
    DataError
        Naming the file.
    """
    found = hash_array(array)
    if found != sha256:
        raise DataError(
            f"snapshot file {path} is damaged: its contents hash to {found[:16]}, allowed is {sha256[:16]}; "
            "delete its folder and make the snapshot again"
        )
