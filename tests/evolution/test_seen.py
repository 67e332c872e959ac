"""The set of genotypes that were scored: what a set of text says, in a tenth of the memory."""

from __future__ import annotations

import hashlib
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from evolution.run.seen import SeenGenotypes

# Few enough to repeat, with the same last digits (the place in the table) and other first ones.
HASHES = st.integers(0, 40).map(lambda n: f"{(n % 5) << 40 | n // 5:016x}" + "f" * 48)


def some_hash(number: int) -> str:
    return hashlib.sha256(number.to_bytes(8, "big")).hexdigest()


@given(hashes=st.lists(HASHES, max_size=80))
def test_hash_is_new_once(hashes):
    seen, known = SeenGenotypes(), set()
    for genotype_hash in hashes:
        # A hash of zeros alone would look like room; it is taken for the one next to it.
        key = max(genotype_hash, f"{1:016x}" + "f" * 48)
        assert seen.add(genotype_hash) is (key not in known)
        known.add(key)
    assert len(seen) == len(known)


def test_many_are_told_apart_and_remembered_as_the_table_grows():
    seen = SeenGenotypes(some_hash(number) for number in range(20_000))
    assert len(seen) == 20_000
    assert not any(seen.add(some_hash(number)) for number in range(20_000))
    assert all(seen.add(some_hash(number)) for number in range(20_000, 30_000))


def test_a_genotype_takes_less_than_twenty_five_bytes():
    tracemalloc.start()
    try:
        seen = SeenGenotypes(some_hash(number) for number in range(100_000))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(seen) == 100_000
    assert held < 25 * len(seen)


def test_same_first_64_bits_are_one_genotype():
    """Said in the class: it happens to nobody, and costs one draw."""
    seen = SeenGenotypes()
    assert [seen.add("a" * 16 + "b" * 48), seen.add("a" * 16 + "c" * 48), seen.add("b" * 64)] == [True, False, True]
