"""The set of genotypes that were scored: what a set of text says, in a tenth of the memory."""

from __future__ import annotations

import hashlib
import tracemalloc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evolution.run.seen import SeenGenotypes

# Few enough to repeat: five buckets, and in each of them so many that they stand in one another's way.
HASHES = st.integers(0, 200).map(lambda n: f"{(n % 5) << 59 | (n // 5) << 18:016x}" + "f" * 48)


def some_hash(number: int) -> str:
    return hashlib.sha256(number.to_bytes(8, "big")).hexdigest()


def keys_of(hashes: list[str]) -> np.ndarray:
    return np.array([int(genotype_hash[:16], 16) for genotype_hash in hashes], dtype=np.uint64)


@given(batches=st.lists(st.lists(HASHES, max_size=60), max_size=5))
def test_hash_is_new_once(batches):
    seen, known = SeenGenotypes(), set()
    for hashes in batches:
        answers = seen.add_all(keys_of(hashes)).tolist()
        for genotype_hash, is_new in zip(hashes, answers, strict=True):
            # What would look like room in its bucket is taken for the one next to it.
            key = int(genotype_hash[:16], 16) >> 18
            key = key if key % 2**32 else key + 1
            assert is_new is (key not in known)
            known.add(key)
    assert len(seen) == len(known)


def test_many_are_told_apart_and_remembered_as_the_table_grows():
    seen = SeenGenotypes(some_hash(number) for number in range(20_000))
    assert len(seen) == 20_000
    assert not seen.add_all(keys_of([some_hash(number) for number in range(20_000)])).any()
    assert seen.add_all(keys_of([some_hash(number) for number in range(20_000, 30_000)])).all()


@given(kept=st.lists(HASHES, max_size=100), added=st.lists(HASHES, max_size=60))
def test_what_is_removed_was_never_there(kept, added):
    seen, untouched = SeenGenotypes(kept), SeenGenotypes(kept)
    keys = keys_of(added)
    seen.remove(keys[seen.add_all(keys)])
    assert len(seen) == len(untouched)
    assert seen.add_all(keys).tolist() == untouched.add_all(keys).tolist()


def test_table_that_knows_how_many_will_come_does_not_grow():
    keys = keys_of([some_hash(number) for number in range(100_000)])
    tracemalloc.start()
    try:
        seen = SeenGenotypes(n_expected=100_000)
        begun, _ = tracemalloc.get_traced_memory()
        seen.add_all(keys)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(seen) == 100_000
    # What comes and goes beside the table: the answers.
    assert held < begun + 10_000


def test_a_genotype_of_very_many_takes_less_than_eight_bytes():
    keys = np.random.default_rng(0).integers(1, 2**64, 2_000_000, dtype=np.uint64)
    tracemalloc.start()
    try:
        seen = SeenGenotypes()
        for some in np.split(keys, 200):
            seen.add_all(some)
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(seen) == len(np.unique(keys >> np.uint64(18)))
    assert held < 8 * len(seen)
    assert peak < 1.1 * held, "no copy beside the table while it grows"


@given(hashes=st.lists(HASHES, max_size=100), seed=st.integers(0, 9))
def test_order_and_room_make_no_difference(hashes, seed):
    """Resuming puts the same together in another order, in a table that need not grow."""
    mixed = np.random.default_rng(seed).permutation(hashes).tolist()
    seen, other = SeenGenotypes(hashes), SeenGenotypes(mixed, n_expected=10_000_000)
    assert len(seen) == len(other)
    probes = keys_of([f"{n << 59 | m << 18:016x}" for n in range(5) for m in range(42)])
    assert seen.add_all(probes).tolist() == other.add_all(probes).tolist()


def test_reading_what_was_seen_takes_little_more_than_keeping_it():
    """As numbers of Python, all at once, they would take 44 bytes each besides."""
    tracemalloc.start()
    try:
        seen = SeenGenotypes((some_hash(number) for number in range(100_000)), n_expected=100_000)
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(seen) == 100_000
    assert peak < held + 1_000_000


def test_same_first_46_bits_are_one_genotype():
    """Said in the class: it happens to one in ten million, and costs one draw."""
    one, other, third = f"{0xA << 60 | 1 << 18:016x}", f"{0xA << 60 | 1 << 18 | 5:016x}", f"{0xA << 60 | 2 << 18:016x}"
    assert SeenGenotypes().add_all(keys_of([one, other, third])).tolist() == [True, False, True]
