"""Packed levels: there and back, later, and refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backtest.signals import Signals, n_words, pack_bits, unpack_bits

SETTINGS = settings(max_examples=60, deadline=None, derandomize=True, database=None)
# Across the borders of one, two and three words.
levels = st.integers(0, 200).flatmap(lambda n: arrays(np.bool_, n))
four_levels = st.integers(1, 200).flatmap(lambda n: st.tuples(*[arrays(np.bool_, n)] * 4))


@SETTINGS
@given(levels)
def test_packing_and_unpacking_gives_the_same_levels(values):
    words = pack_bits(values)
    assert words.shape == (n_words(values.size),)
    assert words.dtype == np.uint64
    assert unpack_bits(words, values.size).tolist() == values.tolist()


@SETTINGS
@given(levels)
def test_spare_bits_are_zero(values):
    assert sum(int(word).bit_count() for word in pack_bits(values)) == int(values.sum())


@pytest.mark.parametrize(("bar", "word", "bit"), [(0, 0, 0), (5, 0, 5), (63, 0, 63), (64, 1, 0), (129, 2, 1)])
def test_bar_is_the_bit_of_its_rest_in_the_word_of_its_quotient(bar, word, bit):
    values = np.zeros(130, dtype=np.bool_)
    values[bar] = True
    expected = [0, 0, 0]
    expected[word] = 1 << bit
    assert pack_bits(values).tolist() == expected


@SETTINGS
@given(four_levels)
def test_signals_give_back_their_levels_in_order(four):
    for given_, returned in zip(four, Signals.from_bools(*four).to_bools(), strict=True):
        assert returned.tolist() == given_.tolist()


@SETTINGS
@given(four_levels, st.integers(0, 250))
def test_delayed_levels_are_seen_later_and_false_before(four, bars):
    for before, after in zip(four, Signals.from_bools(*four).delayed(bars).to_bools(), strict=True):
        assert after.tolist() == ([False] * bars + before.tolist())[: before.size]


def test_no_delay_changes_nothing():
    signals = Signals.from_bools(*np.random.default_rng(0).random((4, 100)) < 0.5)
    assert signals.delayed(0).short_exit.tolist() == signals.short_exit.tolist()


@pytest.mark.parametrize("words", [np.zeros(1, dtype=np.uint64), np.zeros(2, dtype=np.int64)])
def test_words_of_another_number_or_type_are_refused(words):
    right = np.zeros(2, dtype=np.uint64)
    with pytest.raises(ValueError, match=r"short_entry has shape .* allowed is \(2,\) of uint64 for 65 bars"):
        Signals(65, right, right, words, right)
