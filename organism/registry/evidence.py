"""Evidence packs: what a verdict rests on, in a folder named by the sha256 of its contents.

::

    evidence/<sha256>/
        pack.json         canonical JSON: the document, and dtype, shape and sha256 of every array; names the folder
        <array>.parquet   the flattened array in one column `value`, with page checksums
        checksums.json    sha256 of every file above, for the bytes of Parquet that hold no value

The name depends on values alone, never on Parquet bytes, which change with the version of the library.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data.bounded_parquet import read_bounded
from data.canonical import canonical_json, hash_array, hash_json, sha256_hex
from data.durable import sync_folder, write_atomically
from data.errors import DataError
from data.plain_json import parse_plain_json
from organism.registry.checks import check_sha256

_ONLY_A_COPY = "put its folder back from a backup; nothing else brings back what a verdict rests on"
_FORMAT = 1
_MOST_VALUES = 1 << 28
"""Of an array; the longest of ours has a value a bar."""
_PACK = "pack.json"
_CHECKSUMS = "checksums.json"
_ARRAY_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DTYPE = re.compile(r"[<|][biuf](1|2|4|8|16)")
"""What the name of a stored dtype may be; any other is never handed to numpy, which reads a language in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """A pack whose every byte was checked."""

    sha256: str
    document: Mapping[str, Any]
    """Plain data, as JSON gives it back."""
    arrays: Mapping[str, NDArray[Any]]
    """Read-only, in the dtype and shape in which they were written."""


def write_pack(folder: Path, document: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str:
    """Write a pack under `folder` and return its sha256; a pack that is there already is checked instead.

    The pack appears whole, by a rename, after all of it is on disk.

    Parameters
    ----------
    document
        Plain data with a JSON form; NaN and infinity have none.
    arrays
        Arrays of floats, integers or booleans by lower-case name; NaN is kept.

    Raises
    ------
    ValueError
        If a number of the document is not finite, or a name or dtype is not allowed.
    DataError
        If a pack of that name exists and is damaged.
    """
    content = canonical_json(
        {"format": _FORMAT, "document": dict(document), "arrays": {name: _entry(name, arrays[name]) for name in arrays}}
    )
    sha256 = sha256_hex(content)
    files = {_PACK: content, **{f"{name}.parquet": _to_parquet(array) for name, array in arrays.items()}}
    checksums = {name: sha256_hex(body) for name, body in files.items()}
    files[_CHECKSUMS] = canonical_json({"files": checksums, "sha256": hash_json(checksums)})
    if (folder / sha256).exists() or not _place(folder / sha256, files):
        read_pack(folder, sha256)
    return sha256


def read_pack(folder: Path, sha256: str) -> Pack:
    """Read and check the pack `sha256` under `folder`.

    Raises
    ------
    DataError
        If it is missing, or any byte of it differs from what was written; the file is named.
    ValueError
        If `sha256` is not one.
    """
    place, pack = _opened(folder, sha256)
    checksums = _read_checksums(place / _CHECKSUMS, [_PACK, *(f"{name}.parquet" for name in pack["arrays"])])
    arrays = {
        name: _from_parquet(place / f"{name}.parquet", entry, checksums[f"{name}.parquet"])
        for name, entry in pack["arrays"].items()
    }
    return Pack(sha256, pack["document"], arrays)


def read_document(folder: Path, sha256: str) -> Mapping[str, Any]:
    """Read and check what the pack `sha256` under `folder` says; its arrays are not looked at.

    Raises
    ------
    DataError
        If it is missing, or says something else than what was written.
    ValueError
        If `sha256` is not one.
    """
    document: Mapping[str, Any] = _opened(folder, sha256)[1]["document"]
    return document


def _opened(folder: Path, sha256: str) -> tuple[Path, dict[str, Any]]:
    """Return where a pack is, and the checked contents of its pack.json."""
    place = folder / check_sha256("evidence pack", sha256)
    if not place.is_dir():
        raise DataError(f"evidence pack {place} does not exist: {_ONLY_A_COPY}")
    content = _read(place / _PACK)
    if sha256_hex(content) != sha256:
        raise _altered(place / _PACK)
    return place, _parsed(place / _PACK, content)


def _parsed(path: Path, content: bytes) -> dict[str, Any]:
    """Return the contents of pack.json; the right hash says that nothing changed, not that it was ever ours."""
    pack = parse_plain_json(content, f"evidence file {path}")
    if (
        type(pack) is not dict
        or set(pack) != {"format", "document", "arrays"}
        or pack["format"] != _FORMAT
        or type(pack["document"]) is not dict
        or type(pack["arrays"]) is not dict
        or not all(_is_entry(name, entry) for name, entry in pack["arrays"].items())
    ):
        raise DataError(
            f"evidence file {path} is not a pack of format {_FORMAT}: look at where it came from, and move it away"
        )
    return pack


def _is_entry(name: str, entry: object) -> bool:
    return (
        _ARRAY_NAME.fullmatch(name) is not None
        and type(entry) is dict
        and set(entry) == {"dtype", "shape", "sha256"}
        and type(entry["dtype"]) is str
        and _DTYPE.fullmatch(entry["dtype"]) is not None
        and type(entry["shape"]) is list
        and all(type(length) is int and 0 <= length < 2**31 for length in entry["shape"])
    )


def _entry(name: str, array: NDArray[Any]) -> dict[str, Any]:
    if not _ARRAY_NAME.fullmatch(name):
        raise ValueError(
            f"array name is {name[:80]!a}; allowed are at most 64 lower-case letters, digits and underscores"
        )
    if array.dtype.kind not in "biuf":
        raise ValueError(f"array {name} has dtype {array.dtype}; allowed are floats, integers and booleans")
    return {"dtype": array.dtype.newbyteorder("<").str, "shape": list(array.shape), "sha256": hash_array(array)}


def _to_parquet(array: NDArray[Any]) -> bytes:
    flat = np.ascontiguousarray(array).reshape(-1).astype(array.dtype.newbyteorder("="), copy=False)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"value": pa.array(flat)}), sink, compression="snappy", write_page_checksum=True)
    return bytes(sink.getvalue())


