"""Uniform numbers in blocks, and what is made of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evolution.search.draws import BLOCK, Draws, below, between, normal


class Constant:
    """Always the same number."""

    def __init__(self, number: float) -> None:
        self._number = number

    def random(self) -> float:
        return self._number


LEAST, GREATEST = Constant(0.0), Constant(math.nextafter(1.0, 0.0))


def test_numbers_are_those_of_the_generator_across_blocks():
    draws, generator = Draws(np.random.default_rng(5)), np.random.default_rng(5)
    assert [draws.random() for _ in range(2 * BLOCK + 10)] == [generator.random() for _ in range(2 * BLOCK + 10)]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 1000, 2**20, 2**40 - 1])
def test_whole_number_is_never_the_count_itself(count):
    assert (below(count, LEAST), below(count, GREATEST)) == (0, count - 1)
    assert (between(4, 3 + count, LEAST), between(4, 3 + count, GREATEST)) == (4, 3 + count)


def test_each_whole_number_is_as_likely():
    draws = Draws(np.random.default_rng(1))
    counts = np.bincount([below(5, draws) for _ in range(50_000)], minlength=5)
    # Four standard deviations of a count.
    assert np.abs(counts - 10_000).max() < 4 * math.sqrt(50_000 * 0.2 * 0.8)


def test_normal_numbers_have_mean_deviation_and_tails():
    draws = Draws(np.random.default_rng(2))
    numbers = np.array([normal(3.0, draws) for _ in range(50_000)])
    assert abs(numbers.mean()) < 4 * 3.0 / math.sqrt(50_000)
    assert numbers.std() == pytest.approx(3.0, rel=4 / math.sqrt(2 * 50_000))
    assert np.mean(np.abs(numbers) > 6.0) == pytest.approx(0.0455, abs=0.004)


def test_normal_number_is_finite_at_both_ends():
    assert normal(1.0, LEAST) == 0.0
    assert 8.0 < abs(normal(1.0, GREATEST)) < 9.0
