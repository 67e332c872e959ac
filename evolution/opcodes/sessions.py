"""Where a bar's close lies in the day, in the week (UTC) and between settlements; it depends on the calendar alone."""

from __future__ import annotations

import numpy as np

from data.intervals import DAY_MS
from data.market import FloatArray, Market
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import sealed
from evolution.opcodes.types import ValueType

WEEK_MS = 7 * DAY_MS
MONDAY_MS = 4 * DAY_MS
"""The first Monday since 1970 began then."""


def _share_gone(market: Market, start_ms: int, period_ms: int) -> FloatArray:
    close_ms = market.time_ms + market.interval_ms
    return sealed(100.0 * ((close_ms - start_ms) % period_ms) / np.float64(period_ms))


def time_of_day(market: Market) -> FloatArray:
    """Return the percent of the UTC day gone at the bar's close, shape (n_bars,): 0 at midnight, 50 at noon.

    Known on every bar, whether or not the coin traded.
    """
    return _share_gone(market, 0, DAY_MS)


def time_of_week(market: Market) -> FloatArray:
    """Return the percent of the UTC week gone at the bar's close, shape (n_bars,): 0 as Monday begins.

    Known on every bar, whether or not the coin traded.
    """
    return _share_gone(market, MONDAY_MS, WEEK_MS)


def funding_due(market: Market) -> FloatArray:
    """Return the percent of the funding period gone at the bar's close, shape (n_bars,): 0 as a settlement is made.

    Settlements are on whole multiples of the coin's period since midnight UTC. Known on every bar, whether or not the
    coin traded.
    """
    return _share_gone(market, 0, market.instrument.funding_period_ms)


SIGNATURES = (Signature((), ValueType.OSCILLATOR),)

OPCODES = (
    Opcode(
        name="time_of_day",
        family="sessions",
        signatures=SIGNATURES,
        compute=time_of_day,
        warm_up=warm_up.none,
        render="time_of_day",
        explain="the percent of the UTC day gone",
        cost=5,
        bounds=(0.0, 100.0),
        has_side=False,
    ),
    Opcode(
        name="time_of_week",
        family="sessions",
        signatures=SIGNATURES,
        compute=time_of_week,
        warm_up=warm_up.none,
        render="time_of_week",
        explain="the percent of the UTC week gone since Monday",
        cost=5,
        bounds=(0.0, 100.0),
        weight=0.25,
        has_side=False,
    ),
    Opcode(
        name="funding_due",
        family="sessions",
        signatures=SIGNATURES,
        compute=funding_due,
        warm_up=warm_up.none,
        render="funding_due",
        explain="the percent of the funding period gone",
        cost=5,
        bounds=(0.0, 100.0),
        weight=0.1,
        has_side=False,
    ),
)
