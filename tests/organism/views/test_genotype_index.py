"""Hashes found again by the whole and by their beginning, as in a plain dictionary."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from organism.views.genotype_index import ABSENT, KEY_DIGITS, GenotypeIndex, keys_of
from organism.views.growing import LEAST_ROWS, Growing

# Few digits, so that many begin alike.
HASHES = st.lists(st.text("0f", min_size=3, max_size=3).map(lambda text: text + "a" * 61), unique=True, max_size=8)


def indexed(*parts: list[str]) -> GenotypeIndex:
    index = GenotypeIndex()
    for part in parts:
        index.add(keys_of(part))
    index.sort()
    return index


@given(HASHES, HASHES)
def test_rows_are_those_of_a_dictionary(first: list[str], second: list[str]) -> None:
    names = list(dict.fromkeys([*first, *second]))
    index = indexed(names[: len(first)], names[len(first) :])
    rows = {name: row for row, name in enumerate(names)}
    asked = [*names, "0" * 64]
    assert len(index) == len(names)
    assert index.rows_of(keys_of(asked)).tolist() == [rows.get(name, ABSENT) for name in asked]
    for beginning in ("0", "f0", "00fa", "1", *(name[:KEY_DIGITS] for name in names[:1])):
        found = index.beginning_with(beginning).tolist()
        assert found == sorted((rows[name] for name in names if name.startswith(beginning)), key=names.__getitem__)


@pytest.mark.parametrize("digits", ["", "0" * 17, "zz", "A", "1_0", " 1"])
def test_what_is_no_beginning_of_a_key_begins_nobody(digits: str) -> None:
    assert indexed(["0" * 64, "1" * 64]).beginning_with(digits).tolist() == []


def test_a_key_is_the_first_sixteen_digits() -> None:
    assert keys_of(["0" * 15 + "1f" + "e" * 47, "f" * 64]).tolist() == [1, 2**64 - 1]
    assert keys_of([]).tolist() == []


def test_rows_stay_when_the_room_grows() -> None:
    rows = Growing(np.int32, 2)
    expected = np.arange(2 * (3 * LEAST_ROWS + 1)).reshape(-1, 2)
    for part in np.array_split(expected, 7):
        rows.add(part)
    assert len(rows) == len(expected)
    assert (rows.values == expected).all()
