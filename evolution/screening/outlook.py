"""What a trade earns that is entered on a bar and left after a number of bars for no other reason."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

from backtest.costs import costs_for
from data.market import FloatArray, Market, Universe

AHEAD_BYTES = 320 << 20
"""Of returns ahead: those of every holding time for four coins of 750,000 bars, or for twenty of 150,000."""


class Outlook:
    """Returns ahead of every bar of every coin.

    For proposals alone: stops, sizing and unknown funding are left out, which the simulation of a proposal knows.

    Parameters
    ----------
    budget_bytes
        Of what is remembered, by holding time, the least recently used forgotten first; the last one is kept anyway.
    """

    def __init__(self, universe: Universe, budget_bytes: int = AHEAD_BYTES) -> None:
        self._universe = universe
        costs = [costs_for(market.coin) for market in universe]
        self._costs: FloatArray = np.array([2e-4 * (one.taker_fee_bps + one.slippage_bps) for one in costs])
        size = 8 * len(universe.markets) * universe.n_bars
        self._most = max(1, budget_bytes // size)
        self._known: OrderedDict[int, FloatArray] = OrderedDict()

    def ahead(self, hold_bars: int, *, is_before_costs: bool = False) -> tuple[FloatArray, FloatArray]:
        """Return what long trades decided at each close earn before costs, and what a trade costs, as fractions.

        Of shape (n_coins, n_bars) and (n_coins,). A trade is entered at the open of the next bar and left at that of
        the bar `hold_bars` later; NaN where one of them is not traded or lies behind the end. Costs are those of
        entering and leaving, or none.
        """
        return self._gross(hold_bars), np.zeros_like(self._costs) if is_before_costs else self._costs

    def _gross(self, hold_bars: int) -> FloatArray:
        if hold_bars in self._known:
            self._known.move_to_end(hold_bars)
            return self._known[hold_bars]
        if len(self._known) == self._most:
            self._known.popitem(last=False)
        self._known[hold_bars] = np.stack([_gross(market, hold_bars) for market in self._universe])
        return self._known[hold_bars]


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
