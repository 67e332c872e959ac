"""Bar intervals and UTC milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime

from data.errors import ConfigError

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
YEAR_MS = 365 * DAY_MS

INTERVALS_MS: dict[str, int] = {
    "1m": MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "15m": 15 * MINUTE_MS,
    "30m": 30 * MINUTE_MS,
    "1h": HOUR_MS,
    "2h": 2 * HOUR_MS,
    "4h": 4 * HOUR_MS,
    "8h": 8 * HOUR_MS,
    "1d": DAY_MS,
}


def interval_ms(name: str) -> int:
    """Return the length of a named interval in milliseconds.

    Raises
    ------
    ConfigError
        If the name is not one of `INTERVALS_MS`.
    """
    try:
        return INTERVALS_MS[name]
    except KeyError:
        raise ConfigError(f"interval {name!r} is unknown: choose one of {', '.join(INTERVALS_MS)}") from None


def interval_name(milliseconds: int) -> str:
    """Return the name of an interval given in milliseconds; the inverse of `interval_ms`."""
    for name, length in INTERVALS_MS.items():
        if length == milliseconds:
            return name
    raise ConfigError(f"interval of {milliseconds} ms is unknown: allowed are {sorted(INTERVALS_MS.values())}")


def bars_per_year(interval: int) -> float:
    """Return 365 days divided by the interval (ms): 8760 for hourly bars."""
    return YEAR_MS / interval


def utc_text(milliseconds: int) -> str:
    """Return `2025-06-30 23:00` for UTC milliseconds."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M")
