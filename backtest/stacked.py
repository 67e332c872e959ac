"""The markets of a universe with their costs, one after the other in arrays that a compiled call can walk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backtest.costs import Costs
from backtest.prepared import N_FIELDS, N_REACH, aligned, prepare, terms_of
from backtest.result import FloatArray, IntArray
from data.intervals import bars_per_year
from data.market import Universe
from data.shelf import Shelf


@dataclass(frozen=True, slots=True, eq=False)
class StackedMarkets:
    """Every array of floats is read-only; see `PreparedMarket` for what is in it."""

    bars: FloatArray
    """Shape (n_coins, 2, n_bars, N_FIELDS)."""
    reach: FloatArray
    """Shape (n_coins, 2, n_bars, N_REACH)."""
    marks: FloatArray
    """Shape (n_coins, 2, n_bars)."""
    terms: FloatArray
    """Shape (n_coins, N_TERMS)."""
    segments: IntArray
    """Shape (n, 2): runs of available bars of all coins."""
    segment_bounds: IntArray
    """Shape (n_coins + 1,): where the runs of each coin begin."""
    bars_per_year: float

    @property
    def n_coins(self) -> int:
        return int(self.bars.shape[0])

    @property
    def n_bars(self) -> int:
        return int(self.bars.shape[2])


def stack(universe: Universe, costs_of: Callable[[str], Costs], shelf: Shelf | None = None) -> StackedMarkets:
    """Prepare the markets of a universe; processes with one shelf and the same costs share the large arrays."""
    markets = universe.markets
    n_rows = len(markets) * 2 * universe.n_bars

    def make() -> FloatArray:
        made = aligned(n_rows * (N_FIELDS + N_REACH + 1))
        bars, reach, marks = _parts(made, len(markets), universe.n_bars)
        for coin, market in enumerate(markets):
            prepared = prepare(market, costs_of(market.coin))
            bars[coin], reach[coin], marks[coin] = prepared.bars, prepared.reach, prepared.marks
        return made

    whole = make() if shelf is None else shelf.keep("prepared", make)
    whole.setflags(write=False)
    runs = [np.array(market.segments(0, market.n_bars), dtype=np.int64).reshape(-1, 2) for market in markets]
    terms = np.array([terms_of(market, costs_of(market.coin)) for market in markets])
    terms.setflags(write=False)
    return StackedMarkets(
        *_parts(whole, len(markets), universe.n_bars),
        terms,
        np.concatenate(runs),
        np.cumsum([0, *map(len, runs)], dtype=np.int64),
        bars_per_year(universe.interval_ms),
    )


def _parts(whole: FloatArray, n_coins: int, n_bars: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return bars, reach and marks as views of one array; the bars first, where a line of the cache begins."""
    n_rows = n_coins * 2 * n_bars
    bars, reach, marks = np.split(whole, (n_rows * N_FIELDS, n_rows * (N_FIELDS + N_REACH)))
    shape = (n_coins, 2, n_bars)
    return bars.reshape(*shape, N_FIELDS), reach.reshape(*shape, N_REACH), marks.reshape(shape)
