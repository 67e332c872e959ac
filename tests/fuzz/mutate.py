"""Seeded mutations of files: what the normal tests read instead of a fuzzer's hours."""

from __future__ import annotations

import numpy as np

from evolution.opcodes.catalogue import CATALOGUE
from tests.fuzz.canary import FILE, WORD

WORDS: tuple[bytes, ...] = (
    *(f'"{name}"'.encode() for name in (*CATALOGUE, "window", "level", "threshold", "dimensionless")),
    *(f'"{name}"'.encode() for name in ("schema", "roots", "risk", "generation", "population", "score", "arrays")),
    b"null",
    b"true",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"-1",
    b"9" * 30,
    b"9" * 5000,
    b"[" * 2000,
    b"{}",
    b"[]",
    b'""',
    b'"\\ud800"',
    b'"\\u0000"',
    b"\x1b[2J",
    b"\xff",
    b'"../../x"',
    f"__import__('pathlib').Path('{FILE}').touch()".encode(),
    f"print('{WORD}')".encode(),
    b"\n[search]\n",
    b"= nan\n",
)
"""What a reader knows, and what it should not; also the dictionary of the fuzzer."""
MOST_STEPS = 4


def mutate(content: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Return `content` after one to four changes; some take a piece of `other`."""
    changed = content
    for _ in range(int(rng.integers(1, MOST_STEPS + 1))):
        first, last = sorted(int(place) for place in rng.integers(0, len(changed) + 1, 2))
        last = min(last, first + 64)
        kind = int(rng.integers(6))
        if kind == 0:
            piece = bytes([int(rng.integers(256))])
            last = first + 1
        elif kind == 1:
            piece = WORDS[int(rng.integers(len(WORDS)))]
        elif kind == 2:
            piece = b""
        elif kind == 3:
            piece = changed[first:last] * 2
        elif kind == 4:
            start = int(rng.integers(len(other) + 1))
            piece = other[start : start + 64]
        else:
            return changed[:first]
        changed = changed[:first] + piece + changed[last:]
    return changed
