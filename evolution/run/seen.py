"""Which genotypes a run has scored already, in eight bytes each: the one thing that grows with the run."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

FIRST_SLOTS = 1 << 12
DIGITS = 16
"""Hexadecimal digits of a genotype hash that are kept: 64 bits."""


class SeenGenotypes:
    """A set of genotype hashes that can only grow: open addressing in one array of whole numbers.

    Two genotypes with the same first 64 bits are taken for one, and the later of them for a repetition that is
    not scored: nothing is counted twice, nothing scored is lost, and the same search does the same again. A
    search of a thousand million genotypes meets such a pair with a chance of three in a hundred.
    """

    def __init__(self, hashes: Iterable[str] = ()) -> None:
        self._slots = array("Q", bytes(8 * FIRST_SLOTS))
        """0 where there is room; always a power of two, at most two thirds of it taken."""
        self._n_kept = 0
        for genotype_hash in hashes:
            self.add(genotype_hash)

    def __len__(self) -> int:
        return self._n_kept

    def add(self, genotype_hash: str) -> bool:
        """Add a hash of at least 16 hexadecimal digits; return whether it is new."""
        # Zero means room, so a hash of zeros becomes the one next to it.
        key = int(genotype_hash[:DIGITS], 16) or 1
        place = _place(self._slots, key)
        if self._slots[place] == key:
            return False
        self._slots[place] = key
        self._n_kept += 1
        if 3 * self._n_kept > 2 * len(self._slots):
            self._grow()
        return True

    def _grow(self) -> None:
        larger = array("Q", bytes(16 * len(self._slots)))
        for key in self._slots:
            if key:
                larger[_place(larger, key)] = key
        self._slots = larger


def _place(slots: array[int], key: int) -> int:
    """Return where the key is, or the room where it belongs."""
    mask = len(slots) - 1
    place = key & mask
    while slots[place] and slots[place] != key:
        place = (place + 1) & mask
    return place
