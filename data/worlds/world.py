"""A made market, with the position that its documented cause asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import DataError
from data.market import Market

PositionArray = NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Aligned markets made from a seed, and what a trader who knew the cause would hold."""

    markets: tuple[Market, ...]
    """One a coin, on one calendar, sorted by the coin's name."""
    oracle_position: PositionArray
    """Shape (n_bars, n_coins), -1, 0 or 1: position to hold during each bar, known from bars before it. Read-only."""
    description: str
    """What was made and what is hidden in it, in words."""
    origin: dict[str, Any]
    """Name, seed, version and every parameter as plain JSON values: enough to make the same world again."""

    def __post_init__(self) -> None:
        expected = (self.markets[0].n_bars, len(self.markets))
        if self.oracle_position.shape != expected:
            raise DataError(
                f"world: oracle_position has shape {self.oracle_position.shape}; allowed is {expected}, (bars, coins)"
            )
        self.oracle_position.setflags(write=False)

    @property
    def coins(self) -> tuple[str, ...]:
        return tuple(market.coin for market in self.markets)
