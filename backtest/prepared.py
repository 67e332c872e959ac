"""A market with its costs folded in: the arrays that the kernel reads, made once for many simulations."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backtest.costs import Costs
from backtest.layout import MarketArrays, lay_out
from backtest.risk import Risk, SizingRule
from backtest.sizing import FIXED_SIZING, sizing_arrays
from data.intervals import HOUR_MS, bars_per_year
from data.market import FloatArray, IntArray, Market

CAPACITY_BARS = 24

# Places of the terms.
FEE, SLIPPAGE, MINIMUM_ORDER, MAX_LEVERAGE, MAINTENANCE, LOT, RISE, _, N_TERMS = range(9)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedMarket:
    """What does not depend on the strategy."""

    market: Market
    costs: Costs
    arrays: MarketArrays
    """What the kernel reads; every array is read-only."""
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
        if risk.sizing is SizingRule.FIXED:
            return FIXED_SIZING
        key = (risk.sizing, risk.sizing_window_bars)
        if key not in self._sizing:
            self._sizing[key] = sizing_arrays(self.market, risk)
        return self._sizing[key]


def prepare(market: Market, costs: Costs) -> PreparedMarket:
    """Fold costs into a market."""
    capacity = _capacity(market.volume, costs.capacity_share)
    arrays = lay_out(market, _funding(market, costs), capacity, terms_of(market, costs))
    for array in arrays:
        array.setflags(write=False)
    return PreparedMarket(market, costs, arrays, bars_per_year(market.interval_ms))


def terms_of(market: Market, costs: Costs) -> FloatArray:
    """Return the terms of trading a market, see `MarketArrays.terms`."""
    terms = np.empty(N_TERMS)
    terms[FEE], terms[SLIPPAGE] = costs.taker_fee_bps / 10_000.0, costs.slippage_bps / 10_000.0
    terms[MINIMUM_ORDER] = costs.minimum_order_usdc
    terms[MAX_LEVERAGE] = market.instrument.max_leverage
    terms[MAINTENANCE] = market.instrument.maintenance_fraction
    terms[LOT] = market.instrument.lot_size
    terms[RISE : RISE + 2] = 1.0 / (1.0 - terms[MAINTENANCE]), 1.0 / (1.0 + terms[MAINTENANCE])
    return terms


def _funding(market: Market, costs: Costs) -> tuple[FloatArray, FloatArray]:
    """Return what a long and what a short pays; where the rate is unknown both pay the pessimistic one."""
    unknown = np.isnan(market.funding_cost)
    share_of_8h = market.interval_ms / (8 * HOUR_MS)
    pessimistic = market.open * (costs.unknown_funding_bps_per_8h / 10_000.0) * share_of_8h
    return (
        np.where(unknown, pessimistic, market.funding_cost),
        np.where(unknown, pessimistic, -market.funding_cost),
    )


def _capacity(volume: FloatArray, share: float) -> FloatArray:
    """Return `share` of the mean volume of the available bars among the 24 before each bar; 0 without any."""
    traded: IntArray = (~np.isnan(volume)).astype(np.int64)
    padded = np.concatenate((np.zeros(CAPACITY_BARS), np.nan_to_num(volume, nan=0.0)))
    count = np.concatenate((np.zeros(CAPACITY_BARS, dtype=np.int64), traded))
    sums, counts = np.zeros(volume.size), np.zeros(volume.size, dtype=np.int64)
    # One bar of all windows after the other: a tenth of the time of one window after the other.
    for bar in range(CAPACITY_BARS):
        sums += padded[bar : bar + volume.size]
        counts += count[bar : bar + volume.size]
    capacity: FloatArray = share * sums / np.maximum(counts, 1)
    return capacity
