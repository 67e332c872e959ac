"""One byte form for one value: canonical JSON, and sha256 over it and over arrays."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def canonical_json(value: Any) -> bytes:
    """Encode plain data as sorted, compact, ASCII JSON.

    Raises
    ------
    ValueError
        If a float is NaN or infinite; neither has a JSON form.
    """
    text = _ENCODER.encode(value)
    if "-0.0" in text:
        # Perhaps only a small negative number or a word, but a negative zero is written no other way.
        text = _ENCODER.encode(_normalised(value))
    return text.encode("ascii")


def sha256_hex(content: bytes) -> str:
    """Return the lower-case hexadecimal sha256 of `content`."""
    return hashlib.sha256(content).hexdigest()


def hash_json(value: Any) -> str:
    """Return the sha256 of the canonical JSON of `value`."""
    return sha256_hex(canonical_json(value))


def hash_array(array: NDArray[Any]) -> str:
    """Return the sha256 of an array's dtype, shape and contents, whatever its memory layout."""
    header = f"{array.dtype.newbyteorder('<').str}{array.shape}".encode("ascii")
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    # Hashed where it lies: an array mapped from a file of gigabytes is never copied.
    digest = hashlib.sha256(header)
    digest.update(little.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def _normalised(value: Any) -> Any:
    """Replace -0.0 by 0.0, so that equal numbers have equal bytes."""
    if isinstance(value, float):
        return 0.0 if value == 0.0 and math.copysign(1.0, value) < 0 else value
    if isinstance(value, dict):
        return {key: _normalised(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_normalised(item) for item in value]
    return value
