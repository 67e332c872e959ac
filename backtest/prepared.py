"""A market with its costs folded in: the arrays that the kernel reads, made once for many simulations."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backtest.costs import Costs
from backtest.risk import Risk, SizingRule
from backtest.sizing import FIXED_SIZING, sizing_arrays
from data.intervals import HOUR_MS, bars_per_year
from data.market import FloatArray, IntArray, Market

CAPACITY_BARS = 24
NEAR_BARS, FAR_BARS = 8, 32
"""Bars whose extremes the kernel can look at together."""

# Fields of a bar as a long sees it; a short sees prices times -1, so that one comparison serves both.
OPEN, ADVERSE, FAVOURABLE, LOWEST_AHEAD, HIGHEST_AHEAD, PAID, PAID_AHEAD, CAPACITY, N_FIELDS = range(9)
"""Open, low and high; least low and largest high of `NEAR_BARS` bars from this one; USDC that one coin has paid as
funding from the first bar to this open, and the most it has paid at the open of any of the `NEAR_BARS`; coins that an
order filled at this open may have at most. Eight fields are a line of the processor's cache."""
# Fields of a bar's reach.
FAR_LOWEST, FAR_HIGHEST, FAR_PAID, N_REACH = range(4)
"""The same three extremes of `FAR_BARS` bars from this one."""
LONG, SHORT = range(2)
# Places of the terms.
FEE, SLIPPAGE, MINIMUM_ORDER, MAX_LEVERAGE, MAINTENANCE, LOT, N_TERMS = range(7)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedMarket:
    """What does not depend on the strategy; every array is read-only."""

    market: Market
    costs: Costs
    funding: tuple[FloatArray, FloatArray]
    """USDC that one coin held long, and one held short, pays at the open of each bar; unknown funding included."""
    capacity: FloatArray
    """Shape (n_bars,): coins that an order filled at each bar's open may have at most."""
    bars: FloatArray
    """Shape (2, n_bars, 8): the fields of `OPEN` as a long and as a short sees them; prices missing are NaN."""
    reach: FloatArray
    """Shape (2, n_bars, 3): the fields of `FAR_LOWEST` as a long and as a short sees them."""
    marks: FloatArray
    """Shape (2, n_bars): what one coin held long, and held short, is worth at the close, less `PAID`."""
    terms: FloatArray
    """Fee and slippage as fractions, minimum order in USDC, largest leverage, maintenance fraction, lot in coins."""
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
    funding, capacity = _funding(market, costs), _capacity(market.volume, costs.capacity_share)
    n_bars = market.n_bars
    bars = aligned(2 * n_bars * N_FIELDS).reshape(2, n_bars, N_FIELDS)
    reach, marks = np.empty((2, n_bars, N_REACH)), np.empty((2, n_bars))
    for way, sign in ((LONG, 1.0), (SHORT, -1.0)):
        adverse, favourable = (market.low, market.high) if way == LONG else (-market.high, -market.low)
        paid = np.cumsum(np.nan_to_num(funding[way], nan=0.0))
        seen, far = bars[way], reach[way]
        seen[:, OPEN], seen[:, ADVERSE], seen[:, FAVOURABLE] = sign * market.open, adverse, favourable
        seen[:, PAID], seen[:, CAPACITY] = paid, capacity
        seen[:, LOWEST_AHEAD], seen[:, HIGHEST_AHEAD] = _extremes_ahead(adverse, favourable, NEAR_BARS)
        far[:, FAR_LOWEST], far[:, FAR_HIGHEST] = _extremes_ahead(adverse, favourable, FAR_BARS)
        seen[:, PAID_AHEAD], far[:, FAR_PAID] = _most_ahead(paid, NEAR_BARS), _most_ahead(paid, FAR_BARS)
        marks[way] = sign * market.close - paid
    terms = terms_of(market, costs)
    for array in (*funding, capacity, bars, reach, marks, terms):
        array.setflags(write=False)
    return PreparedMarket(
        market, costs, funding, capacity, bars, reach, marks, terms, bars_per_year(market.interval_ms)
    )


def aligned(size: int) -> FloatArray:
    """Return an array that begins with a line of the processor's cache, so that each bar is one line and not two."""
    room = np.empty(size + N_FIELDS)
    first = -room.ctypes.data % (8 * N_FIELDS) // 8
    return room[first : first + size]


def _extremes_ahead(lows: FloatArray, highs: FloatArray, n_bars: int) -> tuple[FloatArray, FloatArray]:
    """Return the least and the largest of `n_bars` bars from each on; NaN past the last, where the kernel walks."""
    nothing = np.full(n_bars - 1, np.nan)
    return _least(np.concatenate((lows, nothing)), n_bars), -_least(np.concatenate((-highs, nothing)), n_bars)


def _most_ahead(paid: FloatArray, n_bars: int) -> FloatArray:
    """Return the most that has been paid on any of `n_bars` bars from each on; nothing is paid past the last."""
    return -_least(-np.pad(paid, (0, n_bars - 1), mode="edge"), n_bars)


def _least(values: FloatArray, n_bars: int) -> FloatArray:
    """Return the least of `n_bars` values, a power of two, from each on: of twice as many in every round."""
    reached = 1
    while reached < n_bars:
        values = np.minimum(values[:-reached], values[reached:])
        reached *= 2
    return values


def terms_of(market: Market, costs: Costs) -> FloatArray:
    """Return the terms of trading a market, see `PreparedMarket.terms`."""
    terms = np.empty(N_TERMS)
    terms[FEE], terms[SLIPPAGE] = costs.taker_fee_bps / 10_000.0, costs.slippage_bps / 10_000.0
    terms[MINIMUM_ORDER] = costs.minimum_order_usdc
    terms[MAX_LEVERAGE] = market.instrument.max_leverage
    terms[MAINTENANCE] = market.instrument.maintenance_fraction
    terms[LOT] = market.instrument.lot_size
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
    sums = np.lib.stride_tricks.sliding_window_view(padded, CAPACITY_BARS)[:-1].sum(axis=1)
    counts = np.lib.stride_tricks.sliding_window_view(count, CAPACITY_BARS)[:-1].sum(axis=1)
    capacity: FloatArray = share * sums / np.maximum(counts, 1)
    return capacity
