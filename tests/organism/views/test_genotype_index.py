"""Hashes found again by the whole and by their beginning, as in a plain dictionary."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from organism.views.genotype_index import ABSENT, NAME, GenotypeIndex
from organism.views.growing import LEAST_ROWS, Growing

# Few digits, so that many begin alike.
HASHES = st.lists(st.text("0f", min_size=3, max_size=3).map(lambda text: text + "a" * 61), unique=True, max_size=8)


def indexed(*parts: list[str]) -> GenotypeIndex:
    index = GenotypeIndex()
    for part in parts:
        index.add(np.array(part, NAME))
    index.sort()
    return index


@given(HASHES, HASHES)
def test_rows_are_those_of_a_dictionary(first: list[str], second: list[str]) -> None:
    names = list(dict.fromkeys([*first, *second]))
    index = indexed(names[: len(first)], names[len(first) :])
    rows = {name: row for row, name in enumerate(names)}
    asked = [*names, "0" * 64, ""]
    assert index.rows_of(np.array(asked, NAME)).tolist() == [rows.get(name, ABSENT) for name in asked]
    assert [index.name(row) for row in range(len(index))] == names
    for beginning in ("0", "f0", "00fa", "1", *names[:1]):
        found = sorted(index.beginning_with(beginning).tolist())
        assert found == [row for row, name in enumerate(names) if name.startswith(beginning)]


def test_nobody_is_longer_than_a_hash() -> None:
    index = indexed(["0" * 64])
    assert index.beginning_with("0" * 64).tolist() == [0]
    assert index.beginning_with("0" * 65).tolist() == []


def test_rows_stay_when_the_room_grows() -> None:
    rows = Growing(np.int32, 2)
    expected = np.arange(2 * (3 * LEAST_ROWS + 1)).reshape(-1, 2)
    for part in np.array_split(expected, 7):
        rows.add(part)
    assert len(rows) == len(expected)
    assert (rows.values == expected).all()
