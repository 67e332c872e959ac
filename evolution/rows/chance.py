"""Chance in compiled code: everything that search draws is made of uniform numbers from 0 to 1.

They come from xoshiro256++ (Blackman and Vigna 2021), which is four words and a few shifts. To hand numpy's own
generator to compiled code takes longer than to breed a hundred children.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator, SeedSequence
from numpy.typing import NDArray

from data.jit import inlined

State = NDArray[np.uint64]
"""Shape (4,), changed by every number that is drawn."""


def state_from(seeds: SeedSequence) -> State:
    """Return the beginning of the numbers that belong to a seed."""
    return seeds.generate_state(4, np.uint64).astype(np.uint64)


def state_of(generator: Generator) -> State:
    """Return the beginning of numbers that a generator's next ones decide."""
    return generator.integers(0, np.iinfo(np.uint64).max, size=4, dtype=np.uint64, endpoint=True)


@inlined
def _turned(word: np.uint64, bits: int) -> np.uint64:
    return (word << np.uint64(bits)) | (word >> np.uint64(64 - bits))


@inlined
def uniform(rng: State) -> float:
    """Draw a number from 0 to below 1, a multiple of 2 ** -53."""
    word = _turned(rng[0] + rng[3], 23) + rng[0]
    shifted = rng[1] << np.uint64(17)
    rng[2] ^= rng[0]
    rng[3] ^= rng[1]
    rng[1] ^= rng[2]
    rng[0] ^= rng[3]
    rng[2] ^= shifted
    rng[3] = _turned(rng[3], 45)
    return float(word >> np.uint64(11)) * 2.0**-53


@inlined
def below(count: int, rng: State) -> int:
    """Draw a whole number from 0 to `count` - 1; `count` is far below 2 ** 53, so each is as likely."""
    # The greatest number there is, 1 - 2 ** -53, times any count rounds to less than the count.
    return int(uniform(rng) * count)


@inlined
def between(low: int, high: int, rng: State) -> int:
    """Draw a whole number from `low` to `high`, both included."""
    return low + int(uniform(rng) * (high - low + 1))


@inlined
def normal(deviation: float, rng: State) -> float:
    """Draw from the normal distribution around 0 (Box and Muller 1958)."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(rng)))
    return deviation * radius * math.cos(math.tau * uniform(rng))
