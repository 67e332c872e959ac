"""What a trade earns that is entered on a bar and left after a number of bars for no other reason."""

from __future__ import annotations

import numpy as np

from backtest.costs import costs_for
from data.market import FloatArray, Market, Universe


class Outlook:
    """Returns ahead of every bar of every coin.

    For proposals alone: stops, sizing and unknown funding are left out, which the simulation of a proposal knows.
    """

    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        costs = [costs_for(market.coin) for market in universe]
        self._costs: FloatArray = np.array([[2e-4 * (one.taker_fee_bps + one.slippage_bps)] for one in costs])
        """Shape (n_coins, 1): of entering and leaving, as a fraction."""
        self._known: dict[tuple[int, bool], tuple[FloatArray, FloatArray]] = {}

    def ahead(self, hold_bars: int, *, is_before_costs: bool = False) -> tuple[FloatArray, FloatArray]:
        """Return what long and short trades decided at each close earn, as fractions.

        Each of shape (n_coins, n_bars). A trade is entered at the open of the next bar and left at that of the bar
        `hold_bars` later; NaN where one of them is not traded or lies behind the end.
        """
        key = hold_bars, is_before_costs
        if key not in self._known:
            gross = np.stack([_gross(market, hold_bars) for market in self._universe])
            costs = 0.0 if is_before_costs else self._costs
            self._known[key] = gross - costs, -gross - costs
        return self._known[key]


def _gross(market: Market, hold_bars: int) -> FloatArray:
    """Return what a long position earns before costs, funding that is known included."""
    paid = np.cumsum(np.nan_to_num(market.funding_cost))
    found = np.full(market.n_bars, np.nan)
    last = market.n_bars - 1 - hold_bars
    if last > 0:
        entry, leave = market.open[1 : last + 1], market.open[1 + hold_bars :]
        funding = paid[1 + hold_bars :] - paid[1 : last + 1]
        found[:last] = (leave - entry - funding) / entry
    return found
