"""Where a time axis has its ticks, and what stands at them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime

from data.intervals import DAY_MS, HOUR_MS, MINUTE_MS

MONTH_MS = 30.44 * DAY_MS
STEPS_MS = (
    *(minutes * MINUTE_MS for minutes in (1, 2, 5, 10, 20, 30)),
    *(hours * HOUR_MS for hours in (1, 2, 3, 6, 12)),
    *(days * DAY_MS for days in (1, 2, 4, 7, 14)),
)


def time_ticks(first_ms: float, last_ms: float, most: int) -> list[tuple[float, str]]:
    """Return at most about `most` round moments (UTC milliseconds) with labels of at most 11 characters."""
    span = last_ms - first_ms
    step = next((size for size in STEPS_MS if span / size <= most), None)
    if step is None:
        return list(month_ticks(first_ms, last_ms, most))
    pattern = "%Y-%m-%d" if step >= DAY_MS else "%m-%d %H:%M"
    times = range(math.ceil(first_ms / step) * step, math.floor(last_ms) + 1, step)
    return [(float(time), datetime.fromtimestamp(time / 1000, tz=UTC).strftime(pattern)) for time in times]


def month_ticks(first_ms: float, last_ms: float, most: int = 10) -> Iterator[tuple[float, str]]:
    """Yield starts of months after `first_ms`, as far apart as gives at most `most`, each with its label."""
    start = datetime.fromtimestamp(first_ms / 1000, tz=UTC)
    months = max((last_ms - first_ms) / MONTH_MS, 1e-9)
    step = next((size for size in (1, 2, 3, 6, 12) if months / size <= most), 12 * math.ceil(months / (12 * most)))
    number = start.year * 12 + start.month - 1
    number -= number % step
    while True:
        number += step
        moment = datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
        if moment.timestamp() * 1000 > last_ms:
            return
        yield moment.timestamp() * 1000, moment.strftime("%Y" if step >= 12 else "%Y-%m")
