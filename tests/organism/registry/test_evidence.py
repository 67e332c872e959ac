"""Evidence packs: named by their values, refused when a byte differs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from data.errors import DataError
from organism.registry.evidence import read_pack, write_pack

DOCUMENT = {"id": "nsga2_3_0badcafe", "stages": [{"name": "IS", "sharpe": 2.5, "ok": True}], "seed": 7, "none": None}
RETURNS = np.array([0.0, 0.01, -0.02, np.nan, -0.0])


@pytest.fixture
def arrays() -> dict[str, np.ndarray[Any, Any]]:
    return {"returns": RETURNS, "bars": np.array([[1, 2], [3, 4], [5, 6]])}


def test_a_pack_comes_back_as_it_went_in(tmp_path: Path, arrays: dict[str, np.ndarray[Any, Any]]) -> None:
    sha256 = write_pack(tmp_path, DOCUMENT, arrays)
    pack = read_pack(tmp_path, sha256)
    assert (pack.sha256, pack.document) == (sha256, DOCUMENT)
    assert set(pack.arrays) == {"returns", "bars"}
    for name, array in arrays.items():
        assert pack.arrays[name].tobytes() == array.tobytes()
        assert (pack.arrays[name].dtype, pack.arrays[name].shape) == (array.dtype, array.shape)
        assert not pack.arrays[name].flags.writeable


def test_the_name_is_the_sha256_of_document_and_array_hashes(tmp_path: Path) -> None:
    sha256 = write_pack(tmp_path, {"a": 1}, {"x": np.array([1.0])})
    array = hashlib.sha256(b"<f8(1,)" + np.array([1.0]).tobytes()).hexdigest()
    text = f'{{"arrays":{{"x":{{"dtype":"<f8","sha256":"{array}","shape":[1]}}}},"document":{{"a":1}},"format":1}}'
    assert sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert {file.name for file in (tmp_path / sha256).iterdir()} == {"pack.json", "x.parquet", "checksums.json"}


def test_writing_again_changes_nothing(tmp_path: Path, arrays: dict[str, np.ndarray[Any, Any]]) -> None:
    sha256 = write_pack(tmp_path, DOCUMENT, arrays)
    before = (tmp_path / sha256 / "pack.json").stat().st_mtime_ns
    assert write_pack(tmp_path, DOCUMENT, dict(reversed(arrays.items()))) == sha256
    assert (tmp_path / sha256 / "pack.json").stat().st_mtime_ns == before
    assert [folder.name for folder in tmp_path.iterdir()] == [sha256]


@pytest.mark.parametrize(
    "other",
    [
        np.array([0.0, 0.01, -0.02, np.nan, 0.0]),
        np.array([[0.0, 0.01, -0.02, np.nan, -0.0]]),
        np.float32(RETURNS),
        RETURNS[::-1],
        RETURNS[:-1],
    ],
)
def test_any_other_value_dtype_or_shape_is_another_pack(tmp_path: Path, other: np.ndarray[Any, Any]) -> None:
    assert write_pack(tmp_path, {}, {"r": RETURNS}) != write_pack(tmp_path, {}, {"r": other})


def test_memory_layout_makes_no_difference(tmp_path: Path) -> None:
    square = np.arange(6.0).reshape(2, 3)
    assert write_pack(tmp_path, {}, {"x": square}) == write_pack(tmp_path, {}, {"x": np.asfortranarray(square)})
    assert write_pack(tmp_path, {}, {"x": square}) == write_pack(tmp_path, {}, {"x": square.astype(">f8")})


def _flips(folder: Path) -> Iterator[tuple[Path, int]]:
    rng = np.random.default_rng(3)
    for file in sorted(folder.iterdir()):
        size = file.stat().st_size
        yield from ((file, int(position)) for position in rng.integers(0, size, 40))
        yield from ((file, position) for position in (0, size - 1))


def test_every_altered_byte_is_refused_and_its_file_named(
    tmp_path: Path, arrays: dict[str, np.ndarray[Any, Any]]
) -> None:
    sha256 = write_pack(tmp_path, DOCUMENT, arrays)
    for file, position in _flips(tmp_path / sha256):
        good = file.read_bytes()
        bad = bytearray(good)
        bad[position] ^= 1
        file.write_bytes(bad)
        with pytest.raises(DataError, match=f"{file.name} is not what was written"):
            read_pack(tmp_path, sha256)
        file.write_bytes(good)
    read_pack(tmp_path, sha256)


@pytest.mark.parametrize("name", ["pack.json", "returns.parquet", "checksums.json"])
def test_a_cut_or_missing_file_is_refused_and_named(
    tmp_path: Path, arrays: dict[str, np.ndarray[Any, Any]], name: str
) -> None:
    sha256 = write_pack(tmp_path, DOCUMENT, arrays)
    file = tmp_path / sha256 / name
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DataError, match=name):
        read_pack(tmp_path, sha256)
    with pytest.raises(DataError, match=name):
        write_pack(tmp_path, DOCUMENT, arrays)
    file.unlink()
    with pytest.raises(DataError, match=f"{name} cannot be read"):
        read_pack(tmp_path, sha256)


def test_an_array_of_another_pack_is_refused(tmp_path: Path) -> None:
    one, two = (write_pack(tmp_path, {}, {"r": np.array([value])}) for value in (1.0, 2.0))
    for name in ("r.parquet", "checksums.json"):
        (tmp_path / one / name).write_bytes((tmp_path / two / name).read_bytes())
    with pytest.raises(DataError, match="not what was written"):
        read_pack(tmp_path, one)


def test_checksums_that_were_made_up_do_not_help(tmp_path: Path) -> None:
    one, two = (write_pack(tmp_path, {}, {"r": np.array([value])}) for value in (1.0, 2.0))
    checksums = json.loads((tmp_path / two / "checksums.json").read_text())["files"]
    (tmp_path / one / "r.parquet").write_bytes((tmp_path / two / "r.parquet").read_bytes())
    checksums["pack.json"] = one
    own = hashlib.sha256(json.dumps(checksums, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    text = json.dumps({"files": checksums, "sha256": own}, sort_keys=True, separators=(",", ":"))
    (tmp_path / one / "checksums.json").write_text(text)
    with pytest.raises(DataError, match=r"r\.parquet is not what was written"):
        read_pack(tmp_path, one)


def test_a_pack_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="0000 does not exist"):
        read_pack(tmp_path, "0" * 64)
    with pytest.raises(ValueError, match="allowed is a sha256"):
        read_pack(tmp_path, "../../etc")


@pytest.mark.parametrize(
    ("document", "arrays", "why"),
    [
        ({"sharpe": float("nan")}, {}, "not JSON compliant"),
        ({}, {"../x": RETURNS}, "array name is"),
        ({}, {"x": np.array(["text"])}, "dtype <U4; allowed are floats"),
        ({}, {"x": np.array([None])}, "dtype object"),
    ],
)
def test_what_has_no_stored_form_is_refused_and_leaves_nothing(
    tmp_path: Path, document: dict[str, Any], arrays: dict[str, np.ndarray[Any, Any]], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        write_pack(tmp_path, document, arrays)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    array=nps.arrays(
        dtype=st.one_of(
            nps.floating_dtypes(sizes=(32, 64)),
            nps.integer_dtypes(),
            nps.unsigned_integer_dtypes(),
            nps.boolean_dtypes(),
        ),
        shape=nps.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    )
)
def test_every_array_keeps_its_bits(tmp_path: Path, array: np.ndarray[Any, Any]) -> None:
    kept = read_pack(tmp_path, write_pack(tmp_path, {}, {"x": array})).arrays["x"]
    assert kept.shape == array.shape
    assert kept.tobytes() == array.astype(array.dtype.newbyteorder("<")).tobytes()
