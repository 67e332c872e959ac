"""Where the present value stands among the last ones."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray


@jit
def rolling_rank(values: FloatArray, window: int) -> FloatArray:
    """Return the percentile of each value among the last `window`, itself included; NaN where one of them is.

    100 * (r - 1) / (window - 1), where r is its rank from 1 for the lowest; equal values share their average rank.
    """
    ranks = np.full(values.size, np.nan)
    known = 0
    for t in range(values.size):
        value = values[t]
        known = known + 1 if np.isfinite(value) else 0
        if known < window:
            continue
        # Counting is one vectorised pass; a sorted window moves as much memory and keeps a state.
        recent = values[t - window + 1 : t + 1]
        below = np.int64(0)
        equal = np.int64(0)
        for k in range(recent.size):
            below += np.int64(recent[k] < value)
            equal += np.int64(recent[k] == value)
        ranks[t] = 100.0 * (below + 0.5 * (equal - 1)) / (window - 1)
    return ranks
