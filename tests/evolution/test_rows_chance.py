"""What is made of uniform numbers: whole numbers, normal numbers, choices by weight."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evolution.opcodes.types import BOOL
from evolution.priors import SearchPriors
from evolution.search.grammar import Grammar
from evolution.search.rows.chance import below, between, normal
from evolution.search.rows.codes import ENTRIES, TYPES
from evolution.search.rows.menus import OPERATORS, draw_code


class Constant:
    """Always the same number."""

    def __init__(self, number: float) -> None:
        self._number = number

    def random(self) -> float:
        return self._number


LEAST, GREATEST = Constant(0.0), Constant(math.nextafter(1.0, 0.0))


def plain(function):
    """Return what is compiled, as it is written."""
    return getattr(function, "py_func", function)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 1000, 2**20, 2**40 - 1])
def test_whole_number_is_never_the_count_itself(count):
    assert (plain(below)(count, LEAST), plain(below)(count, GREATEST)) == (0, count - 1)
    assert (plain(between)(4, 3 + count, LEAST), plain(between)(4, 3 + count, GREATEST)) == (4, 3 + count)


def test_each_whole_number_is_as_likely():
    rng = np.random.default_rng(1)
    counts = np.bincount([below(5, rng) for _ in range(50_000)], minlength=5)
    # Four standard deviations of a count.
    assert np.abs(counts - 10_000).max() < 4 * math.sqrt(50_000 * 0.2 * 0.8)


def test_normal_numbers_have_mean_deviation_and_tails():
    rng = np.random.default_rng(2)
    numbers = np.array([normal(3.0, rng) for _ in range(50_000)])
    assert abs(numbers.mean()) < 4 * 3.0 / math.sqrt(50_000)
    assert numbers.std() == pytest.approx(3.0, rel=4 / math.sqrt(2 * 50_000))
    assert np.mean(np.abs(numbers) > 6.0) == pytest.approx(0.0455, abs=0.004)


def test_normal_number_is_finite_at_both_ends():
    assert plain(normal)(1.0, LEAST) == 0.0
    assert 8.0 < abs(plain(normal)(1.0, GREATEST)) < 9.0


def test_choices_of_a_menu_are_drawn_by_their_weights():
    """Comparisons of dimensionless numbers, two of ten choices, have half of the weight of this grammar."""
    kept = frozenset({"above", "below", "close", "volume", "returns", "never"})
    others = frozenset(entry.name for entry in ENTRIES if entry.index is None) - kept
    grammar, rng = Grammar(SearchPriors(excluded_opcodes=others)), np.random.default_rng(3)
    names = [entry.name for entry in ENTRIES]
    codes = [draw_code(grammar.menus, OPERATORS, TYPES.index(BOOL), rng) for _ in range(20_000)]
    assert {names[code] for code in codes} == {"above", "below"}
    counts = {
        value_type: sum(ENTRIES[code].signature.arguments[0] == value_type for code in codes) for value_type in TYPES
    }
    total = sum((0.5, 1.0, 2.0))
    assert counts["volume"] / 20_000 == pytest.approx(0.5 / total, abs=0.015)
    assert counts["price"] / 20_000 == pytest.approx(1.0 / total, abs=0.015)
    assert counts["dimensionless"] / 20_000 == pytest.approx(2.0 / total, abs=0.015)


def test_greatest_number_draws_the_last_choice():
    menus = Grammar(SearchPriors()).menus
    bounds = menus.bounds[OPERATORS, TYPES.index(BOOL)]
    assert plain(draw_code)(menus, OPERATORS, TYPES.index(BOOL), LEAST) == menus.codes[bounds[0]]
    assert plain(draw_code)(menus, OPERATORS, TYPES.index(BOOL), GREATEST) == menus.codes[bounds[1] - 1]
