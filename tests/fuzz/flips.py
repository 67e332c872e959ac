"""Damage that disks do: one bit turned, one byte changed, an end cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np


def flipped(content: bytes, n_flips: int, seed: int) -> Iterator[tuple[int, bytes]]:
    """Yield the position and the content with one bit turned: first and last byte, then drawn ones."""
    rng = np.random.default_rng(seed)
    places = [0, len(content) - 1, *rng.integers(0, len(content), n_flips - 2).tolist()]
    for place in places:
        bit = 1 << int(rng.integers(8))
        yield place, content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]


def overwrite(path: Path, content: bytes) -> None:
    """Write over a file that may be read-only."""
    path.chmod(0o644)
    path.write_bytes(content)
