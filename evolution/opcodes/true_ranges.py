"""How far a bar went, counted from the close before it."""

from __future__ import annotations

import numpy as np

from data.market import FloatArray, Market
from evolution.opcodes.series import earlier, known, quietly


@quietly
def true_ranges(market: Market) -> FloatArray:
    """Return max(high, previous close) - min(low, previous close), shape (n_bars,); NaN where one is missing."""
    before = earlier(market.close, 1)
    # Written so that the first bar, which has no close before it, has no true range.
    return known(np.maximum(market.high, before) - np.minimum(market.low, before))
