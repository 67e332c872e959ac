"""Which genotypes a run has scored already, in some five bytes each: the one thing that grows with the run."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from evolution.rows.table import MOST_TAKEN, N_BUCKETS, Counts, Keys, Slots, add_keys, remove_keys, spread

LEAST_CAPACITY, MOST_CAPACITY = 16, 1 << 10
"""Slots of a bucket at the beginning, however few genotypes or many are expected: 1 and 64 MiB in all."""
ROOM = 1.25
"""Times as many slots when a bucket is full."""
DEVIATIONS = 5.0
"""Standard deviations above what a bucket will hold on average for which there is room at once: the fullest of all
needs some four."""
DIGITS = 16
"""Hexadecimal digits of a genotype hash that are looked at: 64 bits."""
AT_ONCE = 10_000
"""Hashes that become keys at the same time."""


class SeenGenotypes:
    """A set of genotype hashes in one array of whole numbers.

    Two genotypes with the same first 46 bits are taken for one, and the later of them for a repetition that is
    not scored: nothing is counted twice, nothing scored is lost, and the same search does the same again. A
    search of ten million genotypes meets about one such pair.

    Parameters
    ----------
    hashes
        Of at least 16 hexadecimal digits, seen already.
    n_expected
        Genotypes that there will be, so that the array need not grow while a search of usual length runs.
    """

    def __init__(self, hashes: Iterable[str] = (), *, n_expected: int = 0) -> None:
        mean = n_expected / N_BUCKETS
        fullest = (mean + DEVIATIONS * mean**0.5) / MOST_TAKEN
        capacity = min(MOST_CAPACITY, max(LEAST_CAPACITY, int(fullest) + 2))
        self._slots: Slots = np.zeros(N_BUCKETS * capacity, dtype=np.uint32)
        self._counts: Counts = np.zeros(N_BUCKETS, dtype=np.int64)
        self._n_kept = 0
        waiting = iter(hashes)
        # A few at a time: as numbers of Python they take ten times as much as in the array.
        while keys := [int(genotype_hash[:DIGITS], 16) for genotype_hash in islice(waiting, AT_ONCE)]:
            self.add_all(np.array(keys, dtype=np.uint64))

    def __len__(self) -> int:
        return self._n_kept

    def add_all(self, keys: Keys) -> NDArray[np.bool_]:
        """Add the first bits of hashes, one after another; return for each whether it was new."""
        is_new = np.zeros(len(keys), dtype=np.bool_)
        done = 0
        while (done := done + add_keys(self._slots, self._counts, keys[done:], is_new[done:])) < len(keys):
            self._grow()
        self._n_kept += int(is_new.sum())
        return is_new

    def remove(self, keys: Keys) -> None:
        """Forget hashes that were added."""
        remove_keys(self._slots, self._counts, keys)
        self._n_kept = int(self._counts.sum())

    def _grow(self) -> None:
        former = len(self._slots) // N_BUCKETS
        # In place, as far as the system can: a copy beside it would double what is held for a moment.
        self._slots.resize(N_BUCKETS * int(ROOM * former), refcheck=False)
        spread(self._slots, former)
