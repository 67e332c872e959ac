"""The venue's candle intervals and the buckets of time that they make."""

from __future__ import annotations

import numpy as np

from data.intervals import DAY_MS, HOUR_MS, MINUTE_MS
from data.market import IntArray

MONTH = "1M"
LENGTHS_MS: dict[str, int] = {
    "1m": MINUTE_MS,
    "3m": 3 * MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "15m": 15 * MINUTE_MS,
    "30m": 30 * MINUTE_MS,
    "1h": HOUR_MS,
    "2h": 2 * HOUR_MS,
    "4h": 4 * HOUR_MS,
    "8h": 8 * HOUR_MS,
    "12h": 12 * HOUR_MS,
    "1d": DAY_MS,
    "3d": 3 * DAY_MS,
    "1w": 7 * DAY_MS,
}
INTERVALS = (*LENGTHS_MS, MONTH)
"""Every interval that the venue knows; three days and weeks are counted from 1970-01-01, months by the calendar."""


def bucket_opens(time_ms: IntArray, interval: str) -> IntArray:
    """Return the open of the bucket that each moment lies in."""
    if interval == MONTH:
        return time_ms.astype("datetime64[ms]").astype("datetime64[M]").astype("datetime64[ms]").astype(np.int64)
    return time_ms - time_ms % LENGTHS_MS[interval]


def bucket_ends(open_ms: IntArray, interval: str) -> IntArray:
    """Return the first moment after each bucket, given its open."""
    if interval == MONTH:
        months = open_ms.astype("datetime64[ms]").astype("datetime64[M]") + np.timedelta64(1, "M")
        return months.astype("datetime64[ms]").astype(np.int64)
    return open_ms + LENGTHS_MS[interval]


def bucket_of(moment_ms: int, interval: str) -> tuple[int, int]:
    """Return open and end of the bucket that a moment lies in."""
    opened = bucket_opens(np.array([moment_ms], dtype=np.int64), interval)
    return int(opened[0]), int(bucket_ends(opened, interval)[0])


def is_made_of(interval: str, base_ms: int) -> bool:
    """Return whether candles of `interval` can be put together from bars of `base_ms`."""
    return DAY_MS % base_ms == 0 if interval == MONTH else LENGTHS_MS[interval] % base_ms == 0
