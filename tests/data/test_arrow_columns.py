"""Columns of Arrow as arrays, whatever lies in memory around them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from data.arrow_columns import is_missing, numbers

# A chunk that begins inside a byte of its bitmap, an empty one, and one without a bitmap.
COLUMN = pa.chunked_array(
    [pa.array([9, None, 1, None, 3, 9], pa.int32())[1:5], pa.array([], pa.int32()), pa.array([4, 5], pa.int32())]
)


def test_values_of_all_chunks_with_a_number_instead_of_each_null() -> None:
    found = numbers(COLUMN, -1)
    assert found.dtype == np.int32
    assert found.tolist() == [-1, 1, -1, 3, 4, 5]
    assert is_missing(COLUMN).tolist() == [True, False, True, False, False, False]


@pytest.mark.parametrize("kind", [pa.int16(), pa.int32(), pa.int64(), pa.float32(), pa.float64()])
def test_a_column_without_rows_keeps_its_type(kind: pa.DataType) -> None:
    assert numbers(pa.chunked_array([], kind)).dtype == kind.to_pandas_dtype()
    assert is_missing(pa.chunked_array([], kind)).tolist() == []


def test_a_null_of_a_fraction_may_be_nan() -> None:
    assert np.isnan(numbers(pa.chunked_array([[1.5, None]]), np.nan)).tolist() == [False, True]


def test_a_column_of_words_is_refused() -> None:
    with pytest.raises(TypeError, match="a column of string has no numbers; allowed are int16"):
        numbers(pa.chunked_array([["a"]]))
