"""The folder of one snapshot: markets to arrays, arrays to files, and back through the memory map."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.bars import PRICES
from data.durable import READ_ONLY, sync_folder, write_atomically
from data.errors import DataError
from data.intervals import interval_ms
from data.manifest import FILE_NAME, TYPES, Manifest
from data.market import SERIES, FloatArray, Market
from data.sidecar import map_array, verify_array, write_array


def check_market(market: Market) -> None:
    """Refuse a market that no snapshot may hold, whoever made it."""
    length, time_ms = market.interval_ms, market.time_ms
    if time_ms.size < 2:
        raise DataError(f"market {market.coin} has {time_ms.size} bars: at least two are needed")
    if time_ms[0] % length or (np.diff(time_ms) != length).any():
        raise DataError(f"market {market.coin}: the calendar must hold every step of the {length} ms grid, in order")
    for name in (*PRICES, "volume"):
        values = getattr(market, name)
        present = values[market.is_available]
        if not np.isfinite(present).all() or (present < 0).any() or (name in PRICES and (present == 0).any()):
            raise DataError(
                f"market {market.coin}: {name} has values of available bars that are not finite and positive"
            )
        if not np.isnan(values[~market.is_available]).all():
            raise DataError(f"market {market.coin}: {name} has values where the coin is not available; allowed is NaN")


def stack(markets: Sequence[Market]) -> dict[str, NDArray[Any]]:
    """Return the arrays to store, by name; see `data.manifest.TYPES` for their shapes."""
    series = {name: _one_form(np.array([getattr(market, name) for market in markets])) for name in SERIES}
    return {
        "time_ms": markets[0].time_ms,
        "is_available": np.array([market.is_available for market in markets], dtype=np.bool_),
        **series,
    }


def write_folder(folder: Path, manifest: bytes, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a whole snapshot beside its place, every file read-only, and move it there in one step."""
    temporary = folder.with_name(f".{folder.name[:16]}.{secrets.token_hex(4)}.tmp")
    temporary.mkdir(parents=True)
    try:
        for name, array in arrays.items():
            write_array(_file(temporary, name), array)
        write_atomically(temporary / FILE_NAME, manifest, mode=READ_ONLY)
        _move(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync_folder(folder.parent)


def map_arrays(folder: Path, manifest: Manifest) -> dict[str, NDArray[Any]]:
    """Return the arrays of a snapshot's folder, mapped read-only, by name; contents are not checked."""
    return {name: map_array(_file(folder, name), dtype, manifest.shape(name)) for name, dtype in TYPES.items()}


def map_verified(folder: Path, manifest: Manifest) -> dict[str, NDArray[Any]]:
    """Return the arrays as `map_arrays` does, after reading all of each and refusing any changed byte.

    Raises
    ------
    DataError
        Naming the file.
    """
    arrays = map_arrays(folder, manifest)
    for name, array in arrays.items():
        verify_array(_file(folder, name), array, manifest.arrays[name])
    return arrays


def markets_of(manifest: Manifest, arrays: Mapping[str, NDArray[Any]]) -> tuple[Market, ...]:
    """Return the markets that a manifest describes, as views of its arrays."""
    length = interval_ms(manifest.interval)
    rows = [name for name in TYPES if name != "time_ms"]
    return tuple(
        Market(
            instrument=facts,
            interval_ms=length,
            time_ms=arrays["time_ms"],
            **{name: arrays[name][row] for name in rows},
        )
        for row, facts in enumerate(manifest.instruments)
    )


def _file(folder: Path, array: str) -> Path:
    return folder / f"{array}.npy"


def _one_form(values: FloatArray) -> FloatArray:
    """Give every NaN the same bits and zero no sign, so that equal values have equal hashes."""
    return np.where(np.isnan(values), np.nan, values) + 0.0


def _move(temporary: Path, folder: Path) -> None:
    try:
        os.rename(temporary, folder)
    except OSError:
        # Somebody else made the same snapshot in the meantime; its contents are the same by its name.
        if not folder.is_dir():
            raise
