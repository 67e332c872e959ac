"""Random walks with holes, the same with another future or a later beginning, and markets as odd as they come."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from data.intervals import HOUR_MS
from data.market import SERIES, Instrument, Market

FIRST_OPEN_MS = 1_704_067_200_000
"""2024-01-01 00:00 UTC."""
N_BARS = 4_400
HOLE = slice(3_003, 3_006)
LAST_BARS = (63, 1_500, 4_350)
"""After which the future is changed."""
LATER_BEGINNINGS = (1, 640, 777)


@cache
def walk(seed: int = 1, *, hole: bool = False) -> Market:
    """Return a random walk of `N_BARS` hourly bars with wicks, volume and funding; with a hole if asked for."""
    available = np.ones(N_BARS, dtype=np.bool_)
    available[HOLE] = not hole
    return walk_of(seed, available)


def walk_of(seed: int, available: ArrayLike, coin: str = "TEST") -> Market:
    """Return the walk of a seed, without the bars that are not available."""
    rng = np.random.default_rng(seed)
    is_available = np.asarray(available, dtype=np.bool_)
    n_bars = is_available.size
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, n_bars)))
    opens = np.concatenate(([100.0], close[:-1])) * np.exp(rng.normal(0.0, 0.001, n_bars))
    wicks = np.exp(np.abs(rng.normal(0.0, 0.004, (2, n_bars))))
    series = {
        "open": opens,
        "high": np.maximum(opens, close) * wicks[0],
        "low": np.minimum(opens, close) / wicks[1],
        "close": close,
        "volume": rng.lognormal(5.0, 1.0, n_bars),
    }
    rate = rng.normal(1e-5, 1e-5, n_bars)
    return _market(series, rate, is_available, coin)


def cut(market: Market, start: int, stop: int) -> Market:
    """Return the bars [start, stop) as a market of their own."""
    names = ("time_ms", "is_available", *SERIES)
    return replace(market, **{name: getattr(market, name)[start:stop].copy() for name in names})


def scrambled(market: Market, last: int) -> Market:
    """Return `market` with everything after bar `last` replaced by garbage and holes."""
    rng = np.random.default_rng(last)
    future = market.n_bars - last - 1
    arrays = {name: getattr(market, name).copy() for name in SERIES}
    missing = rng.random(future) < 0.1
    for values in arrays.values():
        values[last + 1 :] = np.where(missing, np.nan, rng.lognormal(0.0, 40.0, future))
    available = market.is_available.copy()
    available[last + 1 :] = ~missing
    return replace(market, is_available=available, **arrays)


@cache
def jumping() -> Market:
    """Return a market that goes to and fro, and on its last bar up a million times; volume and funding likewise."""
    n_bars = 900
    jump = np.where(np.arange(n_bars) == n_bars - 1, 1e6, np.arange(n_bars) % 2 + 1.0)
    return _flat(jump, volume=jump, funding_rate=jump)


@cache
def odd_markets() -> dict[str, Market]:
    """Return markets that break what computes without care, by what is odd about them."""
    ones = np.ones(800)
    return {
        "one bar": _flat([1.0]),
        "two bars": _flat([1.0, 2.0]),
        "all ones": _flat(ones, volume=ones),
        "no volume": _flat(np.arange(1.0, 801.0), volume=0.0 * ones),
        "alternating": _flat(np.arange(800) % 2 + 1.0, volume=np.arange(800) % 2),
        "near the largest float": _flat(1e308 * (1 + np.arange(800) % 2 * 0.7), volume=1e308 * ones),
        "near the smallest float": _flat(5e-324 * (1 + np.arange(800) % 3)),
        "never available": _flat(ones, available=np.zeros(800, dtype=np.bool_)),
        "funding unknown": _flat(ones, funding_rate=np.nan * ones),
        "a whole number of words": _flat(np.arange(1.0, 129.0)),
    }


def _flat(price: ArrayLike, **others: Any) -> Market:
    """Return bars that stay at their open."""
    prices = np.array(price, dtype=np.float64)
    volume = np.array(others.get("volume", np.full(prices.size, 1e12)), dtype=np.float64)
    rate = np.array(others.get("funding_rate", np.zeros(prices.size)), dtype=np.float64)
    series = {name: prices.copy() for name in ("open", "high", "low", "close")} | {"volume": volume}
    return _market(series, rate, others.get("available", np.ones(prices.size, dtype=np.bool_)), "TEST")


def _market(series: dict[str, Any], rate: Any, available: Any, coin: str) -> Market:
    with np.errstate(over="ignore"):
        cost = rate * series["open"]
    for values in series.values():
        values[~available] = np.nan
    n_bars = available.size
    return Market(
        instrument=Instrument(coin=coin, venue="test", lot_size=1e-9),
        interval_ms=HOUR_MS,
        time_ms=FIRST_OPEN_MS + HOUR_MS * np.arange(n_bars, dtype=np.int64),
        is_available=available,
        funding_rate=rate,
        funding_cost=cost,
        **series,
    )
