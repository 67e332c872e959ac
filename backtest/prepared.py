"""A market with its costs folded in: the arrays that the kernel reads, made once for many simulations."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backtest.costs import Costs
from backtest.risk import Risk, SizingRule
from backtest.sizing import sizing_arrays
from data.intervals import HOUR_MS, bars_per_year
from data.market import FloatArray, IntArray, Market

CAPACITY_BARS = 24


@dataclass(frozen=True, slots=True, eq=False)
class PreparedMarket:
    """What does not depend on the strategy. Arrays have shape (n_bars,) and are read-only."""

    market: Market
    costs: Costs
    prices: tuple[FloatArray, FloatArray, FloatArray, FloatArray]
    """Open, high, low, close."""
    funding: tuple[FloatArray, FloatArray]
    """USDC that one coin held long, and one held short, pays at the open of each bar; unknown funding included."""
    capacity: FloatArray
    """Coins that an order filled at each bar's open may have at most."""
    bars_per_year: float
    _segments: dict[tuple[int, int], NDArray[np.int64]] = field(default_factory=dict, repr=False)
    _sizing: dict[tuple[SizingRule, int], tuple[FloatArray, FloatArray]] = field(default_factory=dict, repr=False)

    def segments(self, start: int, stop: int) -> NDArray[np.int64]:
        """Return the runs of available bars inside [start, stop), shape (n, 2)."""
        key = (start, stop)
        if key not in self._segments:
            runs = self.market.segments(start, stop)
            self._segments[key] = np.array(runs, dtype=np.int64).reshape(-1, 2)
        return self._segments[key]

    def sizing(self, risk: Risk) -> tuple[FloatArray, FloatArray]:
        """Return exposure rule and distance factor; see `sizing_arrays`."""
        key = (risk.sizing, 0 if risk.sizing is SizingRule.FIXED else risk.sizing_window_bars)
        if key not in self._sizing:
            self._sizing[key] = sizing_arrays(self.market, risk)
        return self._sizing[key]


def prepare(market: Market, costs: Costs) -> PreparedMarket:
    """Fold costs into a market."""
    return PreparedMarket(
        market=market,
        costs=costs,
        prices=(_read(market.open), _read(market.high), _read(market.low), _read(market.close)),
        funding=_funding(market, costs),
        capacity=_capacity(market.volume, costs.capacity_share),
        bars_per_year=bars_per_year(market.interval_ms),
    )


def _funding(market: Market, costs: Costs) -> tuple[FloatArray, FloatArray]:
    """Return what a long and what a short pays; where the rate is unknown both pay the pessimistic one."""
    unknown = np.isnan(market.funding_cost)
    share_of_8h = market.interval_ms / (8 * HOUR_MS)
    pessimistic = market.open * (costs.unknown_funding_bps_per_8h / 10_000.0) * share_of_8h
    return (
        _read(np.where(unknown, pessimistic, market.funding_cost)),
        _read(np.where(unknown, pessimistic, -market.funding_cost)),
    )


def _capacity(volume: FloatArray, share: float) -> FloatArray:
    """Return `share` of the mean volume of the available bars among the 24 before each bar; 0 without any."""
    traded: IntArray = (~np.isnan(volume)).astype(np.int64)
    padded = np.concatenate((np.zeros(CAPACITY_BARS), np.nan_to_num(volume, nan=0.0)))
    count = np.concatenate((np.zeros(CAPACITY_BARS, dtype=np.int64), traded))
    sums = np.lib.stride_tricks.sliding_window_view(padded, CAPACITY_BARS)[:-1].sum(axis=1)
    counts = np.lib.stride_tricks.sliding_window_view(count, CAPACITY_BARS)[:-1].sum(axis=1)
    return _read(share * sums / np.maximum(counts, 1))


def _read(values: FloatArray) -> FloatArray:
    """Return a contiguous read-only array; a memory-mapped one is copied once, which the kernel repays."""
    contiguous = np.array(values, dtype=np.float64)
    contiguous.setflags(write=False)
    return contiguous
