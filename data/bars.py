"""One coin's raw history as plain arrays: bars, funding settlements and contexts, as a source gave them."""

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


@dataclass(frozen=True, slots=True, eq=False)
class Contexts:
    """What a venue said of one coin at moments; every array has shape (n_samples,) and is read-only.

    The lake keeps them as the kind `contexts` (`data.lake_layout.CONTEXTS`), whoever sampled them: an archive, or a
    recorder. NaN stands for what was not said; `data.context_quality` says what has to be there.
    """

    time_ms: IntArray
    """UTC milliseconds at which this was so, or was received."""
    mark_price: FloatArray
    """USDC that positions are valued at, and liquidated by."""
    mid_price: FloatArray
    """Mean of the best bid and offer; NaN where the book had none."""
    oracle_price: FloatArray
    """USDC price of the coin elsewhere, which funding is paid on."""
    funding_rate: FloatArray
    """Fraction of notional an hour that longs would pay as things stood; an 8-hourly rate is divided by 8."""
    open_interest: FloatArray
    """Coins."""
    premium: FloatArray
    """Of the book over the oracle, as a fraction of the latter; NaN where the book was empty."""
    day_notional_volume: FloatArray
    """USDC traded in the 24 hours before."""
    bid_price: FloatArray
    """Mean price at which the venue's impact notional could be sold; NaN where unknown."""
    ask_price: FloatArray
    """Mean price at which it could be bought; NaN where unknown."""

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
