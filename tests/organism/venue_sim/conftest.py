"""Four hours of a coin that can be worked out by hand, and a venue that serves them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest

from data.market import Instrument, Market, Universe
from organism.venue_sim import FaultPlan, VenueClock, VenueSettings, VenueSimulator

START_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
HOUR_MS = 3_600_000


def build_coin(
    close: list[float],
    *,
    coin: str = "BTC",
    available: list[bool] | None = None,
    rates: list[float] | None = None,
    interval_ms: int = HOUR_MS,
    start_ms: int = START_MS,
    **instrument: Any,
) -> Market:
    """Return bars that open where the last one closed (the first at 100) and reach 1 beyond both; 60 coins each."""
    closes = np.array(close, dtype=np.float64)
    opens = np.concatenate(([100.0], closes[:-1]))
    there = np.array([True] * closes.size if available is None else available)
    series = {
        "open": opens,
        "high": np.maximum(opens, closes) + 1.0,
        "low": np.minimum(opens, closes) - 1.0,
        "close": closes,
        "volume": np.full(closes.size, 60.0),
    }
    known = np.zeros(closes.size) if rates is None else np.array(rates, dtype=np.float64)
    return Market(
        instrument=Instrument(**{"coin": coin, "venue": "test", "lot_size": 1e-5, "max_leverage": 40, **instrument}),
        interval_ms=interval_ms,
        time_ms=start_ms + interval_ms * np.arange(closes.size, dtype=np.int64),
        is_available=there,
        funding_rate=known,
        funding_cost=known * opens,
        **{name: np.where(there, values, np.nan) for name, values in series.items()},
    )


@pytest.fixture(scope="session")
def make_coin() -> Callable[..., Market]:
    """See `build_coin`."""
    return build_coin


@pytest.fixture
def four_hours() -> Universe:
    """BTC: 100 to 103 to 102 to 106 to 106."""
    return Universe("test", (build_coin([103.0, 102.0, 106.0, 106.0], rates=[1e-5, 2e-5, -3e-5, 4e-5]),))


@pytest.fixture
def serve() -> Iterator[Callable[..., VenueSimulator]]:
    """Return a function that serves a universe from a moment on; its clock stands unless a speed is given."""
    with ExitStack() as running:

        def start(
            universe: Universe,
            now_ms: int,
            settings: VenueSettings | None = None,
            faults: FaultPlan | None = None,
            speed: float = 0.0,
        ) -> VenueSimulator:
            return running.enter_context(VenueSimulator(universe, VenueClock(now_ms, speed), settings, faults))

        yield start
