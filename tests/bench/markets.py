"""Markets and levels drawn from a seed: what every part of the benchmarks is measured on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backtest.signals import Signals
from data.intervals import HOUR_MS
from data.market import BoolArray, Instrument, Market, Universe

FIRST_OPEN_MS = 1_577_836_800_000
LAST_BARS = 3
"""Bars at the end without an entry: what is open is closed by its exit level, not by the border."""


FINE_LOT, VENUE_LOT = 1e-9, 1e-4
"""Lots in coins: so fine that they hardly matter, for engines without lots, and as venues have them.

Over a million bars the rounding of two simulators adds up to some 1e-12 of their equity. Of orders of 1e9 lots one in a
few hundred then lies on the border between two lots, and they part.
"""


def synthetic_market(
    n_bars: int, seed: int, *, coin: str = "SYN", has_funding: bool = True, lot_size: float = FINE_LOT
) -> Market:
    """Return hourly bars of a random walk of 0.6 % a bar and a funding rate settled on every bar."""
    rng = np.random.default_rng(seed)
    steps = 0.006 * rng.standard_normal(n_bars)
    # A walk of a million bars would leave the range of prices: it is drawn back over some ten thousand.
    close = 100.0 * np.exp(_drawn_back(steps))
    open_ = np.concatenate(([100.0], close[:-1]))
    reach = 0.003 * np.abs(rng.standard_normal((2, n_bars)))
    rate = 1e-5 * (1.0 + rng.standard_normal(n_bars)) * has_funding
    return Market(
        instrument=Instrument(coin=coin, venue="synthetic", lot_size=lot_size),
        interval_ms=HOUR_MS,
        time_ms=FIRST_OPEN_MS + HOUR_MS * np.arange(n_bars, dtype=np.int64),
        open=open_,
        high=np.maximum(open_, close) * (1.0 + reach[0]),
        low=np.minimum(open_, close) * (1.0 - reach[1]),
        close=close,
        volume=1e9 * np.exp(0.5 * rng.standard_normal(n_bars)),
        is_available=np.ones(n_bars, dtype=np.bool_),
        funding_rate=rate,
        funding_cost=rate * open_,
    )


def synthetic_markets(n_bars: int, n_coins: int, seed: int) -> tuple[Market, ...]:
    """Return independent markets of coins `SYN00`, `SYN01`, ..., for searches."""
    return tuple(synthetic_market(n_bars, seed + i, coin=f"SYN{i:02d}", lot_size=VENUE_LOT) for i in range(n_coins))


def synthetic_universe(n_bars: int, n_coins: int, seed: int) -> Universe:
    """Return `synthetic_markets` as a universe that no snapshot holds."""
    return Universe(f"bench-{n_bars}-{n_coins}-{seed}", synthetic_markets(n_bars, n_coins, seed))


def drawn_levels(n_bars: int, density: float, bars_held: float, sides: Sequence[int], seed: int) -> Signals:
    """Return entries of random sides on a share `density` of the bars, each with its exit level some bars later.

    A side is 0 for long, 1 for short. No bar has two levels; the last bars have no entry, and then both exits.

    Parameters
    ----------
    bars_held
        Mean bars from an entry level to its exit level, drawn geometrically.
    """
    rng = np.random.default_rng(seed)
    levels = np.zeros((4, n_bars), dtype=np.bool_)
    entries = np.flatnonzero(rng.random(n_bars - LAST_BARS) < density)
    side = np.asarray(sides)[rng.integers(len(sides), size=entries.size)]
    exits = np.minimum(entries + rng.geometric(1.0 / bars_held, size=entries.size), n_bars - LAST_BARS)
    levels[2 * side, entries] = True
    levels[2 * side + 1, exits] = True
    for later in range(1, 4):
        levels[later] &= ~_any(levels[:later])
    levels[:, -LAST_BARS:] = False
    for exit_row in (2 * np.unique(side) + 1).tolist():
        levels[exit_row, -LAST_BARS] = True
    return Signals.from_bools(*levels)


def _any(levels: BoolArray) -> BoolArray:
    found: BoolArray = levels.any(axis=0)
    return found


def _drawn_back(steps: np.ndarray) -> np.ndarray:
    """Return the sums of steps, each sum pulled towards 0 by its ten-thousandth part."""
    from scipy.signal import lfilter

    return lfilter([1.0], [1.0, -0.9999], steps)
