"""Builders shared by every test: a small market and its signals from plain lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from backtest.signals import Signals
from data.intervals import HOUR_MS
from data.market import Instrument, Market

# A machine that is busy with something else is no reason to fail: how long drawing takes says nothing about the code.
settings.register_profile("foundry", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("foundry")

FIRST_OPEN_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC


def build_market(
    open: Sequence[float],  # noqa: A002  (the market's own word)
    high: Sequence[float] | None = None,
    low: Sequence[float] | None = None,
    close: Sequence[float] | None = None,
    volume: Sequence[float] | None = None,
    funding_rate: Sequence[float] | None = None,
    available: Sequence[bool] | None = None,
    **instrument: Any,
) -> Market:
    """Return a market of hourly bars.

    Without `close` a bar closes at its open; without `high` or `low` it stays between open and close; without
    `volume` capacity never binds; without `funding_rate` nothing is settled. A rate of NaN is unknown. Where
    `available` is False prices and volume become NaN. The lot is 1e-9 coins unless `lot_size` is given, so that
    rounding stays below the tolerance of a test that is not about it.
    """
    opens = np.array(open, dtype=np.float64)
    n_bars = opens.size
    closes = opens.copy() if close is None else np.array(close, dtype=np.float64)
    highs = np.maximum(opens, closes) if high is None else np.array(high, dtype=np.float64)
    lows = np.minimum(opens, closes) if low is None else np.array(low, dtype=np.float64)
    volumes = np.full(n_bars, 1e12) if volume is None else np.array(volume, dtype=np.float64)
    rates = np.zeros(n_bars) if funding_rate is None else np.array(funding_rate, dtype=np.float64)
    is_available = np.ones(n_bars, dtype=np.bool_) if available is None else np.array(available, dtype=np.bool_)
    costs = rates * opens
    for series in (opens, highs, lows, closes, volumes):
        series[~is_available] = np.nan
    return Market(
        instrument=Instrument(**{"coin": "TEST", "venue": "test", "lot_size": 1e-9, **instrument}),
        interval_ms=HOUR_MS,
        time_ms=FIRST_OPEN_MS + HOUR_MS * np.arange(n_bars, dtype=np.int64),
        open=opens,
        high=highs,
        low=lows,
        close=closes,
        volume=volumes,
        is_available=is_available,
        funding_rate=rates,
        funding_cost=costs,
    )


def build_signals(
    n: int,
    long_entry: Iterable[int] = (),
    long_exit: Iterable[int] = (),
    short_entry: Iterable[int] = (),
    short_exit: Iterable[int] = (),
) -> Signals:
    """Return signals of `n` bars whose levels are True on the listed bars only."""
    levels = []
    for bars in (long_entry, long_exit, short_entry, short_exit):
        level = np.zeros(n, dtype=np.bool_)
        level[list(bars)] = True
        levels.append(level)
    return Signals.from_bools(*levels)


@pytest.fixture(scope="session")
def make_market() -> Callable[..., Market]:
    """See `build_market`; session-wide, so that hypothesis can use it."""
    return build_market


@pytest.fixture(scope="session")
def make_signals() -> Callable[..., Signals]:
    """See `build_signals`; session-wide, so that hypothesis can use it."""
    return build_signals
