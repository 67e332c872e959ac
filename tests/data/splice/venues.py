"""Bars and settlements of made-up venues, hour by hour."""

from __future__ import annotations

import numpy as np

from data.bars import Bars, Funding
from data.intervals import DAY_MS, HOUR_MS

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC


def hourly(first: int, stop: int, *, ratio: float = 1.0, volume: float = 5.0) -> Bars:
    """Return bars of the hours [first, stop) after midnight: 100 and 102 in turn, times a ratio."""
    hours = np.arange(first, stop, dtype=np.int64)
    price = np.where(hours % 2 == 0, 100.0, 102.0) * ratio
    return Bars(
        MIDNIGHT_MS + HOUR_MS * hours, price, price * 1.01, price * 0.99, price.copy(), np.full(price.size, volume)
    )


def settled(hours: list[int], rates: list[float]) -> Funding:
    """Return settlements so many hours after midnight."""
    return Funding(MIDNIGHT_MS + HOUR_MS * np.array(hours, dtype=np.int64), np.array(rates))


def day(number: int) -> int:
    """Return the midnight at which the so-manieth of January begins."""
    return MIDNIGHT_MS + (number - 1) * DAY_MS
