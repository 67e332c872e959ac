"""Prices of the UTC day: where today began, and what the day before it came to.

A bar belongs to the day in which it opens. Nothing is said across a hole: what today says needs every bar of today up
to the present one, what the day before says needs every bar of that day as well. On bars shorter than
`SHORTEST_BARS_MS` nothing is said at all: the warm-up of days of them would be no use to any longer bar.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data.intervals import DAY_MS, MINUTE_MS
from data.market import FloatArray, Market
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import quietly, sealed
from evolution.opcodes.types import ValueType

SHORTEST_BARS_MS = 5 * MINUTE_MS
MOST_DAY_BARS = DAY_MS // SHORTEST_BARS_MS


def _by_day(market: Market, values: FloatArray) -> FloatArray:
    """Return values in rows of a day each, shape (n_days, bars a day), NaN before and after the history."""
    day_bars = DAY_MS // market.interval_ms
    first = _first_place(market)
    rows = np.full((-(-(first + market.n_bars) // day_bars), day_bars), np.nan)
    rows.reshape(-1)[first : first + market.n_bars] = values
    return rows


def _first_place(market: Market) -> int:
    """Return how many bars of its day lie before the first bar of the history."""
    return int(market.time_ms[0] % DAY_MS) // market.interval_ms


def _through_the_day(market: Market, of_day: FloatArray) -> FloatArray:
    """Return one value a day, shape (n_days,), on each bar of that day before which none of the day is missing."""
    if market.interval_ms < SHORTEST_BARS_MS:
        return sealed(np.full(market.n_bars, np.nan))
    is_there = ~np.isnan(_by_day(market, np.where(market.is_available, 0.0, np.nan)))
    values = np.where(np.logical_and.accumulate(is_there, axis=1), of_day[:, np.newaxis], np.nan)
    first = _first_place(market)
    return sealed(values.reshape(-1)[first : first + market.n_bars].copy())


def _day_before(of_day: FloatArray) -> FloatArray:
    return np.concatenate(([np.nan], of_day[:-1]))


def day_open(market: Market) -> FloatArray:
    """Return the open of the first bar of the UTC day, shape (n_bars,).

    NaN until the history has begun a day, and from a missing bar on until the next one.
    """
    return _through_the_day(market, _by_day(market, market.open)[:, 0])


@quietly
def previous_day_high(market: Market) -> FloatArray:
    """Return the highest high of the UTC day before that of the bar, shape (n_bars,).

    NaN until the history holds a whole day, and from a missing bar on until a whole day has passed after it.
    """
    return _through_the_day(market, _day_before(_by_day(market, market.high).max(axis=1)))


@quietly
def previous_day_low(market: Market) -> FloatArray:
    """Return the lowest low of the UTC day before that of the bar, shape (n_bars,); NaN as `previous_day_high`."""
    return _through_the_day(market, _day_before(_by_day(market, market.low).min(axis=1)))


def previous_day_close(market: Market) -> FloatArray:
    """Return the last close of the UTC day before that of the bar, shape (n_bars,); NaN as `previous_day_high`."""
    closes = _by_day(market, market.close)
    is_whole = ~np.isnan(closes).any(axis=1)
    return _through_the_day(market, _day_before(np.where(is_whole, closes[:, -1], np.nan)))


def _begun_day(windows: tuple[int, ...]) -> int:
    # The interval is not known here: enough for every one of them.
    return MOST_DAY_BARS - 1


def _whole_day(windows: tuple[int, ...]) -> int:
    return 2 * MOST_DAY_BARS - 1


def _terminal(
    compute: Callable[[Market], FloatArray], bars: Callable[[tuple[int, ...]], int], words: str, weight: float
) -> Opcode:
    return Opcode(
        name=compute.__name__,
        family="days",
        signatures=(Signature((), ValueType.PRICE),),
        compute=compute,
        warm_up=bars,
        render=compute.__name__,
        explain=words,
        cost=10,
        bounds=(0.0, None),
        weight=weight,
    )


OPCODES = (
    _terminal(day_open, _begun_day, "the open of the UTC day", 0.25),
    _terminal(previous_day_high, _whole_day, "the high of the UTC day before", 0.25),
    _terminal(previous_day_low, _whole_day, "the low of the UTC day before", 0.25),
    _terminal(previous_day_close, _whole_day, "the close of the UTC day before", 0.25),
)
