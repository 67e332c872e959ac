"""Chance, a number at a time: everything that search draws is made of uniform numbers from 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Protocol

import numpy as np

BLOCK = 4_096
"""Numbers drawn ahead. A single number costs a generator as much as thirty of a block."""


class Randomness(Protocol):
    """Where uniform numbers come from: `Draws`, or a numpy generator itself."""

    def random(self) -> float:
        """Return the next number, at least 0 and below 1."""
        ...


class Draws:
    """The uniform numbers of a numpy generator, drawn in blocks: the same numbers in the same order.

    Parameters
    ----------
    generator
        Its own from now on: how far ahead it is read is nobody's business.
    """

    __slots__ = ("random",)

    random: Callable[[], float]

    def __init__(self, generator: np.random.Generator) -> None:
        self.random = chain.from_iterable(_blocks(generator)).__next__


def _blocks(generator: np.random.Generator) -> Iterator[list[float]]:
    while True:
        yield generator.random(BLOCK).tolist()


def below(count: int, rng: Randomness) -> int:
    """Draw a whole number from 0 to `count` - 1; `count` is far below 2 ** 53, so each is as likely."""
    # The greatest number there is, 1 - 2 ** -53, times any count rounds to less than the count.
    return int(rng.random() * count)


def between(low: int, high: int, rng: Randomness) -> int:
    """Draw a whole number from `low` to `high`, both included."""
    return low + int(rng.random() * (high - low + 1))


def normal(deviation: float, rng: Randomness) -> float:
    """Draw from the normal distribution around 0 (Box and Muller 1958)."""
    radius = math.sqrt(-2.0 * math.log(1.0 - rng.random()))
    return deviation * radius * math.cos(math.tau * rng.random())
