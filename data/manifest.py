"""The text that names a snapshot: what its arrays are, and their hashes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from data.canonical import canonical_json, hash_array, sha256_hex
from data.errors import DataError
from data.intervals import INTERVALS_MS, interval_name
from data.market import SERIES, Instrument, Market
from data.settings import Settings
from data.shown import inert_line

FILE_NAME = "manifest.json"
NAME = re.compile(r"[A-Za-z0-9._:-]{1,40}")
"""Of a coin or a venue: nothing that a path, a page or a terminal would act on."""

TYPES: dict[str, np.dtype[Any]] = {
    "time_ms": np.dtype("<i8"),
    "is_available": np.dtype("bool"),
    **dict.fromkeys(SERIES, np.dtype("<f8")),
}
"""Type of every array; each is one .npy file. time_ms has shape (n_bars,), the others (n_coins, n_bars)."""


class Manifest(Settings):
    """What a snapshot holds. Its canonical JSON is hashed into the snapshot's id: no path, clock or Parquet byte."""

    schema_version: Literal[1] = 1
    interval: str
    """Name of the interval, such as "1h"."""
    n_bars: int = Field(ge=2)
    first_ms: int
    """UTC milliseconds of the open of the first bar."""
    last_ms: int
    """UTC milliseconds of the open of the last bar."""
    instruments: tuple[Instrument, ...] = Field(min_length=1)
    """In the order of the arrays' rows, sorted by coin."""
    origin: dict[str, Any]
    """Where the history is from, as plain JSON values; the same for every part cut from it."""
    arrays: dict[str, str]
    """`data.canonical.hash_array` of every array, by its name."""

    @property
    def coins(self) -> tuple[str, ...]:
        return tuple(item.coin for item in self.instruments)

    def encode(self) -> bytes:
        """Return the canonical JSON, whose sha256 is the snapshot's id."""
        return canonical_json(self.model_dump(mode="json"))

    def shape(self, array: str) -> tuple[int, ...]:
        """Return the shape of the named array."""
        return (self.n_bars,) if array == "time_ms" else (len(self.instruments), self.n_bars)


def describe(markets: Sequence[Market], arrays: Mapping[str, NDArray[Any]], origin: Mapping[str, object]) -> Manifest:
    """Return the manifest of aligned markets, given the arrays that will be stored for them.

    Raises
    ------
    DataError
        If the origin is not made of plain JSON values.
    """
    try:
        plain_origin = json.loads(canonical_json(dict(origin)))
    except (TypeError, ValueError) as error:
        raise DataError(f"origin of a snapshot: {error}; allowed are plain JSON values and finite numbers") from None
    first = markets[0]
    return Manifest.model_validate(
        {
            "interval": interval_name(first.interval_ms),
            "n_bars": first.n_bars,
            "first_ms": int(first.time_ms[0]),
            "last_ms": int(first.time_ms[-1]),
            "instruments": [_facts(market.instrument) for market in markets],
            "origin": plain_origin,
            "arrays": {name: hash_array(array) for name, array in arrays.items()},
        }
    )


def read_manifest(folder: Path) -> Manifest:
    """Read a snapshot's manifest, checking it against the snapshot's id, which is the folder's name.

    Raises
    ------
    DataError
        If it is missing, changed, or not a manifest of this version.
    """
    path = folder / FILE_NAME
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"snapshot file {path} cannot be read: {error.strerror}; make the snapshot again") from None
    if sha256_hex(content) != folder.name:
        raise DataError(
            f"snapshot file {path} is damaged: its sha256 is not the name of its folder; "
            "delete the folder and make the snapshot again"
        )
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        problem = error.errors()[0]
        reason = inert_line(f"{problem['loc']}: {problem['msg']}", 300)
        raise DataError(
            f"snapshot file {path} is not a manifest of version 1: {reason}; make the snapshot again with this version"
        ) from None
    if set(manifest.arrays) != set(TYPES):
        raise DataError(f"snapshot file {path} lists {len(manifest.arrays)} arrays; allowed are {', '.join(TYPES)}")
    _check_facts(path, manifest, content)
    return manifest


def _check_facts(path: Path, manifest: Manifest, content: bytes) -> None:
    """Refuse a manifest that has the right hash and that no market could have given."""
    wrong = [
        f"{what} {item.coin!a}"[:80]
        for item in manifest.instruments
        for what, is_right in (
            ("name of", bool(NAME.fullmatch(item.coin) and NAME.fullmatch(item.venue))),
            ("lot or tick size of", item.lot_size > 0 and item.tick_size > 0),
            ("leverage of", item.max_leverage >= 1),
            ("funding period of", item.funding_period_ms >= 1),
        )
        if not is_right
    ]
    if manifest.interval not in INTERVALS_MS:
        wrong.append("interval")
    try:
        if manifest.encode() != content:
            wrong.append("form, which is not canonical")
    except ValueError:
        wrong.append("origin, which has a number that is not finite")
    if wrong:
        raise DataError(
            f"snapshot file {path} has an impossible {'; '.join(wrong[:5])}: delete the folder and make it again"
        )


def _facts(instrument: Instrument) -> dict[str, Any]:
    return {name: getattr(instrument, name) for name in Instrument.__dataclass_fields__}
