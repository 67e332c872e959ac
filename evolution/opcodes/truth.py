"""Three-valued truth, packed: one bit set where it is known to be True, one where it is known to be False."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.signals import pack_bits, unpack_bits

WordArray = NDArray[np.uint64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Kleene's strong logic over bars; a bar with neither bit set is unknown. Arrays of shape (n_words,)."""

    true: WordArray
    false: WordArray

    @classmethod
    def from_bools(cls, value: BoolArray, known: BoolArray) -> Truth:
        """Pack two arrays of shape (n_bars,)."""
        return cls(pack_bits(value & known), pack_bits(~value & known))

    def to_bools(self, n_bars: int) -> tuple[BoolArray, BoolArray]:
        """Return (is true, is known), each of shape (n_bars,)."""
        true = unpack_bits(self.true, n_bars)
        return true, true | unpack_bits(self.false, n_bars)

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.true & other.true, self.false | other.false)

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.true | other.true, self.false & other.false)

    def __invert__(self) -> Truth:
        return Truth(self.false, self.true)