def _from_parquet(path: Path, entry: Mapping[str, Any], checksum: str) -> NDArray[Any]:
    content = _read(path)
    if sha256_hex(content) != checksum:
        raise _altered(path)
    try:
        table = read_bounded(content, min(prod(entry["shape"]), _MOST_VALUES))
        values = table.column("value").combine_chunks().to_numpy(zero_copy_only=False)
        array: NDArray[Any] = values.astype(np.dtype(entry["dtype"]), copy=True).reshape(entry["shape"])
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise _altered(path) from error
    if hash_array(array) != entry["sha256"]:
        raise _altered(path)
    array.flags.writeable = False
    return array


def _read_checksums(path: Path, expected: list[str]) -> dict[str, str]:
    """Return the checksums of the files; they carry their own, so damage to them is told from damage to a file."""
    content = _read(path)
    try:
        value = parse_plain_json(content, str(path))
        checksums: dict[str, str] = value["files"]
        if canonical_json(value) != content or hash_json(checksums) != value["sha256"]:
            raise _altered(path)
    except (DataError, KeyError, TypeError) as error:
        raise _altered(path) from error
    if sorted(checksums) != sorted(expected):
        raise _altered(path)
    return checksums


def _place(target: Path, files: Mapping[str, bytes]) -> bool:
    """Write the files aside and rename their folder into place; return False if somebody else was quicker."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        for name, body in files.items():
            write_atomically(temporary / name, body)
        os.rename(temporary, target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        return False
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync_folder(target.parent)
    return True


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"evidence file {path} cannot be read ({error.strerror}): {_ONLY_A_COPY}") from None


def _altered(path: Path) -> DataError:
    return DataError(
        f"evidence file {path} is not what was written: {_ONLY_A_COPY}. "
        "Where no verdict does yet, move the folder away: judging writes it again"
    )
