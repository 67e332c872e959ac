"""What is made of uniform numbers: whole numbers, normal numbers, choices by weight."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evolution.opcodes.types import BOOL
from evolution.priors import SearchPriors
from evolution.rows.chance import State, below, between, normal, state_from, state_of, uniform
from evolution.rows.codes import ENTRIES, TYPES
from evolution.rows.menus import OPERATORS, draw_code
from evolution.search.grammar import Grammar

GREATEST_WORD = 2**64 - 1


def least() -> State:
    """Return a state whose next number is 0."""
    return np.array([0, 1, 1, 0], dtype=np.uint64)


def greatest() -> State:
    """Return a state whose next number is the greatest below 1."""
    return np.array([0, 1, 1, GREATEST_WORD], dtype=np.uint64)


def some_state(seed: int) -> State:
    return state_from(np.random.SeedSequence(seed))


def plain_numbers(state: list[int], count: int) -> list[float]:
    """Return the numbers of a state in whole numbers without end: slow and plain."""

    def turned(word: int, bits: int) -> int:
        return (word << bits | word >> (64 - bits)) & GREATEST_WORD

    found = []
    for _ in range(count):
        word = (turned((state[0] + state[3]) & GREATEST_WORD, 23) + state[0]) & GREATEST_WORD
        found.append((word >> 11) / 2**53)
        shifted = state[1] << 17 & GREATEST_WORD
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= shifted
        state[3] = turned(state[3], 45)
    return found


def test_numbers_are_those_of_xoshiro():
    """The first words of the state 1, 2, 3, 4 are those of the authors' own program."""
    state = np.array([1, 2, 3, 4], dtype=np.uint64)
    first = [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205]
    assert [uniform(state) for _ in range(5)] == [(word >> 11) / 2**53 for word in first]
    words = some_state(6)
    expected = plain_numbers(words.tolist(), 1_000)
    assert [uniform(words) for _ in range(1_000)] == expected


def test_state_of_a_generator_is_another_one_each_time():
    one, other = np.random.default_rng(3), np.random.default_rng(3)
    first = state_of(one)
    assert first.tolist() == state_of(other).tolist() != state_of(one).tolist()


def test_ends_of_the_numbers():
    assert (uniform(least()), uniform(greatest())) == (0.0, math.nextafter(1.0, 0.0))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 1000, 2**20, 2**40 - 1])
def test_whole_number_is_never_the_count_itself(count):
    assert (below(count, least()), below(count, greatest())) == (0, count - 1)
    assert (between(4, 3 + count, least()), between(4, 3 + count, greatest())) == (4, 3 + count)


def test_each_whole_number_is_as_likely():
    rng = some_state(1)
    counts = np.bincount([below(5, rng) for _ in range(50_000)], minlength=5)
    # Four standard deviations of a count.
    assert np.abs(counts - 10_000).max() < 4 * math.sqrt(50_000 * 0.2 * 0.8)


def test_normal_numbers_have_mean_deviation_and_tails():
    rng = some_state(2)
    numbers = np.array([normal(3.0, rng) for _ in range(50_000)])
    assert abs(numbers.mean()) < 4 * 3.0 / math.sqrt(50_000)
    assert numbers.std() == pytest.approx(3.0, rel=4 / math.sqrt(2 * 50_000))
    assert np.mean(np.abs(numbers) > 6.0) == pytest.approx(0.0455, abs=0.004)


def test_normal_number_is_finite_at_both_ends():
    assert normal(1.0, least()) == 0.0
    assert 8.0 < abs(normal(1.0, greatest())) < 9.0


def test_choices_of_a_menu_are_drawn_by_their_weights():
    """Comparisons of dimensionless numbers, two of ten choices, have most of the weight of this grammar."""
    kept = frozenset({"above", "below", "close", "volume", "returns", "never"})
    others = frozenset(entry.name for entry in ENTRIES if entry.index is None) - kept
    grammar, rng = Grammar(SearchPriors(excluded_opcodes=others)), some_state(3)
    names = [entry.name for entry in ENTRIES]
    codes = [draw_code(grammar.menus, OPERATORS, TYPES.index(BOOL), rng) for _ in range(20_000)]
    assert {names[code] for code in codes} == {"above", "below"}
    counts = {
        value_type: sum(ENTRIES[code].signature.arguments[0] == value_type for code in codes) for value_type in TYPES
    }
    total = sum((0.25, 0.5, 2.0))
    assert counts["volume"] / 20_000 == pytest.approx(0.25 / total, abs=0.015)
    assert counts["price"] / 20_000 == pytest.approx(0.5 / total, abs=0.015)
    assert counts["dimensionless"] / 20_000 == pytest.approx(2.0 / total, abs=0.015)


def test_greatest_number_draws_the_last_choice():
    menus = Grammar(SearchPriors()).menus
    bounds = menus.bounds[OPERATORS, TYPES.index(BOOL)]
    assert draw_code(menus, OPERATORS, TYPES.index(BOOL), least()) == menus.codes[bounds[0]]
    assert draw_code(menus, OPERATORS, TYPES.index(BOOL), greatest()) == menus.codes[bounds[1] - 1]
