"""Arrays on disk: one exact form, which numpy reads too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.sidecar import map_array, npy_header, write_array


@pytest.mark.parametrize("dtype", ["<f8", "<i8", "|b1"])
@pytest.mark.parametrize("shape", [(5,), (2, 3)])
def test_numpy_reads_what_was_written(tmp_path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    write_array(tmp_path / "x.npy", array)
    loaded = np.load(tmp_path / "x.npy", allow_pickle=False)
    assert (loaded.dtype, loaded.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(loaded, array)
    np.testing.assert_array_equal(map_array(tmp_path / "x.npy", array.dtype, shape), array)


def test_the_header_is_the_one_of_the_format() -> None:
    text = b"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }"
    # 10 bytes before the text, padded with spaces and closed by a newline at a multiple of 64.
    assert npy_header(np.dtype("<f8"), (3,)) == b"\x93NUMPY\x01\x00\x76\x00" + text + b" " * (117 - len(text)) + b"\n"


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=4))
def test_the_values_start_at_a_multiple_of_64(shape: list[int]) -> None:
    assert len(npy_header(np.dtype("<f8"), tuple(shape))) % 64 == 0


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    write_array(tmp_path / "x.npy", np.zeros(2))
    with pytest.raises(FileExistsError, match=r"x\.npy"):
        write_array(tmp_path / "x.npy", np.ones(2))


def test_big_endian_values_are_stored_little_endian(tmp_path: Path) -> None:
    write_array(tmp_path / "x.npy", np.array([1.0, 2.0], dtype=">f8"))
    assert map_array(tmp_path / "x.npy", np.dtype("<f8"), (2,)).tolist() == [1.0, 2.0]
