"""Entry and exit levels of one coin, packed 64 bars to a word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
WordArray = NDArray[np.uint64]


def n_words(n_bars: int) -> int:
    """Return how many 64-bit words hold `n_bars` bits."""
    return (n_bars + 63) // 64


def pack_bits(values: BoolArray) -> WordArray:
    """Pack shape (n_bars,) into (n_words,): bar t is bit t % 64 of word t // 64; spare bits are 0."""
    padded = np.zeros(n_words(values.size) * 64, dtype=np.bool_)
    padded[: values.size] = values
    return np.packbits(padded, bitorder="little").view("<u8").astype(np.uint64, copy=False)


def unpack_bits(words: WordArray, n_bars: int) -> BoolArray:
    """Unpack (n_words,) into shape (n_bars,); the inverse of `pack_bits`."""
    octets = np.ascontiguousarray(words).astype("<u8", copy=False).view(np.uint8)
    return np.unpackbits(octets, count=n_bars, bitorder="little").astype(np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Four levels per bar (not edges), decided at the bar's close, filled at the next bar's open.

    Each array has shape (n_words,), see `pack_bits`. Unknown is False.
    """

    n_bars: int
    long_entry: WordArray
    long_exit: WordArray
    short_entry: WordArray
    short_exit: WordArray

    def __post_init__(self) -> None:
        shape = (n_words(self.n_bars),)
        for name in ("long_entry", "long_exit", "short_entry", "short_exit"):
            words = getattr(self, name)
            if words.shape != shape or words.dtype != np.uint64:
                raise ValueError(
                    f"{name} has shape {words.shape} and type {words.dtype}; "
                    f"allowed is {shape} of uint64 for {self.n_bars} bars"
                )

    @classmethod
    def from_bools(
        cls, long_entry: BoolArray, long_exit: BoolArray, short_entry: BoolArray, short_exit: BoolArray
    ) -> Signals:
        """Pack four arrays of shape (n_bars,)."""
        return cls(
            long_entry.size, pack_bits(long_entry), pack_bits(long_exit), pack_bits(short_entry), pack_bits(short_exit)
        )

    def to_bools(self) -> tuple[BoolArray, BoolArray, BoolArray, BoolArray]:
        """Return long entry, long exit, short entry and short exit as arrays of shape (n_bars,)."""
        return (
            unpack_bits(self.long_entry, self.n_bars),
            unpack_bits(self.long_exit, self.n_bars),
            unpack_bits(self.short_entry, self.n_bars),
            unpack_bits(self.short_exit, self.n_bars),
        )

    def delayed(self, bars: int) -> Signals:
        """Return the same levels seen `bars` later; the first `bars` levels are False."""
        shifted = []
        for levels in self.to_bools():
            late = np.zeros_like(levels)
            late[bars:] = levels[: max(levels.size - bars, 0)]
            shifted.append(late)
        return Signals.from_bools(*shifted)
