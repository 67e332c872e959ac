"""The set of genotypes that were scored: what a set of text says, in a tenth of the memory."""

from __future__ import annotations

import hashlib
import tracemalloc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evolution.run.seen import SeenGenotypes

# Few enough to repeat, with the same last digits (the place in the table) and other first ones.
HASHES = st.integers(0, 40).map(lambda n: f"{(n % 5) << 40 | n // 5:016x}" + "f" * 48)


def some_hash(number: int) -> str:
    return hashlib.sha256(number.to_bytes(8, "big")).hexdigest()


def keys_of(hashes: list[str]) -> np.ndarray:
    return np.array([int(genotype_hash[:16], 16) for genotype_hash in hashes], dtype=np.uint64)


@given(batches=st.lists(st.lists(HASHES, max_size=30), max_size=5))
def test_hash_is_new_once(batches):
    seen, known = SeenGenotypes(), set()
    for hashes in batches:
        answers = seen.add_all(keys_of(hashes)).tolist()
        for genotype_hash, is_new in zip(hashes, answers, strict=True):
            # A hash of zeros alone would look like room; it is taken for the one next to it.
            key = max(genotype_hash, f"{1:016x}" + "f" * 48)
            assert is_new is (key not in known)
            known.add(key)
    assert len(seen) == len(known)


def test_many_are_told_apart_and_remembered_as_the_table_grows():
    seen = SeenGenotypes(some_hash(number) for number in range(20_000))
    assert len(seen) == 20_000
    assert not seen.add_all(keys_of([some_hash(number) for number in range(20_000)])).any()
    assert seen.add_all(keys_of([some_hash(number) for number in range(20_000, 30_000)])).all()


@given(kept=st.lists(HASHES, max_size=30), added=st.lists(HASHES, max_size=30))
def test_what_is_removed_was_never_there(kept, added):
    seen, untouched = SeenGenotypes(kept), SeenGenotypes(kept)
    keys = keys_of(added)
    seen.remove(keys[seen.add_all(keys)])
    assert len(seen) == len(untouched)
    assert seen.add_all(keys).tolist() == untouched.add_all(keys).tolist()


def test_table_that_knows_how_many_will_come_does_not_grow():
    tracemalloc.start()
    try:
        seen = SeenGenotypes(n_expected=100_000)
        begun, _ = tracemalloc.get_traced_memory()
        seen.add_all(np.arange(1, 100_001, dtype=np.uint64))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(seen) == 100_000
    # Besides the table, the keys and the answers about them pass through.
    assert peak < begun + 20 * 100_000 + 100_000


def test_a_genotype_takes_less_than_twenty_five_bytes():
    tracemalloc.start()
    try:
        seen = SeenGenotypes(some_hash(number) for number in range(100_000))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(seen) == 100_000
    assert held < 25 * len(seen)


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


def test_same_first_64_bits_are_one_genotype():
    """Said in the class: it happens to nobody, and costs one draw."""
    seen = SeenGenotypes()
    assert seen.add_all(keys_of(["a" * 16 + "b" * 48, "a" * 16 + "c" * 48, "b" * 64])).tolist() == [True, False, True]
