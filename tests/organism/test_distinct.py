"""Different numbers, counted where they lie."""

from __future__ import annotations

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from organism.distinct import AT_ONCE, n_distinct


@given(st.lists(st.one_of(st.integers(0, 9), st.integers(0, 2**64 - 1))))
def test_as_many_as_a_set_would_have(numbers: list[int]) -> None:
    assert n_distinct(array("Q", numbers)) == len(set(numbers))


@pytest.mark.parametrize("n", [AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, AT_ONCE + 2, 2 * AT_ONCE + 1])
def test_nothing_is_lost_where_two_parts_meet(n: int) -> None:
    """Every number of 0, 1, ..., n - 1 is another one; then each but the first twice."""
    numbers = array("Q", np.arange(n, dtype=np.uint64).tobytes())
    assert n_distinct(numbers) == n
    twice = array("Q", np.arange(1, n, dtype=np.uint64).tobytes())
    assert n_distinct(numbers + twice) == n
