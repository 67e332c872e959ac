"""Random walks with holes, and the same with another future or a later beginning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from data.market import SERIES, Market

N_BARS = 4_400
HOLE = slice(3_003, 3_006)


def build(make_market: Callable[..., Market], seed: int, n_bars: int = N_BARS, **options: Any) -> Market:
    """Return a random walk with wicks, volume and hourly funding."""
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, n_bars)))
    opens = np.concatenate(([100.0], close[:-1])) * np.exp(rng.normal(0.0, 0.001, n_bars))
    wicks = np.exp(np.abs(rng.normal(0.0, 0.004, (2, n_bars))))
    return make_market(
        opens,
        high=np.maximum(opens, close) * wicks[0],
        low=np.minimum(opens, close) / wicks[1],
        close=close,
        volume=rng.lognormal(5.0, 1.0, n_bars),
        funding_rate=rng.normal(1e-5, 1e-5, n_bars),
        **options,
    )


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
