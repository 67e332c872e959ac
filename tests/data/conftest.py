"""Builders of raw history: bars and funding from a few numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from data.bars import Bars, Funding
from data.intervals import HOUR_MS

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC


def build_bars(hours: Sequence[int], prices: Sequence[float] | None = None, volume: float = 5.0) -> Bars:
    """Return hourly bars that open so many hours after midnight, each 1 above and 1 below its one price."""
    n_bars = len(hours)
    price = np.full(n_bars, 100.0) if prices is None else np.array(prices, dtype=np.float64)
    time_ms = MIDNIGHT_MS + HOUR_MS * np.array(hours, dtype=np.int64)
    return Bars(time_ms, price.copy(), price + 1, price - 1, price.copy(), np.full(n_bars, volume))


def build_funding(
    hours: Sequence[float], rates: Sequence[float] | None = None, oracle: Sequence[float] | None = None
) -> Funding:
    """Return settlements so many hours after midnight, of 0.0001 unless rates are given."""
    time_ms = MIDNIGHT_MS + np.round(HOUR_MS * np.array(hours, dtype=np.float64)).astype(np.int64)
    rate = np.full(len(hours), 0.0001) if rates is None else np.array(rates, dtype=np.float64)
    return Funding(time_ms, rate, None if oracle is None else np.array(oracle, dtype=np.float64))


@pytest.fixture(scope="session")
def make_bars() -> Callable[..., Bars]:
    """See `build_bars`."""
    return build_bars


@pytest.fixture(scope="session")
def make_funding() -> Callable[..., Funding]:
    """See `build_funding`."""
    return build_funding
