"""Chance in compiled code: everything that search draws is made of a generator's uniform numbers from 0 to 1."""

from __future__ import annotations

import math

from numpy.random import Generator

from data.jit import jit


@jit
def below(count: int, rng: Generator) -> int:
    """Draw a whole number from 0 to `count` - 1; `count` is far below 2 ** 53, so each is as likely."""
    # The greatest number there is, 1 - 2 ** -53, times any count rounds to less than the count.
    return int(rng.random() * count)


@jit
def between(low: int, high: int, rng: Generator) -> int:
    """Draw a whole number from `low` to `high`, both included."""
    return low + int(rng.random() * (high - low + 1))


@jit
def normal(deviation: float, rng: Generator) -> float:
    """Draw from the normal distribution around 0 (Box and Muller 1958)."""
    radius = math.sqrt(-2.0 * math.log(1.0 - rng.random()))
    return deviation * radius * math.cos(math.tau * rng.random())
