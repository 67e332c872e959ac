"""Builders of raw history for what is shown of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from data.bars import Bars
from data.intervals import HOUR_MS

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC, a Monday


@pytest.fixture(scope="session")
def make_bars() -> Callable[..., Bars]:
    """Build hourly bars so many hours after midnight, each from its price less 1 to its price, 2 above and below."""

    def build(hours: Sequence[int], prices: Sequence[float] | None = None, volume: float = 5.0) -> Bars:
        price = np.full(len(hours), 100.0) if prices is None else np.array(prices, dtype=np.float64)
        time_ms = MIDNIGHT_MS + HOUR_MS * np.array(hours, dtype=np.int64)
        return Bars(time_ms, price - 1, price + 2, price - 2, price, np.full(len(hours), volume))

    return build
