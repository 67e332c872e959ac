"""History with its future garbled, or with noise on every bar: what honest rules must not mind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.market import Market, Universe

FloatArray = NDArray[np.float64]

RANGE_BARS = 24
"""Bars over which the usual range of a bar is taken."""
N_PRICES, READER_BARS = 4, 97


def scrambled_after(universe: Universe, bar: int, rng: np.random.Generator) -> Universe:
    """Return the universe with nonsense in every series after `bar`: a rule that changes before has seen the future.

    Prices stay positive and bars valid, so that nothing but knowledge can make a difference; which bars exist stays.
    """
    markets = tuple(_scrambled(market, bar + 1, rng) for market in universe)
    return Universe(f"{universe.snapshot_id}:scrambled-{bar}", markets)


def noise_tape(n_bars: int, n_readers: int, rng: np.random.Generator) -> FloatArray:
    """Draw normal numbers for many copies of a history of so many bars, one reader for each coin of each copy.

    Every reader begins `READER_BARS` bars behind the one before it, so that what falls on a bar is another number in
    every copy, at a fraction of the time that drawing all of them takes. Shape (4, n_bars + ...).
    """
    return rng.standard_normal((N_PRICES, n_bars + READER_BARS * n_readers))


def noisy(universe: Universe, share_of_range: float, tape: FloatArray, copy: int) -> Universe:
    """Return the universe with normal noise on each price, of a share of the usual range of a bar.

    Parameters
    ----------
    share_of_range
        Standard deviation of the noise, in units of the mean high - low of the 24 bars up to each.
    tape
        See `noise_tape`.
    copy
        Number of the copy, from 0; part of the universe's id.

    Returns
    -------
    Universe
        Bars are valid again: the high is the highest of a bar's four prices. Volume and funding stay.
    """
    n_coins = len(universe.markets)
    starts = (READER_BARS * (copy * n_coins + coin) for coin in range(n_coins))
    markets = tuple(
        _noisy(market, share_of_range, tape[:, start : start + market.n_bars])
        for market, start in zip(universe, starts, strict=True)
    )
    return Universe(f"{universe.snapshot_id}:noise-{copy}", markets)


def _scrambled(market: Market, start: int, rng: np.random.Generator) -> Market:
    n_bars = market.n_bars - start
    level = float(np.nanmedian(market.open))
    corners = level * np.exp(rng.normal(0.0, 0.2, (4, n_bars)))
    series: dict[str, Sequence[float] | FloatArray] = {
        "open": corners[0],
        "close": corners[1],
        "high": corners.max(axis=0),
        "low": corners.min(axis=0),
        "volume": np.nanmedian(market.volume) * rng.exponential(1.0, n_bars),
        "funding_rate": rng.normal(0.0, 1e-3, n_bars),
        "funding_cost": level * rng.normal(0.0, 1e-3, n_bars),
    }
    changed: dict[str, Any] = {}
    for name, garbage in series.items():
        values = np.array(getattr(market, name))
        # What is unknown stays unknown.
        values[start:] = np.where(np.isnan(values[start:]), np.nan, garbage)
        changed[name] = values
    return replace(market, **changed)


def _noisy(market: Market, share_of_range: float, noise: FloatArray) -> Market:
    deviation = share_of_range * usual_range(market)
    prices = np.stack((market.open, market.high, market.low, market.close))
    moved = prices + deviation * noise
    # A price near zero must not become negative.
    moved = np.maximum(moved, 0.5 * prices)
    return replace(market, open=moved[0], high=moved.max(axis=0), low=moved.min(axis=0), close=moved[3])


def usual_range(market: Market) -> FloatArray:
    """Return the mean high - low of the available bars among the 24 up to each bar, shape (n_bars,); 0 without any."""
    span = np.nan_to_num(market.high - market.low)
    total = np.cumsum(np.concatenate((np.zeros(RANGE_BARS), span)))
    count = np.cumsum(np.concatenate((np.zeros(RANGE_BARS), market.is_available.astype(np.float64))))
    sums, counts = total[RANGE_BARS:] - total[:-RANGE_BARS], count[RANGE_BARS:] - count[:-RANGE_BARS]
    mean: FloatArray = sums / np.maximum(counts, 1.0)
    return np.maximum(mean, 0.0)
