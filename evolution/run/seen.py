"""Which genotypes a run has scored already, in eight bytes each: the one thing that grows with the run."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from evolution.search.rows.table import Keys, add_keys

LEAST_SLOTS, MOST_SLOTS = 1 << 12, 1 << 22
"""At the beginning, however few genotypes or many are expected."""
DIGITS = 16
"""Hexadecimal digits of a genotype hash that are kept: 64 bits."""
AT_ONCE = 10_000
"""Hashes that become keys at the same time."""


class SeenGenotypes:
    """A set of genotype hashes in one array of whole numbers.

    Two genotypes with the same first 64 bits are taken for one, and the later of them for a repetition that is
    not scored: nothing is counted twice, nothing scored is lost, and the same search does the same again. A
    search of a thousand million genotypes meets such a pair with a chance of three in a hundred.

    Parameters
    ----------
    hashes
        Of at least 16 hexadecimal digits, seen already.
    n_expected
        Genotypes that there will be, so that the array need not grow while a search of usual length runs.
    """

    def __init__(self, hashes: Iterable[str] = (), *, n_expected: int = 0) -> None:
        n_slots = LEAST_SLOTS
        while n_slots < MOST_SLOTS and 2 * n_slots < 3 * n_expected:
            n_slots *= 2
        self._slots: Keys = np.zeros(n_slots, dtype=np.uint64)
        """0 where there is room; always a power of two, at most two thirds of it taken."""
        self._n_kept = 0
        waiting = iter(hashes)
        # A few at a time: as numbers of Python they take five times as much as in the array.
        while keys := [int(genotype_hash[:DIGITS], 16) for genotype_hash in islice(waiting, AT_ONCE)]:
            self.add_all(np.array(keys, dtype=np.uint64))

    def __len__(self) -> int:
        return self._n_kept

    def add_all(self, keys: Keys) -> NDArray[np.bool_]:
        """Add the first 64 bits of hashes, one after another; return for each whether it was new."""
        while 3 * (self._n_kept + len(keys)) > 2 * len(self._slots):
            self._grow()
        is_new = np.zeros(len(keys), dtype=np.bool_)
        # Zero means room, so a hash of zeros becomes the one next to it.
        self._n_kept += add_keys(self._slots, np.maximum(keys, np.uint64(1)), is_new)
        return is_new

    def remove(self, keys: Keys) -> None:
        """Forget the first 64 bits of hashes, at the cost of adding all others again."""
        kept = self._slots[self._slots != 0]
        kept = kept[~np.isin(kept, np.maximum(keys, np.uint64(1)))]
        self._slots = np.zeros_like(self._slots)
        self._n_kept = add_keys(self._slots, kept, np.zeros(len(kept), dtype=np.bool_))

    def _grow(self) -> None:
        kept = self._slots[self._slots != 0]
        self._slots = np.zeros(2 * len(self._slots), dtype=np.uint64)
        add_keys(self._slots, kept, np.zeros(len(kept), dtype=np.bool_))
