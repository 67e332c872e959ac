"""The markets of a universe with their costs, one after the other in arrays that a compiled call can walk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backtest.costs import Costs
from backtest.layout import N_FAR, N_PATH, N_QUOTE, MarketArrays, aligned, n_items
from backtest.prepared import prepare, terms_of
from backtest.result import FloatArray, IntArray
from data.intervals import bars_per_year
from data.market import Universe
from data.shelf import Shelf


@dataclass(frozen=True, slots=True, eq=False)
class StackedMarkets:
    """Every array of floats is read-only."""

    arrays: MarketArrays
    """Each with one axis more in front, the coins."""
    segments: IntArray
    """Shape (n, 2): runs of available bars of all coins."""
    segment_bounds: IntArray
    """Shape (n_coins + 1,): where the runs of each coin begin."""
    bars_per_year: float

    @property
    def n_coins(self) -> int:
        return int(self.arrays.marks.shape[0])

    @property
    def n_bars(self) -> int:
        return int(self.arrays.marks.shape[2])


def stack(universe: Universe, costs_of: Callable[[str], Costs], shelf: Shelf | None = None) -> StackedMarkets:
    """Prepare the markets of a universe; processes with one shelf and the same costs share the large arrays."""
    markets = universe.markets

    def make() -> FloatArray:
        made = aligned(len(markets) * sum(n_items(universe.n_bars)))
        for coin, market in enumerate(markets):
            prepared = prepare(market, costs_of(market.coin))
            for whole, own in zip(_parts(made, len(markets), universe.n_bars), prepared.arrays, strict=False):
                whole[coin] = own
        return made

    whole = make() if shelf is None else shelf.keep("prepared", make)
    whole.setflags(write=False)
    runs = [np.array(market.segments(0, market.n_bars), dtype=np.int64).reshape(-1, 2) for market in markets]
    terms = np.array([terms_of(market, costs_of(market.coin)) for market in markets])
    terms.setflags(write=False)
    return StackedMarkets(
        MarketArrays._make((*_parts(whole, len(markets), universe.n_bars), terms)),
        np.concatenate(runs),
        np.cumsum([0, *map(len, runs)], dtype=np.int64),
        bars_per_year(universe.interval_ms),
    )


def _parts(whole: FloatArray, n_coins: int, n_bars: int) -> tuple[FloatArray, ...]:
    """Return all but the terms as views of one array; the quotes first, where a line of the cache begins."""
    parts = np.split(whole, np.cumsum([n_coins * size for size in n_items(n_bars)])[:-1])
    widths = ((n_bars, N_QUOTE), (n_bars, N_PATH), (2, n_bars), (-1, N_PATH), (-1, N_FAR))
    return tuple(part.reshape(n_coins, *width) for part, width in zip(parts, widths, strict=True))
