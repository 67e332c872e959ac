"""Searches in packed levels, against plain loops over bars."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.kernel_levels import (
    ENTERS,
    LONG_ENDS,
    LONG_ENTRY,
    LONG_EXIT,
    N_LEVELS,
    SHORT_ENDS,
    SHORT_ENTRY,
    SHORT_EXIT,
    combine,
    is_reversal,
    is_set,
    lowest_bit,
    next_bar,
)
from backtest.signals import n_words, pack_bits, unpack_bits

ORDINARY = settings(max_examples=100, deadline=None, derandomize=True, database=None)
N_BARS = 150


def packed(bools) -> np.ndarray:
    """Return the four levels, shape (4, n_bars), as the kernel holds them."""
    levels = np.zeros((N_LEVELS, n_words(bools.shape[1])), dtype=np.uint64)
    for row in range(4):
        levels[row] = pack_bits(bools[row])
    return levels


def random_levels(seed: int, share: float) -> np.ndarray:
    return np.random.default_rng(seed).random((4, N_BARS)) < share


@pytest.mark.parametrize("position", range(64))
def test_lowest_bit_is_the_position_of_the_lowest_set_bit(position):
    single = np.uint64(1 << position)
    everything_above = np.uint64((1 << 64) - (1 << position))
    assert lowest_bit(single) == position
    assert lowest_bit(everything_above) == position


@ORDINARY
@given(seed=st.integers(0, 2**32), start=st.integers(0, N_BARS), stop=st.integers(0, N_BARS))
def test_next_bar_is_the_first_set_bit_of_the_range_or_its_end(seed, start, stop):
    bools = random_levels(seed, 0.02)
    expected = next((bar for bar in range(start, stop) if bools[SHORT_ENTRY, bar]), stop)
    assert next_bar(packed(bools), SHORT_ENTRY, start, stop) == expected


@ORDINARY
@given(seed=st.integers(0, 2**32), reverse=st.booleans())
def test_combined_levels_follow_the_clauses_on_decisions(seed, reverse):
    bools = random_levels(seed, 0.4)
    levels = packed(bools)
    combine(levels, reverse)
    long_entry, long_exit, short_entry, short_exit = bools
    enters = (long_entry != short_entry) & ~(long_entry & long_exit) & ~(short_entry & short_exit)
    turns_short = short_entry & ~short_exit & ~long_entry
    turns_long = long_entry & ~long_exit & ~short_entry
    assert unpack_bits(levels[ENTERS], N_BARS).tolist() == enters.tolist()
    assert unpack_bits(levels[LONG_ENDS], N_BARS).tolist() == (long_exit | turns_short & reverse).tolist()
    assert unpack_bits(levels[SHORT_ENDS], N_BARS).tolist() == (short_exit | turns_long & reverse).tolist()
    for bar in range(N_BARS):
        assert is_reversal(levels, 1, bar) == turns_short[bar]
        assert is_reversal(levels, -1, bar) == turns_long[bar]


def test_is_set_reads_one_bar_of_one_row():
    bools = np.zeros((4, 70), dtype=bool)
    bools[LONG_EXIT, 66] = True
    levels = packed(bools)
    assert [bar for bar in range(70) if is_set(levels, LONG_EXIT, bar)] == [66]
    assert not is_set(levels, LONG_ENTRY, 66)
    assert not is_set(levels, SHORT_EXIT, 66)
