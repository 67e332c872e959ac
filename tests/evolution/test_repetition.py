"""How evenly a rule earns, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolution.repetition import keep_apart, n_different_bits, repetition_of


def of(blocks, cases=None):
    values = np.array(blocks, dtype=np.float64)
    return repetition_of(values, np.array([blocks] if cases is None else cases, dtype=np.float64))


def test_stability_is_mean_over_deviation_with_ddof_1():
    """Mean 3.5; squares of distances 17.5, over 5 are 3.5."""
    assert of([1, 2, 3, 4, 5, 6])[0] == pytest.approx(math.sqrt(3.5), rel=1e-12)
    assert of([-1, -2, -3, -4, -5, -6])[0] == pytest.approx(-math.sqrt(3.5), rel=1e-12)


def test_parts_are_sums_of_blocks():
    """Twelve blocks, two to a part: 1 to 6 again."""
    assert of([0, 1, 2, 0, 1, 2, 4, 0, 3, 2, 6, 0])[0] == pytest.approx(math.sqrt(3.5), rel=1e-12)


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [([0.5] * 6, 10.0), ([-0.5] * 6, -10.0), ([0.0] * 6, 0.0), ([1.0] * 5 + [1.001], 10.0)],
)
def test_stability_ends_at_ten_either_way(blocks, expected):
    """1 / 0.0004 is far beyond."""
    assert of(blocks)[0] == expected


def test_floor_is_the_lowest_quarter_of_coins_and_parts():
    """Two coins of six parts: the lowest three of twelve are -2, -1 and 0; mean 1, squares of distances 44 over 11."""
    cases = [[-2, -1, 0, 1, 2, 3], [1, 1, 1, 1, 2, 3]]
    mean = sum(map(sum, cases)) / 12
    deviation = math.sqrt(sum((x - mean) ** 2 for row in cases for x in row) / 11)
    assert of([0, 1, 2, 3, 4, 5], cases)[1] == pytest.approx(-1.0 / deviation, rel=1e-12)


def test_a_coin_that_never_trades_is_a_floor_of_nothing():
    assert of([2.0, 3.0] * 3, [[1.0, 1.5] * 3, [1.0, 1.5] * 3, [0.0] * 6])[1] == 0.0


def test_sketch_has_a_bit_for_each_block_above_the_mean():
    """The mean is 2; the third and the sixth block lie above it."""
    assert of([0, 1, 5, 2, 1, 3])[2] == 0b100100


@pytest.mark.parametrize("place", [0, 5])
def test_what_is_unknown_makes_all_unknown(place):
    blocks = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    blocks[place] = math.nan
    stability, floor, _ = of(blocks)
    assert math.isnan(stability)
    assert math.isnan(floor)


@given(st.lists(st.integers(0, 2**48 - 1), max_size=20), st.integers(0, 2**48 - 1))
def test_bits_are_counted(sketches, sketch):
    found = n_different_bits(np.array(sketches, dtype=np.int64), sketch)
    assert found.tolist() == [(one ^ sketch).bit_count() for one in sketches]


def test_what_stays_is_apart_from_all_that_stays_before_it():
    """0b0011 goes for 0b0001, so that 0b0111 stays although it is a bit from it."""
    sketches = np.array([0b0001, 0b0011, 0b0111, 0b0001], dtype=np.int64)
    assert keep_apart(sketches, 1).tolist() == [True, False, True, False]
    assert keep_apart(sketches, 0).tolist() == [True, True, True, False]
