"""The machine's floor: a simulation that reads every value once cannot be sooner done than a copy of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backtest.signals import Signals
from data.market import Market


def copy_call(market: Market, levels: Signals) -> Callable[[], None]:
    """Return a call that copies what a simulation reads: four prices, funding, and four levels of a byte each."""
    series = [market.open, market.high, market.low, market.close, market.funding_cost, *levels.to_bools()]
    targets = [np.empty_like(values) for values in series]

    def copy() -> None:
        for target, values in zip(targets, series, strict=True):
            np.copyto(target, values)

    return copy
