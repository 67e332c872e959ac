"""One coin's raw history as plain arrays: bars and funding settlements, as a source gave them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from data.errors import DataError
from data.market import FloatArray, IntArray

PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Bars of one coin; every array has shape (n_bars,) and is read-only. Nothing is checked but the shapes."""

    time_ms: IntArray
    """UTC milliseconds of each bar's open."""
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    """Traded volume in coins."""

    def __post_init__(self) -> None:
        _lock(self)

    def __len__(self) -> int:
        return int(self.time_ms.size)


@dataclass(frozen=True, slots=True, eq=False)
class Funding:
    """Funding settlements of one coin; every array has shape (n_settlements,) and is read-only."""

    time_ms: IntArray
    """UTC milliseconds of each settlement."""
    rate: FloatArray
    """Fraction of notional that a long pays at the settlement; negative when it receives."""
    oracle_price: FloatArray | None = None
    """USDC price that the rate applies to; NaN where unknown, None when unknown everywhere."""

    def __post_init__(self) -> None:
        _lock(self)

    def __len__(self) -> int:
        return int(self.time_ms.size)


def _lock(history: Any) -> None:
    """Refuse arrays of unequal length and make all of them read-only."""
    shape = (history.time_ms.size,)
    for item in fields(history):
        array = getattr(history, item.name)
        if not isinstance(array, np.ndarray):
            continue
        if array.shape != shape:
            raise DataError(f"{item.name} has shape {array.shape}; allowed is {shape}, one value for each time")
        array.setflags(write=False)
